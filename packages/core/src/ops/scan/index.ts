export {
  cumulativeTrapezoid,
  type DiffOptions,
  diff,
  type TrapezoidOptions,
  trapezoid,
  trapezoid as trapz,
} from "./difference.ts";
export { type GradientOptions, gradient } from "./gradient.ts";
export { cummax, cummin, cumprod, cumsum, logcumsumexp, type ScanOptions } from "./scan.ts";

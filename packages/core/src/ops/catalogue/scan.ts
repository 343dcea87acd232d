import * as s from "../scan/index.ts";
import type { Catalogue } from "./catalogue.ts";

/** Running reductions. */
export const scan = {
  cumsum: { fn: s.cumsum, on: ["torch", "method", "inplace"] },
  cumprod: { fn: s.cumprod, on: ["torch", "method", "inplace"] },
  cummax: { fn: s.cummax, on: ["torch", "method"] },
  cummin: { fn: s.cummin, on: ["torch", "method"] },
  logcumsumexp: { fn: s.logcumsumexp, on: ["torch", "method"] },
  diff: { fn: s.diff, on: ["torch", "method"] },
  gradient: { fn: s.gradient, on: ["torch"] },
  trapezoid: { fn: s.trapezoid, on: ["torch"] },
  trapz: { fn: s.trapezoid, on: ["torch"] },
  cumulativeTrapezoid: { fn: s.cumulativeTrapezoid, on: ["torch"] },
} as const satisfies Catalogue;

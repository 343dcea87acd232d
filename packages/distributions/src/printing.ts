/** Numbers, shapes and parameters as Python prints them. */
import { FloatScalar, type Scalar, Tensor } from "@cresset/core/functions";

/** A float64 as Python's `repr` has it: 1.0, 1e-05, inf. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = value.toExponential().split("e");
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? `${Object.is(value, -0) ? "-0" : value}.0` : `${value}`;
}

/** A number, as Python's `format` has it: 1 is an int, `float(1)` is 1.0. */
export function scalarText(value: Scalar): string {
  if (value instanceof FloatScalar) return floatText(value.value);
  if (typeof value === "number" && !Number.isInteger(value)) return floatText(value);
  return String(value);
}

/** A tensor, as Python's `format` has it: of no dimension its number. Its values are read where the device can at once. */
export function tensorText(value: Tensor): string {
  if (value.ndim !== 0 || value.value.device.backend.readSync === undefined) return String(value);
  const item = value.itemSync();
  return value.dtype.startsWith("float") ? floatText(item) : String(item);
}

export const boundText = (bound: Tensor | Scalar): string =>
  bound instanceof Tensor ? tensorText(bound) : scalarText(bound);

/** "torch.Size([2, 3])" */
export const sizeText = (shape: readonly number[]): string => `torch.Size([${shape.join(", ")}])`;

/** "(2, 3)", and "(2,)" of one. */
export const tupleText = (shape: readonly number[]): string => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

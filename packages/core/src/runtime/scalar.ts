import { ValueError } from "../errors.ts";

/** A JavaScript number that counts as a float even where it is integer-valued: `float(2)`. */
export class FloatScalar {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  valueOf(): number {
    return this.value;
  }
}

/**
 * A number given to an operation. Integer-valued numbers and bigints count as ints, booleans as bool, other numbers (and
 * `float(x)`) as floats, as Python's `2`, `True` and `2.0` do.
 */
export type Scalar = number | bigint | boolean | FloatScalar;

/**
 * Marks a number as a float: `x.mul(float(2))` of an integer tensor is float32, where `x.mul(2)` stays integer.
 *
 * @throws ValueError for what is no number.
 * @example
 * torch.full([2], torch.float(1)) // tensor([1., 1.])
 */
export function float(value: number): FloatScalar {
  return new FloatScalar(toNumber(value));
}

export type ScalarKind = "bool" | "int" | "float";

export function scalarKind(x: Scalar): ScalarKind {
  if (typeof x === "number") return Number.isInteger(x) && !Object.is(x, -0) ? "int" : "float";
  if (typeof x === "bigint") return "int";
  return typeof x === "boolean" ? "bool" : "float";
}

/** The number that a program receives. */
export function scalarValue(x: Scalar): number | bigint {
  if (typeof x === "number") return x;
  if (typeof x === "bigint") {
    if (x >= -(2n ** 63n) && x < 2n ** 63n) return x;
    throw new ValueError(`the integer ${x} does not fit in 64 bits`);
  }
  if (typeof x === "boolean") return Number(x);
  if (x instanceof FloatScalar) return x.value;
  throw new ValueError(`expected a number, but got ${x === null ? "null" : typeof x}`);
}

export function isScalar(x: unknown): x is Scalar {
  return typeof x === "number" || typeof x === "bigint" || typeof x === "boolean" || x instanceof FloatScalar;
}

export function toNumber(x: Scalar): number {
  return Number(scalarValue(x));
}

import type { DType } from "@cresset/core/functions";
import { dataTypes } from "../dtypes.ts";
import type { Context, Emitted } from "./emitted.ts";
import { isOne, type Size } from "./sizes.ts";

/** Integers that ONNX's engines compute with; narrower ones are widened and wrapped again. */
const narrow: ReadonlySet<DType> = new Set(["int8", "int16", "uint8"]);

const direct: Readonly<Record<string, string>> = {
  neg: "Neg",
  abs: "Abs",
  floor: "Floor",
  ceil: "Ceil",
  round: "Round",
  sqrt: "Sqrt",
  exp: "Exp",
  log: "Log",
  sin: "Sin",
  cos: "Cos",
  tan: "Tan",
  asin: "Asin",
  acos: "Acos",
  atan: "Atan",
  sinh: "Sinh",
  cosh: "Cosh",
  tanh: "Tanh",
  asinh: "Asinh",
  acosh: "Acosh",
  atanh: "Atanh",
  erf: "Erf",
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  pow: "Pow",
  max: "Max",
  min: "Min",
  eq: "Equal",
  lt: "Less",
  le: "LessOrEqual",
  gt: "Greater",
  ge: "GreaterOrEqual",
  where: "Where",
};

const ofBool: Readonly<Record<string, string>> = {
  not: "Not",
  and: "And",
  or: "Or",
  xor: "Xor",
  max: "Or",
  min: "And",
  add: "Or",
  mul: "And",
  eq: "Equal",
  ne: "Xor",
};

/** An elementwise primitive; `dtype` is the operands', `result` its own. */
export function lowerScalar(
  c: Context,
  op: string,
  inputs: readonly Emitted[],
  shape: readonly Size[],
  result: DType,
): Emitted {
  const { dtype } = inputs[inputs.length - 1];
  const held = broadcast(c, inputs);
  const names = inputs.map(({ name }) => name);
  const wide = narrow.has(dtype);
  const operands = wide
    ? names.map((name, i) => (inputs[i].dtype === "bool" ? name : c.builder.node("Cast", [name], { to: 6 })))
    : names;
  const name = apply(new Scalars(c, wide ? "int32" : dtype), op, operands);
  if (name === null) return c.lacking(`${op} of ${dtype}`, result, shape);
  const narrowed = wide && result !== "bool" ? c.builder.node("Cast", [name], { to: dataTypes[dtype] }) : name;
  return c.repeated(narrowed, result, shape, held);
}

function broadcast(c: Context, inputs: readonly Emitted[]): Size[] {
  const rank = Math.max(...inputs.map(({ held }) => held.length));
  return Array.from({ length: rank }, (_, d) => {
    for (const { held } of inputs) {
      const at = d - (rank - held.length);
      if (at >= 0 && !isOne(held[at])) return held[at];
    }
    return c.fixed(1);
  });
}

/** Nodes on scalars of one dtype, for what takes several. */
class Scalars {
  readonly dtype: DType;
  readonly #c: Context;

  constructor(c: Context, dtype: DType) {
    this.#c = c;
    this.dtype = dtype;
  }

  node(op: string, ...inputs: string[]): string {
    return this.#c.builder.node(op, inputs, op === "Mod" ? { fmod: 1 } : {});
  }

  /** A bool in this dtype. */
  cast(name: string): string {
    return this.#c.builder.node("Cast", [name], { to: dataTypes[this.dtype] });
  }

  /** The remainder with the sign of the divisor, of integers. */
  remainder(x: string, y: string): string {
    return this.#c.builder.node("Mod", [x, y]);
  }

  number(value: number): string {
    return numberOf(this.#c, this.dtype, value);
  }

  get isFloat(): boolean {
    return this.dtype.startsWith("float");
  }

  get opset(): number {
    return this.#c.builder.opset;
  }
}

/** A constant of no dimension. */
export function numberOf(c: Context, dtype: DType, value: number | bigint): string {
  return c.builder.constant(dtype, [], hostNumber(dtype, value));
}

function hostNumber(dtype: DType, value: number | bigint): Parameters<Context["builder"]["constant"]>[2] {
  switch (dtype) {
    case "float64":
      return Float64Array.of(Number(value));
    case "float32":
      return Float32Array.of(Number(value));
    case "float16":
      return Uint16Array.of(halfBits(Number(value)));
    case "int64":
      return BigInt64Array.of(typeof value === "bigint" ? value : BigInt(Math.trunc(value)));
    case "int32":
      return Int32Array.of(Number(value));
    case "int16":
      return Int16Array.of(Number(value));
    case "int8":
      return Int8Array.of(Number(value));
    default:
      return Uint8Array.of(Number(value));
  }
}

/** The bits of the float16 nearest to a number, ties to even. */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  const exponent = size === 0 ? -14 : Math.max(-14, Math.floor(Math.log2(size)));
  const scaled = size / 2 ** (exponent - 10);
  const down = Math.floor(scaled);
  const rest = scaled - down;
  const rounded = down + (rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? 1 : 0);
  const bits = exponent === -14 ? rounded : ((exponent + 14) << 10) + rounded;
  return sign | Math.min(bits, 0x7c00);
}

/** What leaves integers as they are. */
const rounding: ReadonlySet<string> = new Set(["floor", "ceil", "round", "trunc"]);

function apply(s: Scalars, op: string, x: readonly string[]): string | null {
  if (s.dtype === "bool") return applyBool(s, op, x);
  if (!s.isFloat && rounding.has(op)) return x[0];
  const name = direct[op];
  if (name !== undefined) return s.node(name, ...x);
  switch (op) {
    case "sign":
      // ONNX's own gives NaN for NaN.
      return s.node("Sub", s.cast(s.node("Greater", x[0], s.number(0))), s.cast(s.node("Less", x[0], s.number(0))));
    case "shl":
      return s.node("Mul", x[0], s.node("Pow", s.number(2), x[1]));
    case "shr": {
      // Towards minus infinity: the rest has the divisor's sign.
      const by = s.node("Pow", s.number(2), x[1]);
      return s.node("Div", s.node("Sub", x[0], s.remainder(x[0], by)), by);
    }
    case "ne":
      return s.node("Not", s.node("Equal", ...x));
    case "fma":
      return s.node("Add", s.node("Mul", x[0], x[1]), x[2]);
    case "fmod":
      return s.node("Mod", ...x);
    case "gcd":
      return s.isFloat ? null : greatestDivisor(s, x);
    case "trunc":
      return s.node("Where", s.node("Less", x[0], s.number(0)), s.node("Ceil", x[0]), s.node("Floor", x[0]));
    case "not":
    case "and":
    case "or":
    case "xor":
      return s.isFloat || s.opset < 18 ? null : s.node(`Bitwise${op[0].toUpperCase()}${op.slice(1)}`, ...x);
    default:
      return s.isFloat ? applyFloat(s, op, x) : null;
  }
}

/**
 * Euclid's algorithm, written out. Two neighbouring Fibonacci numbers take longest: as many steps as there are of them below the
 * dtype's greatest magnitude.
 */
function greatestDivisor(s: Scalars, x: readonly string[]): string {
  const greatest = s.dtype === "int64" ? 2n ** 63n : 2n ** 31n;
  let [a, b] = x.map((value) => s.node("Abs", value));
  for (let [f, g] = [1n, 1n]; f <= greatest; [f, g] = [g, f + g]) {
    const ended = s.node("Equal", b, s.number(0));
    const rest = s.node("Mod", a, s.node("Where", ended, s.number(1), b));
    a = s.node("Where", ended, a, b);
    b = rest;
  }
  // Of the least number, whose magnitude does not fit, the remainders are negative.
  return s.node("Abs", a);
}

function applyBool(s: Scalars, op: string, x: readonly string[]): string | null {
  const name = ofBool[op];
  if (name !== undefined) return s.node(name, ...x);
  const not = (value: string): string => s.node("Not", value);
  switch (op) {
    case "where":
      return s.node("Or", s.node("And", x[0], x[1]), s.node("And", not(x[0]), x[2]));
    case "lt":
      return s.node("And", not(x[0]), x[1]);
    case "le":
      return s.node("Or", not(x[0]), x[1]);
    case "gt":
      return s.node("And", x[0], not(x[1]));
    case "ge":
      return s.node("Or", x[0], not(x[1]));
    default:
      return null;
  }
}

function applyFloat(s: Scalars, op: string, [x, y]: readonly string[]): string | null {
  const one = (): string => s.number(1);
  switch (op) {
    case "exp2":
      return s.node("Pow", s.number(2), x);
    case "log2":
      return s.node("Mul", s.node("Log", x), s.number(Math.LOG2E));
    case "log10":
      return s.node("Mul", s.node("Log", x), s.number(Math.LOG10E));
    case "expm1":
      return expm1(s, x);
    case "log1p":
      return log1p(s, x);
    case "erfc":
      return s.node("Sub", one(), s.node("Erf", x));
    case "atan2":
      return atan2(s, x, y);
    case "copysign": {
      const negative = isNegative(s, y);
      const size = s.node("Abs", x);
      return s.node("Where", negative, s.node("Neg", size), size);
    }
    default:
      return null;
  }
}

/** Whether the sign is minus, that of zero too: 1 / -0 is -Infinity. */
function isNegative(s: Scalars, x: string): string {
  const zero = s.number(0);
  const isZero = s.node("Equal", x, zero);
  return s.node("Less", s.node("Where", isZero, s.node("Div", s.number(1), x), x), zero);
}

/** Kahan's (e^x - 1) · x / log(e^x), which keeps the digits of small results. */
function expm1(s: Scalars, x: string): string {
  const u = s.node("Exp", x);
  const less = s.node("Sub", u, s.number(1));
  const fine = s.node("Mul", less, s.node("Div", x, s.node("Log", u)));
  // e^x = 1: x itself. Where x is not small, there is nothing to correct, and log(0) and log(∞) would spoil it.
  const small = s.node("Less", s.node("Abs", x), s.number(1));
  return s.node("Where", s.node("Equal", u, s.number(1)), x, s.node("Where", small, fine, less));
}

/** Kahan's log(1 + x) · x / ((1 + x) - 1). */
function log1p(s: Scalars, x: string): string {
  const one = s.number(1);
  const u = s.node("Add", x, one);
  const log = s.node("Log", u);
  const fine = s.node("Mul", log, s.node("Div", x, s.node("Sub", u, one)));
  const small = s.node("Less", s.node("Abs", x), one);
  return s.node("Where", s.node("Equal", u, one), x, s.node("Where", small, fine, log));
}

/** By the quadrant of (x, y); signed zeros count. */
function atan2(s: Scalars, y: string, x: string): string {
  const pi = s.number(Math.PI);
  const zero = s.number(0);
  const negativeY = isNegative(s, y);
  const signed = (size: string): string => s.node("Where", negativeY, s.node("Neg", size), size);
  // Of two infinities, only the signs count.
  const size = s.node("Abs", x);
  const unbounded = s.node(
    "And",
    s.node("Equal", size, s.number(Number.POSITIVE_INFINITY)),
    s.node("Equal", size, s.node("Abs", y)),
  );
  const ratio = s.node("Where", unbounded, s.node("Mul", s.node("Sign", x), s.node("Sign", y)), s.node("Div", y, x));
  const slope = s.node("Atan", ratio);
  const turned = s.node("Add", slope, signed(pi));
  const onAxis = s.node(
    "Where",
    s.node("Equal", y, zero),
    signed(s.node("Where", isNegative(s, x), pi, zero)),
    signed(s.number(Math.PI / 2)),
  );
  const apart = s.node("Where", s.node("Less", x, zero), turned, slope);
  return s.node("Where", s.node("Equal", y, y), s.node("Where", s.node("Equal", x, zero), onAxis, apart), y);
}

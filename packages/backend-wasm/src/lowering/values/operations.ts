/** Elementwise operations on values of each dtype, rounding included. */
import { type DType, isBinary, isCompare, isFloat, type ScalarOp } from "@cresset/core/backend";
import type { Arithmetic, LaneMath } from "../code/lane-math.ts";
import type { Lanes } from "../code/lanes.ts";
import { choose, noted } from "./choice.ts";
import { toFloat32, toFloat64 } from "./conversions.ts";
import * as float32 from "./float32.ts";
import { roundToHalf } from "./half.ts";
import { sharedCall } from "./shared.ts";

type Apply = (m: LaneMath, ...inputs: Lanes[]) => Lanes;

const multiplyAdd: Apply = (m, x, y, z) => m.mulAdd(x, y, z);

/** Operations on floats that instructions have, and whose results need no rounding to float16. */
const exactFloat: Partial<Readonly<Record<ScalarOp, Arithmetic>>> = {
  neg: "neg",
  abs: "abs",
  floor: "floor",
  ceil: "ceil",
  round: "nearest",
  trunc: "trunc",
};

const roundedFloat: Partial<Readonly<Record<ScalarOp, Arithmetic>>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  sqrt: "sqrt",
};

/** Functions of float32 that stand in the kernels themselves. */
const singleFunctions: Partial<Readonly<Record<ScalarOp, Apply>>> = {
  exp: float32.exp,
  expm1: float32.expm1,
  log: float32.log,
  log1p: float32.log1p,
  tanh: float32.tanh,
  erf: float32.erf,
};

/** One value has the bits that it has in a vector: with fused multiply-add, which has no scalar form, it is one. */
function asVector(m: LaneMath, apply: Apply, inputs: readonly Lanes[]): Lanes {
  if (!m.fuses || inputs.some(({ width }) => width > 1)) return apply(m, ...inputs);
  return m.extract(apply(m, ...inputs.map((x) => m.widen(x))), 0);
}

function transcendental(m: LaneMath, op: ScalarOp, inputs: readonly Lanes[]): Lanes {
  const [x, y] = inputs;
  const single = x.kind === "f32" ? singleFunctions[op] : undefined;
  if (single) return asVector(m, single, [x]);
  if (op === "fmod" && x.kind === "f64") return m.callEach("fmod", ["f64"], x, y)[0];
  const isDigamma = op === "polygamma" && x.parts[0].constant === 0;
  return isDigamma ? sharedCall(m, "digamma", [y]) : sharedCall(m, op, inputs);
}

function sign(m: LaneMath, x: Lanes): Lanes {
  const negative = m.select(m.compare("lt", x, 0), -1, m.constant(x.kind, 0));
  return m.select(m.compare("gt", x, 0), 1, negative);
}

function floatOperation(m: LaneMath, op: ScalarOp, dtype: DType, inputs: readonly Lanes[]): Lanes {
  const [x, y] = inputs;
  const { kind } = x;
  if (op === "max" || op === "min") return m.extremum(m, op, x, y);
  const exact = exactFloat[op];
  if (exact) return m.arithmetic(exact, ...inputs);
  switch (op) {
    case "copysign":
      // The sign of a NaN depends on the machine: it counts as positive.
      return m.copysign(x, m.select(m.compare("eq", y, y), y, 0));
    case "sign":
      return sign(m, x);
    case "not":
      return m.select(m.compare("eq", x, 0), 1, m.constant(kind, 0));
    case "fma": {
      if (m.fuses && dtype === "float32") return asVector(m, multiplyAdd, inputs);
      if (kind === "f64") return m.add(m.mul(x, y), inputs[2]);
      const [a, b, c] = inputs.map((input) => toFloat64(m, input));
      const result = toFloat32(m, m.add(m.mul(a, b), c));
      return dtype === "float16" ? roundToHalf(m, result) : result;
    }
    case "nextafter":
      return m.call(`nextafter_${dtype}`, kind, x, y);
    default: {
      const arithmetic = roundedFloat[op];
      const result = arithmetic ? m.arithmetic(arithmetic, ...inputs) : transcendental(m, op, inputs);
      return dtype === "float16" ? roundToHalf(m, result) : result;
    }
  }
}

/** Wraps an i32 to an integer dtype. */
export function wrap(m: LaneMath, dtype: DType, x: Lanes): Lanes {
  if (dtype === "uint8") return m.bitwise("and", x, 255);
  const bits = dtype === "int8" ? 24 : dtype === "int16" ? 16 : 0;
  return bits === 0 ? x : m.shift("shr_s", m.shift("shl", x, bits), bits);
}

/** An instruction of single integers. */
function ofTwo(m: LaneMath, name: "div_s" | "rem_s" | "shl" | "shr_s", a: Lanes, b: Lanes): Lanes {
  const kind = a.kind as "i32" | "i64";
  return m.one(kind, m.e.op(`${kind}.${name}`, a.parts[0], b.parts[0]));
}

/** Truncating division and remainder: a zero divisor gives 0, the lowest value by −1 itself. */
function divide(m: LaneMath, op: "div" | "fmod", x: Lanes, y: Lanes): Lanes {
  return m.lanewise([x, y], ([a, b]) => {
    const isZero = m.compare("eq", b, 0);
    const isMinusOne = m.compare("eq", b, -1);
    const safe = m.select(m.bitwise("or", isZero, isMinusOne), 1, b);
    // A divisor of 1, which stands in for both, leaves 0.
    if (op === "fmod") return ofTwo(m, "rem_s", a, safe);
    const quotient = ofTwo(m, "div_s", a, safe);
    return m.select(isZero, 0, m.select(isMinusOne, m.arithmetic("neg", a), quotient));
  });
}

/** Shifts by a variable count; one out of range shifts everything out. */
function shiftBy(m: LaneMath, op: "shl" | "shr", x: Lanes, y: Lanes): Lanes {
  return m.lanewise([x, y], ([a, b]) => {
    const kind = a.kind as "i32" | "i64";
    const bits = kind === "i64" ? 64 : 32;
    const inRange = m.one("mask", m.e.op(`${kind}.lt_u`, b.parts[0], m.constant(kind, bits).parts[0]));
    if (op === "shl") return m.select(inRange, ofTwo(m, "shl", a, b), 0);
    return ofTwo(m, "shr_s", a, m.select(inRange, b, bits - 1));
  });
}

function integerOperation(m: LaneMath, op: ScalarOp, inputs: readonly Lanes[]): Lanes {
  const [x, y] = inputs;
  const kind = x.kind as "i32" | "i64";
  switch (op) {
    case "floor":
    case "ceil":
    case "round":
    case "trunc":
      return x;
    case "neg":
    case "abs":
    case "add":
    case "sub":
    case "mul":
    case "max":
    case "min":
      return m.arithmetic(op, ...inputs);
    case "and":
    case "or":
    case "xor":
      return m.bitwise(op, x, y);
    case "not":
      return m.bitwise("xor", x, -1);
    case "sign":
      return sign(m, x);
    case "div":
    case "fmod":
      return divide(m, op, x, y);
    case "shl":
    case "shr":
      return shiftBy(m, op, x, y);
    case "pow":
    case "gcd":
      return m.callEach(`${op}_${kind}`, [kind], x, y)[0];
    default:
      throw new Error(`integers have no ${op}`);
  }
}

function boolOperation(m: LaneMath, op: ScalarOp, inputs: readonly Lanes[]): Lanes {
  const [x, y] = inputs;
  switch (op) {
    case "not":
      return m.not(x);
    case "and":
    case "or":
    case "xor":
      return m.bitwise(op, x, y);
    case "add":
    case "max":
      return m.bitwise("or", x, y);
    case "mul":
    case "min":
      return m.bitwise("and", x, y);
    default:
      return m.nonZero(
        integerOperation(
          m,
          op,
          inputs.map((input) => m.maskToInteger(input)),
        ),
      );
  }
}

/** An elementwise operation; `dtype` is that of the operands (of `where`: of the two it chooses from). */
export function operation(m: LaneMath, op: ScalarOp, dtype: DType, inputs: readonly Lanes[]): Lanes {
  if (op === "where") return choose(m, inputs[0], inputs[1], inputs[2]);
  if (isCompare(op)) {
    const [x, y] = dtype === "bool" ? inputs.map((input) => m.maskToInteger(input)) : inputs;
    return noted(m, op, x, y, m.compare(op, x, y));
  }
  if (isFloat(dtype)) return floatOperation(m, op, dtype, inputs);
  if (dtype === "bool") return boolOperation(m, op, inputs);
  const result = integerOperation(m, op, inputs);
  const stays = isBinary(op) && ["and", "or", "xor", "max", "min", "shr"].includes(op);
  return stays ? result : wrap(m, dtype, result);
}

import {
  type BinaryOp,
  type DType,
  isBinary,
  isCompare,
  isFloat,
  isTernary,
  isUnary,
  type ScalarOp,
  type UnaryOp,
} from "@cresset/core/backend";
import type { Writer } from "./writer.ts";

/** WGSL of an operation: `call` names a function of the library, a function of texts writes them out. */
type Unary = string | ((x: string) => string);
type Binary = string | ((x: string, y: string) => string);

const infix =
  (operator: string): Binary =>
  (x, y) =>
    `(${x} ${operator} ${y})`;
const same: Unary = (x) => x;

const floatUnary: Readonly<Record<UnaryOp, Unary>> = {
  neg: "negated",
  abs: "magnitude",
  sign: "sign_f32",
  floor: "floor_f32",
  ceil: "ceil_f32",
  round: "round_f32",
  trunc: "trunc_f32",
  sqrt: "sqrt_f32",
  exp: "exp_f32",
  exp2: "exp2_f32",
  expm1: "expm1_f32",
  log: "log_f32",
  log2: "log2_f32",
  log10: "log10_f32",
  log1p: "log1p_f32",
  sin: "sin_f32",
  cos: "cos_f32",
  tan: "tan_f32",
  asin: "asin_f32",
  acos: "acos_f32",
  atan: "atan_f32",
  sinh: "sinh_f32",
  cosh: "cosh_f32",
  tanh: "tanh_f32",
  asinh: "asinh_f32",
  acosh: "acosh_f32",
  atanh: "atanh_f32",
  erf: "erf_f32",
  erfc: "erfc_f32",
  erfinv: "erfinv_f32",
  lgamma: "lgamma_f32",
  not: (x) => `select(0.0f, 1.0f, ${x} == 0.0f)`,
};

const floatBinary: Readonly<Record<BinaryOp, Binary>> = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: "div_f32",
  fmod: "fmod_f32",
  pow: "pow_f32",
  atan2: "atan2_f32",
  max: "max_f32",
  min: "min_f32",
  // Bitwise operations and divisors of floats do not occur in programs.
  and: infix("+"),
  or: infix("+"),
  xor: infix("+"),
  shl: (x, y) => `(${x} * exp2(${y}))`,
  shr: (x, y) => `(${x} / exp2(${y}))`,
  copysign: "with_sign",
  nextafter: "nextafter_f32",
  polygamma: "polygamma_f32",
  gcd: same,
};

/** Of int32, int16, int8 and uint8 in 32 bits; the caller wraps. Transcendental functions do not occur. */
const integerUnary: Readonly<Partial<Record<UnaryOp, Unary>>> = {
  neg: (x) => `(-${x})`,
  abs: (x) => `abs(${x})`,
  sign: (x) => `sign(${x})`,
  floor: same,
  ceil: same,
  round: same,
  trunc: same,
  not: (x) => `(~${x})`,
};

const integerBinary: Readonly<Partial<Record<BinaryOp, Binary>>> = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: "div_i32",
  fmod: "rem_i32",
  pow: "pow_i32",
  max: (x, y) => `max(${x}, ${y})`,
  min: (x, y) => `min(${x}, ${y})`,
  and: infix("&"),
  or: infix("|"),
  xor: infix("^"),
  shl: "shl_i32",
  shr: "shr_i32",
  copysign: "copysign_i32",
  nextafter: (x, y) => `(${x} + sign(${y} - ${x}))`,
  gcd: "gcd_i32",
};

const int64Unary: Readonly<Partial<Record<UnaryOp, Unary>>> = {
  neg: "neg_int64",
  abs: "abs_int64",
  sign: "sign_int64",
  floor: same,
  ceil: same,
  round: same,
  trunc: same,
  not: (x) => `(~${x})`,
};

const int64Binary: Readonly<Partial<Record<BinaryOp, Binary>>> = {
  add: "add_int64",
  sub: "sub_int64",
  mul: "mul_int64",
  div: "div_int64",
  fmod: "rem_int64",
  pow: "pow_int64",
  max: "max_int64",
  min: "min_int64",
  and: infix("&"),
  or: infix("|"),
  xor: infix("^"),
  shl: "shl_int64",
  shr: "shr_int64",
  copysign: "copysign_int64",
  nextafter: "nextafter_int64",
  gcd: "gcd_int64",
};

/** Of two bools, as integers 0 and 1 whose result is whether it is not 0. */
const boolBinary: Readonly<Partial<Record<BinaryOp, Binary>>> = {
  add: infix("||"),
  sub: infix("!="),
  mul: infix("&&"),
  div: infix("&&"),
  max: infix("||"),
  min: infix("&&"),
  and: infix("&&"),
  or: infix("||"),
  xor: infix("!="),
  pow: (x, y) => `(${x} || !${y})`,
  fmod: () => "false",
  copysign: (x) => x,
};

/** A transcendental function of integers, which programs do not contain, goes by way of float32. */
function throughFloat(writer: Writer, op: UnaryOp | BinaryOp, dtype: DType, inputs: readonly string[]): string {
  const [to, from] = dtype === "int64" ? ["int64_to_f32", "f32_to_int64"] : ["i32_to_f32", "f32_to_i32"];
  const floats = inputs.map((input) => `${writer.use(to)}(${input})`);
  return `${writer.use(from)}(${operationText(writer, op, "float32", floats)})`;
}

/** The text of an operation other than `where`; the inputs are values of `dtype`. The caller rounds or wraps. */
export function operationText(writer: Writer, op: ScalarOp, dtype: DType, inputs: readonly string[]): string {
  const [x, y] = inputs;
  if (isCompare(op)) return compareText(writer, op, dtype, x, y);
  const write = (found: Unary | Binary): string => {
    if (typeof found === "string") return `${writer.use(found)}(${inputs.join(", ")})`;
    return found(x, y);
  };
  if (isUnary(op)) {
    if (dtype === "bool") return op === "not" ? `(!${x})` : x;
    if (isFloat(dtype)) return write(floatUnary[op]);
    const found = dtype === "int64" ? int64Unary[op] : integerUnary[op];
    return found === undefined ? throughFloat(writer, op, dtype, inputs) : write(found);
  }
  if (isBinary(op)) {
    if (dtype === "float16" && op === "nextafter") return write("nextafter_f16");
    if (isFloat(dtype)) return write(floatBinary[op]);
    if (dtype === "bool") return write(boolBinary[op] ?? infix("||"));
    const found = dtype === "int64" ? int64Binary[op] : integerBinary[op];
    return found === undefined ? throughFloat(writer, op, dtype, inputs) : write(found);
  }
  if (isTernary(op)) return `fma(${inputs.join(", ")})`;
  throw new Error(`webgpu: no text for ${op}`);
}

const operators = { eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" } as const;

function compareText(writer: Writer, op: keyof typeof operators, dtype: DType, x: string, y: string): string {
  if (isFloat(dtype)) return `${writer.use(`${op}_f32`)}(${x}, ${y})`;
  if (dtype === "int64") {
    if (op === "eq") return `${writer.use("eq_int64")}(${x}, ${y})`;
    if (op === "ne") return `(!${writer.use("eq_int64")}(${x}, ${y}))`;
    const less = writer.use("lt_int64");
    if (op === "lt") return `${less}(${x}, ${y})`;
    if (op === "gt") return `${less}(${y}, ${x})`;
    return op === "le" ? `(!${less}(${y}, ${x}))` : `(!${less}(${x}, ${y}))`;
  }
  if (dtype === "bool" && op !== "eq" && op !== "ne") {
    return `(select(0, 1, ${x}) ${operators[op]} select(0, 1, ${y}))`;
  }
  return `(${x} ${operators[op]} ${y})`;
}

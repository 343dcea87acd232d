import type { BinaryOp, CompareOp, DType, ScalarOp, UnaryOp } from "@cresset/core/backend";
import { isBinary, isCompare, isFloat, isTernary, isUnary } from "@cresset/core/backend";

/** Gives the name of a helper function and notes that it is used. */
type Use = (name: string) => string;
type UnaryText = (x: string, use: Use) => string;
type BinaryText = (x: string, y: string, use: Use) => string;

const math =
  (name: string): UnaryText =>
  (x) =>
    `Math.${name}(${x})`;

const infix =
  (operator: string): BinaryText =>
  (x, y) =>
    `(${x} ${operator} ${y})`;

const call1 =
  (helper: string): UnaryText =>
  (x, use) =>
    `${use(helper)}(${x})`;

const call2 =
  (helper: string): BinaryText =>
  (x, y, use) =>
    `${use(helper)}(${x}, ${y})`;

const same: UnaryText = (x) => x;

const floatUnary: Readonly<Record<UnaryOp, UnaryText>> = {
  neg: (x) => `(-${x})`,
  abs: math("abs"),
  sign: call1("float_sign"),
  floor: math("floor"),
  ceil: math("ceil"),
  round: call1("float_round"),
  trunc: math("trunc"),
  sqrt: math("sqrt"),
  exp: math("exp"),
  exp2: call1("float_exp2"),
  expm1: math("expm1"),
  log: math("log"),
  log2: math("log2"),
  log10: math("log10"),
  log1p: math("log1p"),
  sin: math("sin"),
  cos: math("cos"),
  tan: math("tan"),
  asin: math("asin"),
  acos: math("acos"),
  atan: math("atan"),
  sinh: math("sinh"),
  cosh: math("cosh"),
  tanh: math("tanh"),
  asinh: math("asinh"),
  acosh: math("acosh"),
  atanh: math("atanh"),
  erf: call1("float_erf"),
  erfc: call1("float_erfc"),
  erfinv: call1("float_erfinv"),
  lgamma: call1("float_lgamma"),
  not: call1("float_not"),
};

const floatBinary: Readonly<Record<BinaryOp, BinaryText>> = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  fmod: infix("%"),
  pow: call2("float_pow"),
  atan2: (x, y) => `Math.atan2(${x}, ${y})`,
  max: (x, y) => `Math.max(${x}, ${y})`,
  min: (x, y) => `Math.min(${x}, ${y})`,
  and: infix("&"),
  or: infix("|"),
  xor: infix("^"),
  shl: call2("float_shl"),
  shr: call2("float_shr"),
  copysign: call2("float_copysign"),
  nextafter: call2("float_nextafter"),
  polygamma: call2("float_polygamma"),
  gcd: call2("float_gcd"),
};

/** What integers write differently from the call of a helper. */
const integerUnary: Partial<Readonly<Record<UnaryOp, UnaryText>>> = {
  neg: (x) => `(-${x})`,
  abs: math("abs"),
  sign: math("sign"),
  floor: same,
  ceil: same,
  round: same,
  trunc: same,
  not: (x) => `(~${x})`,
};

const integerBinary: Partial<Readonly<Record<BinaryOp, BinaryText>>> = {
  add: infix("+"),
  sub: infix("-"),
  mul: (x, y) => `Math.imul(${x}, ${y})`,
  max: (x, y) => `Math.max(${x}, ${y})`,
  min: (x, y) => `Math.min(${x}, ${y})`,
  and: infix("&"),
  or: infix("|"),
  xor: infix("^"),
};

const int64Unary: Partial<Readonly<Record<UnaryOp, UnaryText>>> = {
  neg: (x) => `BigInt.asIntN(64, -${x})`,
  floor: same,
  ceil: same,
  round: same,
  trunc: same,
  not: (x) => `(~${x})`,
};

const wrapped =
  (operator: string): BinaryText =>
  (x, y) =>
    `BigInt.asIntN(64, ${x} ${operator} ${y})`;

const int64Binary: Partial<Readonly<Record<BinaryOp, BinaryText>>> = {
  add: wrapped("+"),
  sub: wrapped("-"),
  mul: wrapped("*"),
  and: infix("&"),
  or: infix("|"),
  xor: infix("^"),
};

/** The JavaScript operator of each comparison. */
export const compareOperator: Readonly<Record<CompareOp, string>> = {
  eq: "===",
  ne: "!==",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

/** Operations whose result, of operands of a float dtype, is a value of that dtype without rounding. */
const exactOnFloats: ReadonlySet<ScalarOp> = new Set<ScalarOp>([
  "neg",
  "abs",
  "sign",
  "floor",
  "ceil",
  "round",
  "trunc",
  "not",
  "fmod",
  "max",
  "min",
  "copysign",
  "nextafter",
]);

/** The same for int32, int16, int8, uint8 and bool. (The others overflow, or give −0.) */
const exactOnIntegers: ReadonlySet<ScalarOp> = new Set<ScalarOp>([
  "sign",
  "floor",
  "ceil",
  "round",
  "trunc",
  "max",
  "min",
  "and",
  "or",
  "xor",
  "shr",
]);

export interface OperationText {
  readonly text: string;
  /** Whether the text is a value of the dtype; otherwise it must be rounded or wrapped. */
  readonly rounded: boolean;
}

/** The text of an elementwise operation other than comparisons and `where`; the inputs are values of `dtype`. */
export function operationText(op: ScalarOp, dtype: DType, inputs: readonly string[], use: Use): OperationText {
  const [x, y] = inputs;
  if (dtype === "bool" && op === "not") return { text: `(${x} ^ 1)`, rounded: true };
  if (dtype === "float32" && op === "exp") return { text: call1("exp32")(x, use), rounded: true };
  if (dtype === "float32" && op === "nextafter") return { text: call2("float32_nextafter")(x, y, use), rounded: true };
  if (dtype === "float16" && op === "nextafter") return { text: call2("float16_nextafter")(x, y, use), rounded: true };
  const float = isFloat(dtype);
  const rounded =
    dtype === "int64" ||
    dtype === "float64" ||
    (dtype === "int32" && (op === "mul" || op === "not")) ||
    (float ? exactOnFloats : exactOnIntegers).has(op);
  if (isUnary(op)) {
    const text = float ? floatUnary[op] : dtype === "int64" ? int64Unary[op] : integerUnary[op];
    return { text: (text ?? call1(`${dtype === "int64" ? "int64" : "integer"}_${op}`))(x, use), rounded };
  }
  if (isBinary(op)) {
    const text = float ? floatBinary[op] : dtype === "int64" ? int64Binary[op] : integerBinary[op];
    return { text: (text ?? call2(`${dtype === "int64" ? "int64" : "integer"}_${op}`))(x, y, use), rounded };
  }
  if (isTernary(op)) return { text: `(${x} * ${y} + ${inputs[2]})`, rounded };
  if (isCompare(op)) return { text: `(${x} ${compareOperator[op]} ${y} ? 1 : 0)`, rounded: true };
  return { text: `(${inputs[0]} !== 0 ? ${inputs[1]} : ${inputs[2]})`, rounded: true };
}

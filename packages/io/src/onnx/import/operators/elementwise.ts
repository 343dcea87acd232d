import {
  abs,
  acos,
  acosh,
  add,
  asin,
  asinh,
  atan,
  atanh,
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  ceil,
  celu,
  clamp,
  cos,
  cosh,
  div,
  eq,
  erf,
  exp,
  floor,
  fmod,
  ge,
  gt,
  isinf,
  isnan,
  le,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  lt,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  prelu,
  reciprocal,
  relu,
  remainder,
  round,
  sigmoid,
  sign,
  sin,
  sinh,
  sqrt,
  sub,
  type Tensor,
  tan,
  tanh,
  where,
} from "@cresset/core/functions";
import { functional as F } from "@cresset/nn";
import { dataTypeName, dtypeOf } from "../../dtypes.ts";
import type { Call, Operator, Operators } from "../call.ts";

const unary =
  (of: (x: Tensor) => Tensor): Operator =>
  (call) =>
    of(call.tensor(0));

const binary =
  (of: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (call) =>
    of(call.tensor(0), call.tensor(1));

/** Of any number of inputs. */
const variadic =
  (of: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (call) =>
    call.tensors().reduce((a, b) => of(a, b));

const isFloat = (x: Tensor): boolean => x.dtype.startsWith("float");

/** Integers are divided towards zero. */
const quotient = (a: Tensor, b: Tensor): Tensor => (isFloat(a) ? div(a, b) : div(a, b, { roundingMode: "trunc" }));

function clip(call: Call): Tensor {
  const x = call.tensor(0);
  // Before version 11 the limits are attributes.
  const limit = (i: number, name: string, none: number): Tensor | number | null =>
    call.opset < 11 ? call.float(name, none) : call.optional(i);
  const low = limit(1, "min", Number.NEGATIVE_INFINITY);
  const high = limit(2, "max", Number.POSITIVE_INFINITY);
  let result = x;
  if (low !== null) result = typeof low === "number" ? clamp(result, low, null) : maximum(result, low);
  if (high !== null) result = typeof high === "number" ? clamp(result, null, high) : minimum(result, high);
  return result;
}

function cast(call: Call): Tensor {
  const type = call.int("to", 0);
  const dtype = dtypeOf(type);
  if (dtype === undefined) throw call.error(`casts to ${dataTypeName(type)}, which Cresset has not`);
  return call.tensor(0).to(dtype);
}

/** Slopes of the channels, which may lack dimensions at the end. */
function parametricRelu(call: Call): Tensor {
  const [x, slope] = [call.tensor(0), call.tensor(1)];
  return slope.numel() === 1 && slope.ndim === 1 ? prelu(x, slope) : where(ge(x, 0), x, mul(x, slope));
}

function dropout(call: Call): Tensor {
  const x = call.tensor(0);
  if (!call.training) return x;
  const ratio = call.opset < 12 ? call.float("ratio", 0.5) : call.has(1) ? call.host(1).data[0] : 0.5;
  return F.dropout(x, ratio, true);
}

export const elementwise: Operators = {
  Abs: unary(abs),
  Neg: unary(neg),
  Sign: unary(sign),
  Floor: unary(floor),
  Ceil: unary(ceil),
  Round: unary(round),
  Sqrt: unary(sqrt),
  Exp: unary(exp),
  Log: unary(log),
  Sin: unary(sin),
  Cos: unary(cos),
  Tan: unary(tan),
  Asin: unary(asin),
  Acos: unary(acos),
  Atan: unary(atan),
  Sinh: unary(sinh),
  Cosh: unary(cosh),
  Tanh: unary(tanh),
  Asinh: unary(asinh),
  Acosh: unary(acosh),
  Atanh: unary(atanh),
  Erf: unary(erf),
  Reciprocal: unary(reciprocal),
  Sigmoid: unary(sigmoid),
  Relu: unary(relu),
  Softplus: unary((x) => F.softplus(x, 1, Number.POSITIVE_INFINITY)),
  Softsign: unary(F.softsign),
  HardSwish: unary((x) => F.hardswish(x)),
  Mish: unary((x) => F.mish(x)),
  Not: unary(logicalNot),
  BitwiseNot: unary(bitwiseNot),
  IsNaN: unary(isnan),
  IsInf: (call) => {
    const x = call.tensor(0);
    const [low, high] = [call.int("detect_negative", 1), call.int("detect_positive", 1)];
    const infinite = isinf(x);
    if (low !== 0 && high !== 0) return infinite;
    return logicalAnd(infinite, low !== 0 ? lt(x, 0) : high !== 0 ? gt(x, 0) : logicalNot(infinite));
  },
  Identity: (call) => call.input(0),
  Elu: (call) => {
    const [x, alpha] = [call.tensor(0), call.float("alpha", 1)];
    return F.elu(x, alpha);
  },
  Selu: (call) => {
    const x = call.tensor(0);
    const [alpha, gamma] = [call.float("alpha", 1.6732632423543772), call.float("gamma", 1.0507009873554805)];
    return mul(F.elu(x, alpha), gamma);
  },
  Celu: (call) => celu(call.tensor(0), call.float("alpha", 1)),
  LeakyRelu: (call) => F.leakyRelu(call.tensor(0), call.float("alpha", 0.01)),
  ThresholdedRelu: (call) => F.threshold(call.tensor(0), call.float("alpha", 1), 0),
  HardSigmoid: (call) => clamp(add(mul(call.tensor(0), call.float("alpha", 0.2)), call.float("beta", 0.5)), 0, 1),
  Shrink: (call) => {
    const [x, bias, limit] = [call.tensor(0), call.float("bias", 0), call.float("lambd", 0.5)];
    return where(lt(x, -limit), add(x, bias), where(gt(x, limit), sub(x, bias), 0));
  },
  Gelu: (call) =>
    F.gelu(call.tensor(0), { approximate: call.string("approximate", "none") === "tanh" ? "tanh" : "none" }),
  PRelu: parametricRelu,
  Clip: clip,
  Cast: cast,
  CastLike: (call) => call.tensor(0).to(call.tensor(1).dtype),
  Dropout: dropout,
  Add: binary((a, b) => add(a, b)),
  Sub: binary((a, b) => sub(a, b)),
  Mul: binary(mul),
  Div: binary(quotient),
  Pow: (call) => {
    const [x, y] = [call.tensor(0), call.tensor(1)];
    // The result has the type of the base.
    const power = pow(x, y);
    return power.dtype === x.dtype ? power : power.to(x.dtype);
  },
  Mod: (call) => {
    const [a, b] = [call.tensor(0), call.tensor(1)];
    return call.int("fmod", 0) === 1 ? fmod(a, b) : remainder(a, b);
  },
  And: binary(logicalAnd),
  Or: binary(logicalOr),
  Xor: binary(logicalXor),
  BitwiseAnd: binary(bitwiseAnd),
  BitwiseOr: binary(bitwiseOr),
  BitwiseXor: binary(bitwiseXor),
  Equal: binary(eq),
  Less: binary(lt),
  LessOrEqual: binary(le),
  Greater: binary(gt),
  GreaterOrEqual: binary(ge),
  Where: (call) => where(call.tensor(0), call.tensor(1), call.tensor(2)),
  Max: variadic(maximum),
  Min: variadic(minimum),
  Sum: variadic((a, b) => add(a, b)),
  Mean: (call) =>
    div(
      call.tensors().reduce((a, b) => add(a, b)),
      call.inputs.length,
    ),
};

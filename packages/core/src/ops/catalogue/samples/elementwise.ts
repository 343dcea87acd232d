import type { activation } from "../activation.ts";
import type { binary } from "../binary.ts";
import type { unary } from "../unary.ts";
import {
  aboveOne,
  as,
  boolResult,
  type Description,
  flat,
  integers,
  integersOnly,
  mask,
  on,
  positive,
  probability,
  real,
  smooth,
  takes,
  unit,
} from "./sample.ts";

const any = takes("input", smooth(on([real(2, 3)]), on([real()])));
const above0 = takes("input", smooth(on([positive(2, 3)])));
const inside = takes("input", smooth(on([unit(2, 3)])));
const above1 = takes("input", smooth(on([aboveOne(2, 3)])));
const test = takes("input", flat(boolResult, on([real(2, 3)])));

const changes = "it changes its operand";
export const unarySamples: Readonly<Record<keyof typeof unary, Description>> = {
  frexp: takes("input", smooth(on([real(2, 3)]))),
  apply_: takes(
    "input callable",
    flat(
      changes,
      on([real(2, 3)], (x: number | bigint) => Number(x) * 2),
    ),
  ),
  map_: takes(
    "input tensor callable",
    flat(
      changes,
      on([real(2, 3), real(3)], (x: number | bigint, y: number | bigint) => Number(x) - Number(y)),
    ),
  ),
  abs: any,
  absolute: any,
  neg: any,
  negative: any,
  positive: any,
  sign: any,
  sgn: any,
  signbit: test,
  angle: takes("input", smooth(on([real(2, 3)]))),

  exp: any,
  exp2: any,
  expm1: any,
  log: above0,
  log1p: above0,
  log2: above0,
  log10: above0,
  logit: takes("input eps", smooth(on([probability(2, 3)]), on([probability(2, 3)], 0.2))),
  sqrt: above0,
  rsqrt: above0,
  square: any,
  reciprocal: above0,

  sin: any,
  cos: any,
  tan: inside,
  asin: inside,
  arcsin: inside,
  acos: inside,
  arccos: inside,
  atan: any,
  arctan: any,
  sinh: any,
  cosh: any,
  asinh: any,
  arcsinh: any,
  acosh: above1,
  arccosh: above1,
  atanh: inside,
  arctanh: inside,
  sinc: any,
  deg2rad: any,
  rad2deg: any,

  erf: any,
  erfc: any,
  erfinv: inside,
  lgamma: above0,
  digamma: above0,
  polygamma: takes("input n", smooth(on([positive(2, 3)], 1), on([positive(2, 3)], 2))),
  mvlgamma: takes("input p", smooth(on([aboveOne(2, 3)], 2))),
  i0: any,

  floor: any,
  ceil: any,
  round: takes("input | decimals", smooth(on([real(2, 3)]), on([real(2, 3)], { decimals: 1 }))),
  trunc: any,
  fix: any,
  frac: any,

  clamp: takes("input min# max#", smooth(on([real(2, 3)], -1, 1), on([real(2, 3), unit(3), aboveOne(2, 1)]))),
  clip: takes("input min# max#", smooth(on([real(2, 3)], -1, 1))),
  clampMin: takes("input min#", smooth(on([real(2, 3)], 0.1))),
  clampMax: takes("input max#", smooth(on([real(2, 3)], 0.1))),
  nanToNum: takes("input nan posinf neginf", any),

  isnan: test,
  isinf: test,
  isfinite: test,
  isreal: test,
  isposinf: test,
  isneginf: test,
  logicalNot: test,
  bitwiseNot: takes("input", flat(integersOnly, on([integers(9, 2, 3)]))),
};

const two = takes(
  "input# other#",
  smooth(on([real(2, 3), real(2, 3)]), on([real(2, 1), real(3)]), on([real(2, 3)], 1.5)),
);
const twoPositive = takes("input# other#", smooth(on([positive(2, 3), positive(3)])));
const tensors = takes("input other", smooth(on([real(2, 3), real(3)])));
const compared = takes("input other#", flat(boolResult, on([real(2, 3), real(3)]), on([real(2, 3)], 0.5)));
const logical = takes("input other", flat(boolResult, on([real(2, 3), mask(3)])));
const bitwise = takes("input# other#", flat(integersOnly, on([integers(9, 2, 3), integers(4, 3)])));

export const binarySamples: Readonly<Record<keyof typeof binary, Description>> = {
  floatPower_: takes("input# exponent#", flat(changes, on([positive(2, 3), real(3)]))),
  add: takes("input# other# | alpha#", smooth(...two.samples, on([real(2, 3), real(3)], { alpha: 2 }))),
  sub: takes("input# other# | alpha#", two),
  subtract: takes("input# other# | alpha#", two),
  rsub: takes("input other# | alpha#", two),
  mul: two,
  multiply: two,
  div: takes("input# other# | rounding_mode", twoPositive),
  divide: takes("input other# | rounding_mode", twoPositive),
  trueDivide: twoPositive,
  rdiv: twoPositive,
  floorDivide: takes(
    "input# other#",
    flat("PyTorch has none: it is not differentiable", on([positive(2, 3), positive(3)])),
  ),
  remainder: twoPositive,
  rmod: takes("input other#", flat("PyTorch records none for the divisor's part", on([positive(2, 3)], 7))),
  fmod: twoPositive,
  pow: takes("input# exponent#", smooth(on([positive(2, 3), real(3)]), on([real(2, 3)], 3))),
  floatPower: takes("input# exponent#", smooth(on([positive(2, 3), real(3)]), on([real(2, 3)], 3))),
  rpow: takes("input other#", smooth(on([real(2, 3)], 2))),
  addcmul: takes("input tensor1 tensor2 | value#", smooth(on([real(2, 3), real(2, 3), real(3)], { value: 0.5 }))),
  addcdiv: takes("input tensor1 tensor2 | value#", smooth(on([real(2, 3), real(2, 3), positive(3)], { value: 0.5 }))),
  lerp: takes(
    "input end weight#",
    smooth(on([real(2, 3), real(3), probability(2, 3)]), on([real(2, 3), real(3)], 0.3)),
  ),

  maximum: tensors,
  minimum: tensors,
  fmax: tensors,
  fmin: tensors,
  atan2: tensors,
  arctan2: tensors,
  hypot: tensors,
  logaddexp: tensors,
  logaddexp2: tensors,
  xlogy: takes("input# other#", smooth(on([real(2, 3), positive(3)]))),
  copysign: tensors,
  heaviside: takes("input values", flat("PyTorch has none: it is not differentiable", on([real(2, 3), real(3)]))),
  nextafter: takes("input other", flat("PyTorch has none: it is not differentiable", on([real(2, 3), real(3)]))),
  gcd: takes("input other", flat(integersOnly, on([integers(60, 2, 3), integers(40, 3)]))),
  lcm: takes("input other", flat(integersOnly, on([integers(60, 2, 3), integers(40, 3)]))),
  igamma: takes("input other", flat("its gradient is that of one operand only", on([positive(2, 3), positive(3)]))),
  igammac: takes("input other", flat("its gradient is that of one operand only", on([positive(2, 3), positive(3)]))),
  ldexp: takes("input other", smooth(on([real(2, 3), integers(4, 3)]))),

  eq: compared,
  ne: compared,
  notEqual: compared,
  lt: compared,
  less: compared,
  le: compared,
  lessEqual: compared,
  gt: compared,
  greater: compared,
  ge: compared,
  greaterEqual: compared,
  logicalAnd: logical,
  logicalOr: logical,
  logicalXor: logical,
  bitwiseAnd: bitwise,
  bitwiseOr: bitwise,
  bitwiseXor: bitwise,
  bitwiseLeftShift: bitwise,
  bitwiseRightShift: bitwise,

  isclose: takes("input other rtol atol equal_nan?", flat(boolResult, on([real(2, 3), real(3)]))),
  allclose: takes("input other rtol atol equal_nan?", flat("it gives a boolean", on([real(2, 3), real(3)]))),
  allcloseSync: takes("input other rtol atol equal_nan?", flat("it gives a boolean", on([real(2, 3), real(3)]))),
  equal: takes("input other", flat("it gives a boolean", on([real(2, 3), real(2, 3)]))),
  equalSync: takes("input other", flat("it gives a boolean", on([real(2, 3), real(2, 3)]))),
  where: takes(
    "input condition other#",
    smooth(as([real(2, 3), mask(2, 3), real(3)], (x, condition, other) => [x, condition, other])),
  ),

  resultType: takes(
    "tensor1/tensor/scalar1/scalar# tensor2/tensor/other/scalar2/scalar#",
    flat("it gives a dtype", on([real(2, 3), integers(3, 3)])),
  ),
  promoteTypes: takes(
    "type1 type2",
    flat(
      "it takes dtypes",
      as([], () => ["int64", "float32"]),
    ),
  ),
  canCast: takes(
    "from/from_ to",
    flat(
      "it takes dtypes",
      as([], () => ["int64", "float32"]),
    ),
  ),
};

export const activationSamples: Readonly<Record<keyof typeof activation, Description>> = {
  relu: any,
  selu: any,
  celu: takes("input alpha#", any),
  prelu: takes("input weight", smooth(on([real(2, 3), positive(3)]))),
  threshold: takes("input threshold# value#", smooth(on([real(2, 3)], 0.1, 20))),
  hardshrink: takes("input lambd#", any),
  sigmoid: any,
  tanh: any,
  softmax: takes("input dim dtype", smooth(on([real(2, 3)], 1), on([real(2, 3, 2)], 1))),
  logSoftmax: takes("input dim dtype", smooth(on([real(2, 3)], 1), on([real(2, 3, 2)], 0))),
};

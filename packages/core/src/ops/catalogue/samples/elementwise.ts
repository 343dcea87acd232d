import type { activation } from "../activation.ts";
import type { binary } from "../binary.ts";
import type { unary } from "../unary.ts";
import {
  aboveOne,
  as,
  boolResult,
  flat,
  integers,
  integersOnly,
  mask,
  on,
  positive,
  probability,
  real,
  type Samples,
  smooth,
  unit,
} from "./sample.ts";

const any = smooth(on([real(2, 3)]), on([real()]));
const above0 = smooth(on([positive(2, 3)]));
const inside = smooth(on([unit(2, 3)]));
const above1 = smooth(on([aboveOne(2, 3)]));
const changes = "it changes its operand";
const test = flat(boolResult, on([real(2, 3)]));

export const unarySamples: Readonly<Record<keyof typeof unary, Samples>> = {
  abs: any,
  absolute: any,
  neg: any,
  negative: any,
  positive: any,
  sign: any,
  sgn: any,
  signbit: test,
  angle: smooth(on([real(2, 3)])),

  frexp: smooth(on([real(2, 3)])),
  exp: any,
  exp2: any,
  expm1: any,
  log: above0,
  log1p: above0,
  log2: above0,
  log10: above0,
  logit: smooth(on([probability(2, 3)]), on([probability(2, 3)], 0.2)),
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
  polygamma: smooth(on([positive(2, 3)], 1), on([positive(2, 3)], 2)),
  mvlgamma: smooth(on([aboveOne(2, 3)], 2)),
  i0: any,

  floor: any,
  ceil: any,
  round: smooth(on([real(2, 3)]), on([real(2, 3)], { decimals: 1 })),
  trunc: any,
  fix: any,
  frac: any,

  clamp: smooth(on([real(2, 3)], -1, 1), on([real(2, 3), unit(3), aboveOne(2, 1)])),
  clip: smooth(on([real(2, 3)], -1, 1)),
  clampMin: smooth(on([real(2, 3)], 0.1)),
  clampMax: smooth(on([real(2, 3)], 0.1)),
  nanToNum: any,

  apply_: flat(
    changes,
    on([real(2, 3)], (x: number | bigint) => Number(x) * 2),
  ),
  map_: flat(
    changes,
    on([real(2, 3), real(3)], (x: number | bigint, y: number | bigint) => Number(x) - Number(y)),
  ),

  isnan: test,
  isinf: test,
  isfinite: test,
  isreal: test,
  isposinf: test,
  isneginf: test,
  logicalNot: test,
  bitwiseNot: flat(integersOnly, on([integers(9, 2, 3)])),
};

const two = smooth(on([real(2, 3), real(2, 3)]), on([real(2, 1), real(3)]), on([real(2, 3)], 1.5));
const twoPositive = smooth(on([positive(2, 3), positive(3)]));
const tensors = smooth(on([real(2, 3), real(3)]));
const compared = flat(boolResult, on([real(2, 3), real(3)]), on([real(2, 3)], 0.5));
const logical = flat(boolResult, on([real(2, 3), mask(3)]));
const bitwise = flat(integersOnly, on([integers(9, 2, 3), integers(4, 3)]));

export const binarySamples: Readonly<Record<keyof typeof binary, Samples>> = {
  add: smooth(...two.samples, on([real(2, 3), real(3)], { alpha: 2 })),
  sub: two,
  subtract: two,
  rsub: two,
  mul: two,
  multiply: two,
  div: twoPositive,
  divide: twoPositive,
  trueDivide: twoPositive,
  rdiv: twoPositive,
  floorDivide: flat("PyTorch has none: it is not differentiable", on([positive(2, 3), positive(3)])),
  remainder: twoPositive,
  rmod: flat("PyTorch records none for the divisor's part", on([positive(2, 3)], 7)),
  fmod: twoPositive,
  pow: smooth(on([positive(2, 3), real(3)]), on([real(2, 3)], 3)),
  floatPower_: flat(changes, on([positive(2, 3), real(3)])),
  floatPower: smooth(on([positive(2, 3), real(3)]), on([real(2, 3)], 3)),
  rpow: smooth(on([real(2, 3)], 2)),
  addcmul: smooth(on([real(2, 3), real(2, 3), real(3)], { value: 0.5 })),
  addcdiv: smooth(on([real(2, 3), real(2, 3), positive(3)], { value: 0.5 })),
  lerp: smooth(on([real(2, 3), real(3), probability(2, 3)]), on([real(2, 3), real(3)], 0.3)),

  maximum: tensors,
  minimum: tensors,
  fmax: tensors,
  fmin: tensors,
  atan2: tensors,
  arctan2: tensors,
  hypot: tensors,
  logaddexp: tensors,
  logaddexp2: tensors,
  xlogy: smooth(on([real(2, 3), positive(3)])),
  copysign: tensors,
  heaviside: flat("PyTorch has none: it is not differentiable", on([real(2, 3), real(3)])),
  nextafter: flat("PyTorch has none: it is not differentiable", on([real(2, 3), real(3)])),
  gcd: flat(integersOnly, on([integers(60, 2, 3), integers(40, 3)])),
  lcm: flat(integersOnly, on([integers(60, 2, 3), integers(40, 3)])),
  igamma: flat("its gradient is that of one operand only", on([positive(2, 3), positive(3)])),
  igammac: flat("its gradient is that of one operand only", on([positive(2, 3), positive(3)])),
  ldexp: smooth(on([real(2, 3), integers(4, 3)])),

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

  isclose: flat(boolResult, on([real(2, 3), real(3)])),
  allclose: flat("it gives a boolean", on([real(2, 3), real(3)])),
  allcloseSync: flat("it gives a boolean", on([real(2, 3), real(3)])),
  equal: flat("it gives a boolean", on([real(2, 3), real(2, 3)])),
  equalSync: flat("it gives a boolean", on([real(2, 3), real(2, 3)])),
  where: smooth(as([real(2, 3), mask(2, 3), real(3)], (x, condition, other) => [x, condition, other])),

  resultType: flat("it gives a dtype", on([real(2, 3), integers(3, 3)])),
  promoteTypes: flat(
    "it takes dtypes",
    as([], () => ["int64", "float32"]),
  ),
  canCast: flat(
    "it takes dtypes",
    as([], () => ["int64", "float32"]),
  ),
};

export const activationSamples: Readonly<Record<keyof typeof activation, Samples>> = {
  relu: any,
  selu: any,
  celu: any,
  prelu: smooth(on([real(2, 3), positive(3)])),
  threshold: smooth(on([real(2, 3)], 0.1, 20)),
  hardshrink: any,
  sigmoid: any,
  tanh: any,
  softmax: smooth(on([real(2, 3)], 1), on([real(2, 3, 2)], 1)),
  logSoftmax: smooth(on([real(2, 3)], 1), on([real(2, 3, 2)], 0)),
};

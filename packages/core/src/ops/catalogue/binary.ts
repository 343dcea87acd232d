import * as e from "../elementwise/index.ts";
import { floatPower_ } from "../elementwise/power.ts";
import { keepWhere } from "../elementwise/where.ts";
import type { Catalogue } from "./catalogue.ts";

const everywhere = ["torch", "method", "inplace"] as const;
const plain = ["torch", "method"] as const;

/** Operations on each pair of elements; `r…` are the reflected forms of Python's operators. */
export const binary = {
  add: { fn: e.add, on: everywhere },
  sub: { fn: e.sub, on: everywhere },
  subtract: { fn: e.sub, on: everywhere },
  rsub: { fn: e.rsub, on: plain },
  mul: { fn: e.mul, on: everywhere },
  multiply: { fn: e.mul, on: everywhere },
  div: { fn: e.div, on: everywhere },
  divide: { fn: e.div, on: everywhere },
  trueDivide: { fn: e.div, on: everywhere },
  rdiv: { fn: e.rdiv, on: plain },
  floorDivide: { fn: e.floorDivide, on: everywhere },
  remainder: { fn: e.remainder, on: everywhere },
  rmod: { fn: e.rmod, on: plain },
  fmod: { fn: e.fmod, on: everywhere },
  pow: { fn: e.pow, on: everywhere },
  floatPower: { fn: e.floatPower, on: plain },
  floatPower_: { fn: floatPower_, on: ["method"] },
  rpow: { fn: e.rpow, on: plain },
  addcmul: { fn: e.addcmul, on: everywhere },
  addcdiv: { fn: e.addcdiv, on: everywhere },
  lerp: { fn: e.lerp, on: everywhere },

  maximum: { fn: e.maximum, on: plain },
  minimum: { fn: e.minimum, on: plain },
  fmax: { fn: e.fmax, on: plain },
  fmin: { fn: e.fmin, on: plain },
  atan2: { fn: e.atan2, on: everywhere },
  arctan2: { fn: e.atan2, on: everywhere },
  hypot: { fn: e.hypot, on: everywhere },
  logaddexp: { fn: e.logaddexp, on: plain },
  logaddexp2: { fn: e.logaddexp2, on: plain },
  xlogy: { fn: e.xlogy, on: everywhere },
  copysign: { fn: e.copysign, on: everywhere },
  heaviside: { fn: e.heaviside, on: everywhere },
  nextafter: { fn: e.nextafter, on: everywhere },
  gcd: { fn: e.gcd, on: everywhere },
  lcm: { fn: e.lcm, on: everywhere },
  igamma: { fn: e.igamma, on: everywhere },
  igammac: { fn: e.igammac, on: everywhere },
  ldexp: { fn: e.ldexp, on: everywhere },

  eq: { fn: e.eq, on: everywhere },
  ne: { fn: e.ne, on: everywhere },
  notEqual: { fn: e.ne, on: everywhere },
  lt: { fn: e.lt, on: everywhere },
  less: { fn: e.lt, on: everywhere },
  le: { fn: e.le, on: everywhere },
  lessEqual: { fn: e.le, on: everywhere },
  gt: { fn: e.gt, on: everywhere },
  greater: { fn: e.gt, on: everywhere },
  ge: { fn: e.ge, on: everywhere },
  greaterEqual: { fn: e.ge, on: everywhere },
  logicalAnd: { fn: e.logicalAnd, on: everywhere },
  logicalOr: { fn: e.logicalOr, on: everywhere },
  logicalXor: { fn: e.logicalXor, on: everywhere },
  bitwiseAnd: { fn: e.bitwiseAnd, on: everywhere },
  bitwiseOr: { fn: e.bitwiseOr, on: everywhere },
  bitwiseXor: { fn: e.bitwiseXor, on: everywhere },
  bitwiseLeftShift: { fn: e.bitwiseLeftShift, on: everywhere },
  bitwiseRightShift: { fn: e.bitwiseRightShift, on: everywhere },

  isclose: { fn: e.isclose, on: plain },
  allclose: { fn: e.allclose, on: plain },
  allcloseSync: { fn: e.allcloseSync, on: plain },
  equal: { fn: e.equal, on: plain },
  equalSync: { fn: e.equalSync, on: plain },
  // As a method, the receiver is `input`, which comes second in the function.
  where: { fn: keepWhere, on: ["method"] },

  resultType: { fn: e.resultType, on: ["torch"] },
  promoteTypes: { fn: e.promoteTypes, on: ["torch"] },
  canCast: { fn: e.canCast, on: ["torch"] },
} as const satisfies Catalogue;

import { apply_, map_ } from "../elementwise/host-function.ts";
import * as e from "../elementwise/index.ts";
import { polygammaOf } from "../elementwise/special.ts";
import { multigammaln } from "../special/index.ts";
import type { Catalogue } from "./catalogue.ts";

const everywhere = ["torch", "method", "inplace"] as const;
const plain = ["torch", "method"] as const;

/** Operations on each element of one tensor. */
export const unary = {
  abs: { fn: e.abs, on: everywhere },
  absolute: { fn: e.abs, on: everywhere },
  neg: { fn: e.neg, on: everywhere },
  negative: { fn: e.neg, on: everywhere },
  positive: { fn: e.positive, on: plain },
  sign: { fn: e.sign, on: everywhere },
  sgn: { fn: e.sign, on: everywhere },
  angle: { fn: e.angle, on: plain },
  signbit: { fn: e.signbit, on: plain },

  frexp: { fn: e.frexp, on: plain },
  exp: { fn: e.exp, on: everywhere },
  exp2: { fn: e.exp2, on: everywhere },
  expm1: { fn: e.expm1, on: everywhere },
  log: { fn: e.log, on: everywhere },
  log1p: { fn: e.log1p, on: everywhere },
  log2: { fn: e.log2, on: everywhere },
  log10: { fn: e.log10, on: everywhere },
  logit: { fn: e.logit, on: everywhere },
  sqrt: { fn: e.sqrt, on: everywhere },
  rsqrt: { fn: e.rsqrt, on: everywhere },
  square: { fn: e.square, on: everywhere },
  reciprocal: { fn: e.reciprocal, on: everywhere },

  sin: { fn: e.sin, on: everywhere },
  cos: { fn: e.cos, on: everywhere },
  tan: { fn: e.tan, on: everywhere },
  asin: { fn: e.asin, on: everywhere },
  arcsin: { fn: e.asin, on: everywhere },
  acos: { fn: e.acos, on: everywhere },
  arccos: { fn: e.acos, on: everywhere },
  atan: { fn: e.atan, on: everywhere },
  arctan: { fn: e.atan, on: everywhere },
  sinh: { fn: e.sinh, on: everywhere },
  cosh: { fn: e.cosh, on: everywhere },
  asinh: { fn: e.asinh, on: everywhere },
  arcsinh: { fn: e.asinh, on: everywhere },
  acosh: { fn: e.acosh, on: everywhere },
  arccosh: { fn: e.acosh, on: everywhere },
  atanh: { fn: e.atanh, on: everywhere },
  arctanh: { fn: e.atanh, on: everywhere },
  sinc: { fn: e.sinc, on: everywhere },
  deg2rad: { fn: e.deg2rad, on: everywhere },
  rad2deg: { fn: e.rad2deg, on: everywhere },

  erf: { fn: e.erf, on: everywhere },
  erfc: { fn: e.erfc, on: everywhere },
  erfinv: { fn: e.erfinv, on: everywhere },
  lgamma: { fn: e.lgamma, on: everywhere },
  digamma: { fn: e.digamma, on: everywhere },
  // As a method, the receiver is `input`, which comes second in the function.
  polygamma: { fn: polygammaOf, on: ["method", "inplace"] },
  mvlgamma: { fn: multigammaln, on: everywhere },
  i0: { fn: e.i0, on: everywhere },

  floor: { fn: e.floor, on: everywhere },
  ceil: { fn: e.ceil, on: everywhere },
  round: { fn: e.round, on: everywhere },
  trunc: { fn: e.trunc, on: everywhere },
  fix: { fn: e.trunc, on: everywhere },
  frac: { fn: e.frac, on: everywhere },

  clamp: { fn: e.clamp, on: everywhere },
  clip: { fn: e.clamp, on: everywhere },
  clampMin: { fn: e.clampMin, on: everywhere },
  clampMax: { fn: e.clampMax, on: everywhere },
  nanToNum: { fn: e.nanToNum, on: everywhere },

  apply_: { fn: apply_, on: ["method"] },
  map_: { fn: map_, on: ["method"] },

  isnan: { fn: e.isnan, on: plain },
  isinf: { fn: e.isinf, on: plain },
  isreal: { fn: e.isreal, on: plain },
  isfinite: { fn: e.isfinite, on: plain },
  isposinf: { fn: e.isposinf, on: plain },
  isneginf: { fn: e.isneginf, on: plain },
  logicalNot: { fn: e.logicalNot, on: everywhere },
  bitwiseNot: { fn: e.bitwiseNot, on: everywhere },
} as const satisfies Catalogue;

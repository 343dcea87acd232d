/** Operations on each element by itself, with PyTorch's promotion and broadcasting; and PyTorch's other names for them. */

export type { AlphaOptions } from "./arithmetic.ts";
export {
  add,
  mul,
  mul as multiply,
  neg,
  neg as negative,
  positive,
  rsub,
  sub,
  sub as subtract,
} from "./arithmetic.ts";
export { i0 } from "./bessel.ts";
export { bitwiseAnd, bitwiseLeftShift, bitwiseNot, bitwiseOr, bitwiseRightShift, bitwiseXor } from "./bitwise.ts";
export type { ClampOptions, NanToNumOptions } from "./clamp.ts";
export { clamp, clamp as clip, clampMax, clampMin, nanToNum } from "./clamp.ts";
export type { CloseOptions } from "./closeness.ts";
export { allclose, allcloseSync, equal, equalSync, isclose } from "./closeness.ts";
export {
  eq,
  ge,
  ge as greaterEqual,
  gt,
  gt as greater,
  isfinite,
  isinf,
  isnan,
  isneginf,
  isposinf,
  isreal,
  le,
  le as lessEqual,
  lt,
  lt as less,
  ne,
  ne as notEqual,
} from "./comparison.ts";
export type { DivOptions, RoundingMode } from "./division.ts";
export {
  div,
  div as divide,
  div as trueDivide,
  floorDivide,
  fmod,
  rdiv,
  remainder,
  rmod,
} from "./division.ts";
export { gcd, lcm } from "./divisor.ts";
export type { LogitOptions } from "./exponential.ts";
export { exp, exp2, expm1, log, log1p, log2, log10, logaddexp, logaddexp2, logit, xlogy } from "./exponential.ts";
export { fmax, fmin, maximum, minimum } from "./extremum.ts";
export { frexp } from "./frexp.ts";
export { igamma, igammac } from "./incomplete-gamma.ts";
export type { ValueOptions } from "./interpolation.ts";
export { addcdiv, addcmul, lerp } from "./interpolation.ts";
export { logicalAnd, logicalNot, logicalOr, logicalXor } from "./logical.ts";
export type { TensorOrScalar } from "./operands.ts";
export { floatPower, pow, reciprocal, rpow, rsqrt, sqrt, square } from "./power.ts";
export { canCast, promoteTypes, resultType } from "./result-type.ts";
export type { RoundOptions } from "./rounding.ts";
export { ceil, floor, frac, round, trunc, trunc as fix } from "./rounding.ts";
export {
  abs,
  abs as absolute,
  angle,
  copysign,
  heaviside,
  ldexp,
  nextafter,
  sign,
  sign as sgn,
  signbit,
} from "./sign.ts";
export { digamma, erf, erfc, erfinv, lgamma, polygamma } from "./special.ts";
export {
  acos,
  acos as arccos,
  acosh,
  acosh as arccosh,
  asin,
  asin as arcsin,
  asinh,
  asinh as arcsinh,
  atan,
  atan as arctan,
  atan2,
  atan2 as arctan2,
  atanh,
  atanh as arctanh,
  cos,
  cosh,
  deg2rad,
  hypot,
  rad2deg,
  sin,
  sinc,
  sinh,
  tan,
} from "./trigonometric.ts";
export { where } from "./where.ts";

/** The functions of floats and integers that no instructions have and that are too long to stand in every kernel. */
import type { Features } from "../../features.ts";
import type { Kind } from "../code/lanes.ts";
import { sortBody, sortParameters } from "../sorting/sort-rows.ts";
import { cos as cosOfSingle, sin as sinOfSingle } from "./float32.ts";
import { farAngle } from "./float64/angle.ts";
import { cos, sin, tan } from "./float64/circular.ts";
import { erf, erfc, erfinv } from "./float64/error-function.ts";
import { cosh, exp, exp2, expm1, sinh, tanh } from "./float64/exponential.ts";
import { digamma, lgamma, polygamma, zeta } from "./float64/gamma.ts";
import { acos, asin, atan, atan2 } from "./float64/inverse-circular.ts";
import { acosh, asinh, atanh, log, log1p, log2, log10, logAddExp } from "./float64/logarithm.ts";
import { pow, powOfSingle } from "./float64/power.ts";
import { fmod, fmodOfSingle } from "./float64/remainder.ts";
import { greatestDivisor } from "./greatest-divisor.ts";
import { integerPower } from "./integer-power.ts";
import { nextafter } from "./nextafter.ts";
import { type HasSingle, type SharedFunction, singlePrefix, type Write, written } from "./shared.ts";

/** Functions of float64 that take four values where there are vectors. */
const ofDoubles = {
  exp,
  exp2,
  expm1,
  sinh,
  cosh,
  tanh,
  log,
  log2,
  log10,
  log1p,
  asinh,
  acosh,
  atanh,
  logAddExp,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  atan2,
  erf,
  erfc,
  erfinv,
  lgamma,
  digamma,
  polygamma,
  zeta,
  pow,
} satisfies Record<string, Write>;

/** Likewise of float32, where those above are slower and the code is too long to stand in every kernel. */
const ofSingles = { sin: sinOfSingle, cos: cosOfSingle, pow: powOfSingle, fmod: fmodOfSingle } satisfies Record<
  HasSingle,
  Write
>;

/** Likewise of one dtype, which its name ends in. */
const ofDtype: Readonly<Record<string, [Kind, Write]>> = {
  nextafter_float64: ["f64", (m, x, y) => nextafter(m, "float64", x, y)],
  nextafter_float32: ["f32", (m, x, y) => nextafter(m, "float32", x, y)],
  nextafter_float16: ["f32", (m, x, y) => nextafter(m, "float16", x, y)],
};

/** Functions of single values: the kind of the arguments, the kinds of the results. */
const ofOne: Readonly<Record<string, [Kind, readonly Kind[], Write]>> = {
  farAngle: ["f64", ["f64", "f64", "i64"], farAngle],
  fmod: ["f64", ["f64"], fmod],
  pow_i32: ["i32", ["i32"], integerPower],
  pow_i64: ["i64", ["i64"], integerPower],
  gcd_i32: ["i32", ["i32"], greatestDivisor],
  gcd_i64: ["i64", ["i64"], greatestDivisor],
};

/** The shared function of a name, if it is one of these. */
export function functionNamed(name: string, { simd }: Features): SharedFunction | undefined {
  if (name === "sort_narrow" || name === "sort_wide") {
    const kind = name === "sort_wide" ? "wide" : "narrow";
    return { parameters: sortParameters, results: ["i32"], body: (target) => sortBody(kind, target) };
  }
  if (Object.hasOwn(ofDoubles, name))
    return written(ofDoubles[name as keyof typeof ofDoubles], "f64", ["f64"], simd, true);
  if (name.startsWith(singlePrefix))
    return written(ofSingles[name.slice(singlePrefix.length) as keyof typeof ofSingles], "f32", ["f32"], simd, true);
  if (Object.hasOwn(ofDtype, name)) {
    const [kind, write] = ofDtype[name];
    return written(write, kind, [kind], simd, true);
  }
  if (!Object.hasOwn(ofOne, name)) return undefined;
  const [kind, results, write] = ofOne[name];
  return written(write, kind, results, simd, false);
}

/**
 * Functions that kernels share: each is compiled once, when the first kernel calls it, in a module of its own that exports
 * it under its name.
 */

import type { FunctionBody } from "../assembler/module.ts";
import type { ValueType } from "../assembler/opcodes.ts";
import type { Features } from "../features.ts";
import { toFloat32, toFloat64 } from "./conversions.ts";
import { Emitter } from "./emitter.ts";
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
import { integerPower } from "./integer-power.ts";
import { LaneMath } from "./lane-math.ts";
import { type Kind, type Lanes, partsOf, scalarType } from "./lanes.ts";
import { sortBody, sortParameters } from "./sort-rows.ts";
import { tileNamed, tileParameters } from "./tile.ts";
import type { Target } from "./writer.ts";

export interface SharedFunction {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  body(target: Target): FunctionBody;
}

type Write = (m: LaneMath, ...inputs: Lanes[]) => Lanes | readonly Lanes[];

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
  string,
  Write
>;

/** Functions of single values: the kind of the arguments, the kinds of the results. */
const ofOne: Readonly<Record<string, [Kind, readonly Kind[], Write]>> = {
  farAngle: ["f64", ["f64", "f64", "i64"], farAngle],
  fmod: ["f64", ["f64"], fmod],
  pow_i32: ["i32", ["i32"], integerPower],
  pow_i64: ["i64", ["i64"], integerPower],
};

/** The function of float32 with the name of its float64 form. */
const prefix = "single_";

/**
 * A function of float64 or float32 that kernels share, for one value or four; undefined if there is none. Of float32 it is
 * the function of float64, rounded, unless there is one for it.
 */
export function sharedCall(m: LaneMath, name: string, inputs: readonly Lanes[]): Lanes | undefined {
  const single = inputs[0].kind === "f32";
  if (single && Object.hasOwn(ofSingles, name)) return m.call(prefix + name, "f32", ...inputs);
  if (!Object.hasOwn(ofDoubles, name)) return undefined;
  if (!single) return m.call(name, "f64", ...inputs);
  return toFloat32(m, m.call(name, "f64", ...inputs.map((x) => toFloat64(m, x))));
}

/** A function of lanes, given as its parameters' kind and width; what it gives has the same width. */
function written(write: Write, kind: Kind, results: readonly Kind[], simd: boolean, wide: boolean): SharedFunction {
  // The receiver of `m` is not an input.
  const inputs = Array.from({ length: write.length - 1 }, (_, i) => i);
  const vector = simd && wide;
  const typesOf = (one: Kind): ValueType[] => (vector ? Array(partsOf(one)).fill("v128") : [scalarType[one]]);
  const parameters = inputs.flatMap(() => typesOf(kind));
  return {
    parameters,
    results: results.flatMap(typesOf),
    body(target) {
      const e = new Emitter(parameters, target.pool, (name) => target.callee(name));
      const m = new LaneMath(e, target.simd, target.relaxedSimd);
      const count = vector ? partsOf(kind) : 1;
      const lanes = inputs.map((input): Lanes => {
        const parts = Array.from({ length: count }, (_, i) => e.parameter(input * count + i, typesOf(kind)[0]));
        return { kind, width: vector ? 4 : 1, parts };
      });
      const made = [write(m, ...lanes)].flat();
      return e.finish(made.flatMap((x) => (vector ? m.widen(x) : x).parts));
    },
  };
}

/** The shared function of a name. */
export function sharedFunction(name: string, features: Features): SharedFunction {
  if (name.startsWith("tile_"))
    return { parameters: tileParameters, results: [], body: () => tileNamed(name, features) };
  if (name === "sort_narrow" || name === "sort_wide") {
    const kind = name === "sort_wide" ? "wide" : "narrow";
    return { parameters: sortParameters, results: ["i32"], body: (target) => sortBody(kind, target) };
  }
  const { simd } = features;
  if (Object.hasOwn(ofDoubles, name))
    return written(ofDoubles[name as keyof typeof ofDoubles], "f64", ["f64"], simd, true);
  if (name.startsWith(prefix))
    return written(ofSingles[name.slice(prefix.length) as keyof typeof ofSingles], "f32", ["f32"], simd, true);
  const [kind, results, write] = ofOne[name];
  return written(write, kind, results, simd, false);
}

/**
 * Functions that kernels share: each is compiled once, when the first kernel calls it, in a module of its own that exports
 * it under its name.
 */

import type { FunctionBody } from "../../assembler/module.ts";
import type { ValueType } from "../../assembler/opcodes.ts";
import { Emitter } from "../code/emitter.ts";
import { LaneMath } from "../code/lane-math.ts";
import { type Kind, type Lanes, partsOf, scalarType } from "../code/lanes.ts";
import type { Target } from "../writer.ts";
import { toFloat32, toFloat64 } from "./conversions.ts";

export interface SharedFunction {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  body(target: Target): FunctionBody;
}

export type Write = (m: LaneMath, ...inputs: Lanes[]) => Lanes | readonly Lanes[];

/** Functions that float32 has its own form of, for the other one is slower and too long to stand in every kernel. */
const singles = ["sin", "cos", "pow", "fmod"] as const;
export type HasSingle = (typeof singles)[number];
const hasSingle: ReadonlySet<string> = new Set(singles);

/** The function of float32 with the name of its float64 form. */
export const singlePrefix = "single_";

/**
 * A function of float64 or float32 that kernels share, for one value or four. Of float32 it is the function of float64,
 * rounded, unless there is one for it.
 */
export function sharedCall(m: LaneMath, name: string, inputs: readonly Lanes[]): Lanes {
  if (inputs[0].kind !== "f32") return m.call(name, "f64", ...inputs);
  if (hasSingle.has(name)) return m.call(singlePrefix + name, "f32", ...inputs);
  return toFloat32(m, m.call(name, "f64", ...inputs.map((x) => toFloat64(m, x))));
}

/** A function of lanes, given as its parameters' kind and width; what it gives has the same width. */
export function written(
  write: Write,
  kind: Kind,
  results: readonly Kind[],
  simd: boolean,
  wide: boolean,
): SharedFunction {
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

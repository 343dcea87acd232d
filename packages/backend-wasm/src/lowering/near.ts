/** Elements a few apart, or backwards, as whole vectors of which some lanes are taken. */
import { bytesOf, type Expression } from "@cresset/core/backend";
import type { Value } from "./code/emitter.ts";
import type { Lanes } from "./code/lanes.ts";
import { wordsOf } from "./code/vector-constants.ts";
import { addressOf } from "./index-math.ts";
import { apart, constantIndex, plus } from "./indices.ts";
import type { KernelWriter } from "./writer.ts";

/** Further apart, as many loads as elements have lanes for nobody. */
const furthest = 4;

/**
 * Four elements at a small distance; undefined where that is not to be had. Those that are read at one distance from places
 * next to each other, as windows are, come from the same vectors: these start at multiples of the distance, apart from what
 * the index depends on. So some elements before the first one and after the last one are read, too.
 */
export function loadNear(
  w: KernelWriter,
  { dtype, operand, index }: Expression & { readonly kind: "load" },
  stride: number,
  pinned: boolean,
): Lanes | undefined {
  const { e } = w;
  const isNear = stride === -1 || (stride > 1 && stride <= furthest);
  if ((dtype !== "float32" && dtype !== "int32") || !isNear) return undefined;
  const { constant } = apart(index);
  const first = stride < 0 ? 3 : ((constant % stride) + stride) % stride;
  const at = addressOf(w, operand, plus(index, constantIndex(-first)), bytesOf(dtype));
  const vector = (n: number): Value => e.load("v128.load", at, 16 * n, pinned);
  /** Lanes of two vectors: of the first, 0 … 3; of the second, 4 … 7. */
  const lanes = (which: readonly number[], a: Value, b: Value): Value => e.shuffle(wordsOf(which), a, b);
  /** The elements at two places, the first one twice, then the second one twice. */
  const pair = (a: number, b: number): Value =>
    lanes([a % 4, a % 4, 4 + (b % 4), 4 + (b % 4)], vector(a >> 2), vector(b >> 2));
  const [p, q, r, s] = [0, 1, 2, 3].map((n) => first + n * stride);
  const part =
    stride === 2
      ? lanes([p, q, r, s], vector(0), vector(1))
      : stride < 0
        ? lanes([p, q, r, s], vector(0), vector(0))
        : lanes([0, 2, 4, 6], pair(p, q), pair(r, s));
  return { kind: dtype === "float32" ? "f32" : "i32", width: 4, parts: [part] };
}

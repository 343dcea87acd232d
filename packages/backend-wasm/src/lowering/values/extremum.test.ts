import {
  apply,
  axis,
  constant,
  load,
  loop,
  plus,
  reads,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import { hostArray, scalarMeaning } from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { wasm } from "../../index.ts";

const special = [0, 1, 2 ** -149, Number.POSITIVE_INFINITY, Number.NaN].flatMap((x) => [x, -x]);
const count = special.length;

describe.each(["max", "min"] as const)("%s", (op) => {
  test.each(["float32", "float64"] as const)("of %s beside one bound for all points is that of pairs", (dtype) => {
    const meaning = scalarMeaning(op, dtype) as (a: number, b: number) => number;
    const place = plus(times(axis(0), count), axis(1));
    const [x, bound] = [load(dtype, 0, axis(1)), load(dtype, 1, axis(0))];
    const data = [0, 1].map(() => {
      const array = hostArray(dtype, count) as Float64Array<ArrayBuffer>;
      array.set(special);
      return array;
    });
    for (const [a, b] of [
      [x, bound],
      [bound, x],
    ]) {
      const kernel = loop([...reads(dtype, dtype), writes(dtype)], 2, 2, [store(2, place, apply(op, a, b))]);
      const { arrays } = runOnce(
        wasm({ haste: false }),
        single(kernel, [count, count, count * count], [count, count]),
        data,
      );
      const [inner, outer] = [data[0], data[1]].map((array) => Array.from(array));
      expect(Array.from(arrays[2] as Float64Array)).toEqual(outer.flatMap((m) => inner.map((n) => meaning(n, m))));
    }
  });

  test.each(special)("beside the constant %d is that of pairs", (bound) => {
    const meaning = scalarMeaning(op, "float64") as (a: number, b: number) => number;
    const result = apply(op, load("float64", 0, axis(0)), constant("float64", bound));
    const kernel = loop([...reads("float64"), writes("float64")], 1, 1, [store(1, axis(0), result)]);
    const { arrays } = runOnce(wasm({ haste: false }), single(kernel, [count, count], [count]), [
      Float64Array.from(special),
    ]);
    expect(Array.from(arrays[1] as Float64Array)).toEqual(special.map((x) => meaning(x, bound)));
  });
});

/** Maxima and minima of several values, one after the other, are those of two at a time. */
import {
  apply,
  axis,
  load,
  loop,
  plus,
  reads,
  register,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import { type Expression, type Index, type Program, type Statement, scalarMeaning } from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";

type Name = "max" | "min";
const special = [0, 1, 3e38, 2 ** -149, Number.POSITIVE_INFINITY, Number.NaN].flatMap((x) => [x, -x]);
const points = 1003;
const number = (value: number): Index => ({ kind: "constant", value });

/** `count` numbers for each point: all kinds, or those of one kind only. */
const samples = (count: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count * points }, (_, i) => {
    const kinds = [special, [0, -0], [-0, -1, -3], [1, Number.NEGATIVE_INFINITY], special.slice(0, 10)][
      (i % points) % 5
    ];
    return kinds[(i * 31 + (i >> 3)) % kinds.length];
  });

const at = (n: number): Expression => load("float32", 0, plus(times(number(n), points), axis(0)));
const result: Expression = register("float32", 0);

/** The extreme of `count` values in the order of a list, or of pairs of pairs. */
function extremeOf(name: Name, first: number, count: number, paired: boolean): Expression {
  if (count === 1) return at(first);
  const half = paired ? count >> 1 : count - 1;
  const rest = extremeOf(name, first + half, count - half, paired);
  return apply(name, extremeOf(name, first, half, paired), rest);
}

const program = (body: Statement[], count: number, results = 1): Program =>
  single(
    loop([...reads("float32"), ...Array.from({ length: results }, () => writes("float32"))], 1, 1, body),
    [count * points, ...Array.from({ length: results }, () => points)],
    [points],
  );

describe.each<WasmOptions>([{}, { relaxedSimd: false }, { simd: false }])("with %o", (options) => {
  const backend = () => wasm({ haste: false, ...options });

  test.each(["max", "min"] as const)("%s of up to nine values", (name) => {
    const meaning = scalarMeaning(name, "float32") as (a: number, b: number) => number;
    for (const count of [2, 3, 4, 5, 9])
      for (const paired of [false, true]) {
        const x = samples(count);
        const body: Statement[] = [
          { kind: "let", register: 0, value: extremeOf(name, 0, count, paired) },
          store(1, axis(0), result),
        ];
        const { arrays } = runOnce(backend(), program(body, count), [x]);
        const expected = Float32Array.from({ length: points }, (_, i) =>
          Array.from({ length: count }, (_, n) => x[n * points + i]).reduce(meaning),
        );
        expect(arrays[1]).toEqual(expected);
      }
  });

  test("what is found on the way, and maxima of minima", () => {
    const count = 8;
    const [max, min] = (["max", "min"] as const).map(
      (name) => scalarMeaning(name, "float32") as (a: number, b: number) => number,
    );
    const x = samples(count);
    const body: Statement[] = [
      { kind: "let", register: 0, value: extremeOf("max", 0, 5, false) },
      store(1, axis(0), result),
      { kind: "let", register: 1, value: apply("max", result, at(5)) },
      store(2, axis(0), register("float32", 1)),
      store(3, axis(0), apply("min", register("float32", 1), extremeOf("min", 4, 4, false))),
    ];
    const { arrays } = runOnce(backend(), program(body, count, 3), [x]);
    const value = (n: number, i: number): number => x[n * points + i];
    const all = (from: number, to: number, i: number): number[] =>
      Array.from({ length: to - from }, (_, n) => value(from + n, i));
    for (let i = 0; i < points; i++) {
      const five = all(0, 5, i).reduce(max);
      const six = max(five, value(5, i));
      const found = [1, 2, 3].map((n) => (arrays[n] as Float32Array)[i]);
      expect(found).toEqual([five, six, min(six, all(4, 8, i).reduce(min))]);
    }
  });
});

test("four and more take three instructions each", () => {
  const count = (values: number): number => {
    const body: Statement[] = [store(1, axis(0), extremeOf("max", 0, values, false))];
    return wasm().explain(program(body, values)).split("relaxed_madd").length - 1;
  };
  expect(count(3)).toBe(0);
  expect(count(4)).toBeGreaterThan(0);
  expect(count(9) / count(4)).toBeCloseTo(8 / 3);
});

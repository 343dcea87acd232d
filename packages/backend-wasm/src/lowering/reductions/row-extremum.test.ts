/** Extremes along memory, where each lane of a vector looks for its own. */
import { cpu } from "@cresset/backend-cpu";
import {
  apply,
  axis,
  load,
  loop,
  plus,
  reads,
  reduce,
  register,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import type { Backend, DType, Expression, HostArray, ReduceOp } from "@cresset/core/backend";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";

const negated = (x: Expression): Expression => apply("neg", x);
/** Too long to be repeated within a turn. */
const long = (x: Expression): Expression => [0, 1, 2, 3, 4, 5].reduce(negated, apply("div", x, x));
const bodies = { plain: (x: Expression) => x, negated, long };

/** The extremes of rows, and where they are; NaN alike whatever its bits. */
function extremes(
  backend: Backend,
  dtype: DType,
  op: ReduceOp,
  body: keyof typeof bodies,
  rows: number,
  data: HostArray,
) {
  const count = data.length / rows;
  const result: DType = op.startsWith("arg") ? "int64" : dtype;
  const value = bodies[body](load(dtype, 0, plus(times(axis(0), count), axis(1))));
  const kernel = loop([...reads(dtype), writes(result)], 2, 1, [
    reduce([1], 0, op, value, []),
    store(1, axis(0), register(result, 0)),
  ]);
  return [...runOnce(backend, single(kernel, [data.length, rows], [rows, count]), [data]).arrays[1]];
}

/** NaN of either sign, zeros, infinities, the smallest numbers. */
const patterns = [0x7fc00000, 0xffc00000, 0, 0x80000000, 0x7f800000, 0xff800000, 1, 0x80000001];
const usual = 0xbf800000;

test("extremes of float32 are those of the cpu backend: NaN, signs of zeros, the first of equal ones", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<ReduceOp>("max", "min", "argmax", "argmin"),
      fc.constantFrom<keyof typeof bodies>("plain", "negated", "long"),
      fc.constantFrom<WasmOptions>({}, { haste: false }, { relaxedSimd: false, haste: false }, { simd: false }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom(usual, usual, ...patterns),
      fc.array(fc.constantFrom(usual, ...patterns), { maxLength: 3 }),
      fc.nat(),
      (op, body, options, rows, count, often, few, start) => {
        const bits = new Uint32Array(rows * count).fill(often);
        for (const [i, pattern] of few.entries()) bits[(start + i * 7919) % bits.length] = pattern;
        const data = new Float32Array(bits.buffer);
        const expected = extremes(cpu(), "float32", op, body, rows, data);
        expect(extremes(wasm({ threads: 1, ...options }), "float32", op, body, rows, data)).toEqual(expected);
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});

test("positions of extremes of other dtypes are those of the cpu backend", () => {
  const arrays = fc.oneof(
    fc.tuple(fc.constant<DType>("float64"), fc.float64Array({ minLength: 1, maxLength: 70 })),
    fc.tuple(fc.constant<DType>("int32"), fc.int32Array({ min: -2, max: 2, minLength: 1, maxLength: 70 })),
    fc.tuple(fc.constant<DType>("int64"), fc.bigInt64Array({ min: -2n, max: 2n, minLength: 1, maxLength: 70 })),
    fc.tuple(fc.constant<DType>("uint8"), fc.uint8Array({ max: 3, minLength: 1, maxLength: 70 })),
  );
  fc.assert(
    fc.property(fc.constantFrom<ReduceOp>("argmax", "argmin"), arrays, (op, [dtype, data]) => {
      const run = (backend: Backend) => extremes(backend, dtype, op, "plain", 1, data as HostArray);
      expect(run(wasm({ threads: 1 }))).toEqual(run(cpu()));
    }),
    { numRuns: 150, seed: 1 },
  );
});

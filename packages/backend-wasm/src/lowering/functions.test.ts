import { apply, axis, load, loop, reads, runOnce, single, store, writes } from "@cresset/conformance/kernels";
import { scalarMeaning, type UnaryOp } from "@cresset/core/backend";
import { expect, test } from "vitest";
import { wasm } from "../index.ts";

const words = new Int32Array(1);
const floats = new Float32Array(words.buffer);

/** Distance of float32 values in units of the last place. */
function distance(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b) || a === -b) return Number.POSITIVE_INFINITY;
  const position = (x: number): number => {
    floats[0] = x;
    return words[0] < 0 ? -(words[0] & 0x7fffffff) : words[0];
  };
  return Math.abs(position(a) - position(b));
}

/** Every 9973rd float32, from the smallest to NaN, of both signs; and the ends. */
function samples(): Float32Array<ArrayBuffer> {
  const bits: number[] = [];
  for (let at = 0; at < 0x7f800000; at += 9973) bits.push(at, at | 0x80000000);
  const values = new Float32Array(Int32Array.from(bits).buffer);
  const ends = [
    0,
    -0,
    1,
    -1,
    0.5,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    88.72,
    88.73,
    -103.9,
    -104.1,
    16.6356,
  ];
  return Float32Array.from([...values, ...ends]);
}

const inputs = samples();

function computed(op: UnaryOp): Float32Array {
  const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [
    store(1, axis(0), apply(op, load("float32", 0, axis(0)))),
  ]);
  const { arrays } = runOnce(wasm(), single(kernel, [inputs.length, inputs.length], [inputs.length]), [inputs]);
  return Float32Array.from(arrays[1] as Float32Array);
}

/** Units in the last place that each function may be off. */
test.each([
  ["exp", 1],
  ["exp2", 1],
  ["expm1", 2],
  ["log", 1],
  ["log2", 1],
  ["log10", 1],
  ["log1p", 2],
  ["sin", 1],
  ["cos", 1],
  ["tanh", 1],
  ["erf", 2],
] as const)("%s of float32 is within %d units in the last place everywhere", (op, units) => {
  const meaning = scalarMeaning(op, "float32");
  const results = computed(op);
  let worst = 0;
  let at = 0;
  for (let i = 0; i < inputs.length; i++) {
    const off = distance(results[i], Number(meaning(inputs[i])));
    if (off > worst) {
      worst = off;
      at = i;
    }
  }
  expect(worst, `${op}(${inputs[at]}) = ${results[at]}, not ${meaning(inputs[at])}`).toBeLessThanOrEqual(units);
});

test("a sigmoid of float32 saturates where PyTorch's does", () => {
  const x = load("float32", 0, axis(0));
  const one = { kind: "constant", dtype: "float32", value: 1 } as const;
  const sigmoid = apply("div", one, apply("add", one, apply("exp", apply("neg", x))));
  const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [store(1, axis(0), sigmoid)]);
  const data = Float32Array.of(16.6356, 16.635, 100, -104, 0, Number.NaN);
  const { arrays } = runOnce(wasm(), single(kernel, [6, 6], [6]), [data]);
  expect([...arrays[1]]).toEqual([1, 1 - 2 ** -23, 1, 0, 0.5, Number.NaN]);
});

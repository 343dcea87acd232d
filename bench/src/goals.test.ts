import { describe, expect, test } from "vitest";
import { comparisons, holds, verdicts } from "./goals.ts";
import type { BenchRecord } from "./records.ts";
import { goalsText } from "./report.ts";
import { matmul, multiplyAdds } from "./work/matmul.ts";

function time(work: string, contender: string, medianSeconds: number, threads = 1): BenchRecord {
  return { work, contender, threads, medianSeconds, minSeconds: medianSeconds / 2 };
}

const probe = (flops: number): BenchRecord => ({
  work: "flops",
  contender: "cresset-wasm",
  threads: 1,
  flops,
  maxFlops: 2 * flops,
});

/** Goals that were judged, by a word of their text. */
const judged = (records: readonly BenchRecord[], word: RegExp) =>
  verdicts(records)
    .filter(({ goal }) => word.test(goal))
    .map((verdict) => [verdict.got?.median ?? null, holds(verdict)]);

describe("goals", () => {
  test("nothing is judged of which the library's side was not measured", () => {
    expect(verdicts([time("classifier-1000", "pytorch", 1), time("matmul-512", "jax-js-wasm", 1)])).toEqual([]);
  });

  test("the classifier's step, by medians", () => {
    const own = time("classifier-1000", "cresset-wasm", 1);
    expect(judged([own, time("classifier-1000", "pytorch", 2.2)], /one thread each: pytorch/)).toEqual([[2.2, true]]);
    expect(judged([own, time("classifier-1000", "pytorch", 2.1)], /one thread each: pytorch/)).toEqual([[2.1, false]]);
    expect(judged([own], /one thread each: jax/)).toEqual([[null, null]]);
  });

  test("with all threads, PyTorch's better figure counts", () => {
    const records = (one: number, all: number) => [
      time("classifier-1000", "cresset-wasm", 1, 2),
      time("classifier-1000", "pytorch", one),
      time("classifier-1000", "pytorch", all, 2),
    ];
    expect(judged(records(4, 9), /2 threads/)).toEqual([[4, true]]);
    expect(judged(records(4, 2), /2 threads/)).toEqual([[2, false]]);
  });

  test("a product's share of the probe's rate", () => {
    const work = matmul.find(({ name }) => name === "matmul-128");
    const { a, b } = work?.inputs() ?? {};
    expect(multiplyAdds("matmul-128")).toBe(a.shape[0] * a.shape[1] * b.shape[1]);
    const own = time("matmul-128", "cresset-wasm", 1);
    expect(judged([own, probe((2 * 128 ** 3) / 0.9)], /probe/)).toEqual([[expect.closeTo(90), true]]);
    expect(judged([own, probe((2 * 128 ** 3) / 0.8)], /probe/)).toEqual([[expect.closeTo(80), false]]);
    expect(judged([own], /probe/)).toEqual([[null, null]]);
  });

  test("products of the step may take 1.6 times PyTorch's time", () => {
    const records = (own: number) => [
      time("matmul-1000x20x100-nt", "cresset-wasm", own),
      time("matmul-1000x20x100-nt", "pytorch", 1),
      time("matmul-1000x20x100", "cresset-wasm", 9),
      time("matmul-1000x20x100", "pytorch", 1),
    ];
    expect(judged(records(1.6), /pytorch/)).toEqual([[0.625, true]]);
    expect(judged(records(1.7), /pytorch/)).toEqual([[expect.closeTo(1 / 1.7), false]]);
  });

  test("geometric means are over the works that both have", () => {
    const records = [
      time("a", "cresset-wasm", 1),
      time("b", "cresset-wasm", 1),
      time("a", "tfjs-wasm", 2),
      time("b", "tfjs-wasm", 8),
      time("c", "tfjs-wasm", 1000),
    ];
    expect(judged(records, /mean/)).toEqual([[expect.closeTo(4), true]]);
  });

  test("sizes: at most so many KB", () => {
    const size = (bytes: number): BenchRecord => ({
      work: "bundle-classifier",
      contender: "cresset-wasm",
      threads: 1,
      bytes,
    });
    expect(judged([size(80_000)], /bundle/)).toEqual([[80, true]]);
    expect(judged([size(80_100)], /bundle/)).toEqual([[80.1, false]]);
  });
});

describe("peers to be level with", () => {
  const records = [
    time("softmax-64x100", "cresset-wasm", 2),
    time("softmax-64x100", "jax-js-wasm", 1),
    time("softmax-64x100", "tfjs-wasm", 3),
    time("softmax-64x100", "ort-web-wasm", 1),
    time("cnn-forward", "cresset-wasm", 2),
    time("cnn-forward", "ort-web-wasm", 1),
    time("cnn-forward", "pytorch", 1),
  ];

  test("jax-js and TensorFlow.js everywhere, ONNX Runtime in forward passes and products", () => {
    expect(comparisons(records).map(({ work, peer, amount }) => [work, peer, amount.median])).toEqual([
      ["softmax-64x100", "jax-js-wasm", 0.5],
      ["softmax-64x100", "tfjs-wasm", 1.5],
      ["cnn-forward", "ort-web-wasm", 0.5],
    ]);
  });

  test("the report lists where the library is slower", () => {
    const text = goalsText(records);
    expect(text).toMatch(/2 of 3 comparisons/);
    expect(text).toMatch(/softmax-64x100 +jax-js-wasm +0\.500 × +0\.500 ×/);
    expect(text).toMatch(/cnn-forward +ort-web-wasm +0\.500 ×/);
    expect(text).not.toMatch(/softmax-64x100 +tfjs-wasm/);
    expect(text).toMatch(/geometric mean over 1 works: tfjs-wasm's speed +at least 3\.00 × +1\.50 × +1\.50 × +✗/);
    expect(goalsText([])).toBe("");
  });
});

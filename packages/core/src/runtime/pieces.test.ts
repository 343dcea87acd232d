/** Large structures that never come again: computed by the programs of single operations. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { IndexError } from "../errors.ts";
import { gather, type Tensor, tensor } from "../index.ts";
import { commitStates } from "../tensor/states.ts";
import { useCpu } from "../testing/cpu.ts";
import { deviceStatistics } from "./device.ts";
import { noGrad, setEvaluation } from "./mode.ts";

beforeAll(useCpu);
beforeEach(() => setEvaluation("lazy"));

/** Thirty operations whose sequence a number spells. */
function chain(x: Tensor, number: number): Tensor {
  let y = x;
  for (let bit = 0; bit < 30; bit++) y = (number >> bit) & 1 ? y.mul(1.5).tanh() : y.sub(0.25).sigmoid();
  return y;
}

/** After this, large structures hardly ever come again. */
function unsettle(): void {
  for (let i = 0; i < 16; i++)
    chain(tensor([i]), 123_457 * (i + 1))
      .sum()
      .itemSync();
}

const counted = (run: () => unknown): { compilations: number; runs: number } => {
  const { compilations, runs } = deviceStatistics();
  run();
  const now = deviceStatistics();
  return { compilations: now.compilations - compilations, runs: now.runs - runs };
};

describe("once large programs were used once each", () => {
  beforeAll(unsettle);

  test("new ones compile nothing but operations, and have the bits that they would have", () => {
    const x = tensor([0.1, -2, 3]);
    const compute = (): number[][] =>
      Array.from({ length: 20 }, (_, i) => [...chain(x, 7919 * (i + 1)).dataSync()].map(Number));
    const got: number[][] = [];
    expect(counted(() => got.push(...compute())).compilations).toBeLessThan(6);
    setEvaluation("eager");
    expect(got).toEqual(compute());
  });

  test("what comes again is compiled, and then is one run", () => {
    const run = (): void => void chain(tensor([1, 2]), 987_654).dataSync();
    expect(counted(run).runs).toBeGreaterThan(30);
    expect(counted(run)).toEqual({ compilations: 1, runs: 1 });
    expect(counted(run)).toEqual({ compilations: 0, runs: 1 });
  });

  test("where only the data's graph changes, the step is compiled once", () => {
    const w = tensor([0.5, -0.5], { requiresGrad: true });
    const step = (i: number): void => {
      const data = chain(tensor([1, 2]), 424_243 * (i + 1));
      let y = w.mul(data);
      for (let layer = 0; layer < 12; layer++) y = y.mul(0.9).tanh();
      y.sum().backward();
      const { grad } = w;
      if (grad !== null) commitStates([{ tensor: w, value: noGrad(() => w.sub(grad)).value }]);
      w.grad = null;
    };
    for (let i = 0; i < 4; i++) step(i);
    // The 60 operations of the data, the gradient of the sum (which depends on nothing), and the step.
    expect(counted(() => step(4))).toEqual({ compilations: 0, runs: 62 });
  });

  test("gradients and steps", () => {
    const train = (): unknown => {
      const w = tensor([0.5, -0.5], { requiresGrad: true });
      for (let i = 0; i < 4; i++) {
        chain(w, 314_159 + i)
          .sum()
          .backward();
        const { grad } = w;
        if (grad !== null) commitStates([{ tensor: w, value: noGrad(() => w.sub(grad)).value }]);
        w.grad = null;
      }
      return w.tolistSync();
    };
    const got = train();
    setEvaluation("eager");
    expect(got).toEqual(train());
  });

  test("writes in place, and what was made of the values before", () => {
    const write = (): unknown[] => {
      const x = tensor([1, 2, 3]);
      const before = x.mul(2);
      x.add_(1);
      const between = chain(x, 271_828).add(before);
      x.mul_(3);
      const after = chain(x, 828_172).add(between);
      return [after.tolistSync(), between.tolistSync(), before.tolistSync(), x.tolistSync()];
    };
    const got = write();
    setEvaluation("eager");
    expect(got).toEqual(write());
  });

  test("where a check fails, parameters keep their values", () => {
    const w = tensor([1, 2]);
    commitStates([{ tensor: w, value: noGrad(() => w.add(1)).value }]);
    const outside = gather(chain(w, 555_555), 0, tensor([6n]).add(1));
    expect(() => commitStates([{ tensor: w, value: noGrad(() => w.add(outside)).value }])).toThrow(IndexError);
    expect(w.tolistSync()).toEqual([2, 3]);
    commitStates([{ tensor: w, value: noGrad(() => w.add(1)).value }]);
    expect(w.tolistSync()).toEqual([3, 4]);
  });
});

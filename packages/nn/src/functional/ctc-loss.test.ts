import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { registerBackend, type Tensor, tensor } from "@cresset/core";
import { beforeAll, beforeEach, expect, test } from "vitest";
import * as nn from "../index.ts";
import { gradients, slopes } from "../testing/slopes.ts";

beforeAll(() => registerBackend(cpu()));
beforeEach(() => void torch.manualSeed(0));

const F = nn.functional;
const draw = (steps: number, count: number, classes: number) =>
  torch.randn([steps, count, classes], { dtype: "float64" });

/** Minus the logarithm of the summed probability of all paths that collapse to the target. */
function byEnumeration(logProbs: number[][], target: readonly number[], blank: number): number {
  let total = 0;
  const visit = (path: readonly number[], logP: number): void => {
    const step = path.length;
    if (step < logProbs.length) {
      for (const [k, p] of logProbs[step].entries()) visit([...path, k], logP + p);
      return;
    }
    const collapsed = path.filter((k, t) => k !== blank && k !== path[t - 1]);
    if (collapsed.join() === target.join()) total += Math.exp(logP);
  };
  visit([], 0);
  return -Math.log(total);
}

const targets: readonly (readonly number[])[] = [[1, 2], [1, 1], [2], []];

test("sums over all alignments, for every length of input and target", () => {
  const logProbs = F.logSoftmax(draw(4, 4, 3), 2);
  const inputLengths = [4, 4, 3, 2];
  const padded = tensor(targets.map((target) => [0, 1].map((i) => BigInt(target[i] ?? -1))));
  const lengths = targets.map((target) => target.length);
  const losses = F.ctcLoss(logProbs, padded, inputLengths, lengths, { reduction: "none" }).tolistSync() as number[];
  const values = logProbs.tolistSync() as number[][][];
  for (const [n, target] of targets.entries()) {
    const own = values.slice(0, inputLengths[n]).map((step) => step[n]);
    expect(losses[n]).toBeCloseTo(byEnumeration(own, target, 0), 12);
  }
  const flat = tensor(targets.flat().map(BigInt));
  const concatenated = F.ctcLoss(logProbs, flat, inputLengths, lengths, { reduction: "none" });
  expect(concatenated.tolistSync()).toEqual(losses);
});

test("has the derivative of its formula, through the log-softmax", () => {
  const f = (x: Tensor) =>
    F.ctcLoss(
      F.logSoftmax(x, 2),
      tensor([
        [0n, 1n],
        [1n, 1n],
      ]),
      [4, 3],
      [2, 2],
      { blank: 2, reduction: "sum" },
    );
  const x = draw(4, 2, 3);
  const [want] = slopes(f, [x]);
  for (const [i, slope] of gradients(f, [x])[0].entries()) expect(Math.abs(slope - want[i])).toBeLessThan(1e-8);
});

test("targets that cannot be aligned", () => {
  const x = draw(2, 1, 3).requiresGrad_();
  const loss = (zeroInfinity: boolean) =>
    new nn.CTCLoss({ zeroInfinity })(x.logSoftmax(2), tensor([[1n, 1n]]), [2], [2]);
  expect(loss(false).itemSync()).toBe(Number.POSITIVE_INFINITY);
  expect(loss(true).itemSync()).toBe(0);
  loss(true).backward();
  expect(x.grad?.abs().sum().itemSync()).toBe(0);
});

test("the mean divides by the target's length first", () => {
  const logProbs = F.logSoftmax(draw(4, 2, 3), 2);
  const run = (reduction: "none" | "mean") =>
    F.ctcLoss(
      logProbs,
      tensor([
        [1n, 2n],
        [1n, 0n],
      ]),
      [4, 4],
      [2, 1],
      { reduction },
    ).tolistSync();
  const [a, b] = run("none") as number[];
  expect(run("mean")).toBeCloseTo((a / 2 + b) / 2, 14);
});

test("one sequence needs no batch dimension", () => {
  const logProbs = F.logSoftmax(draw(4, 1, 3), 2);
  const alone = F.ctcLoss(logProbs.squeeze(1), tensor([1n, 2n]), [4], [2], { reduction: "none" });
  expect(alone.shape).toEqual([]);
  expect(alone.itemSync()).toBe(F.ctcLoss(logProbs, tensor([[1n, 2n]]), [4], [2], { reduction: "sum" }).itemSync());
});

test("refuses what does not fit", () => {
  const logProbs = draw(4, 1, 3);
  const run = (lengths: number[], blank: number, label = 1n) =>
    F.ctcLoss(logProbs, tensor([[label]]), lengths, [1], { blank });
  expect(() => run([4], 3)).toThrow("blank must be in label range");
  expect(() => run([4, 4], 0)).toThrow("input_lengths must be of size batch_size");
  expect(() => run([5], 0)).toThrow("Expected input_lengths to have value at most 4, but got value 5");
  expect(() => run([4], 0, 3n).itemSync()).toThrow("a target is out of bounds");
});

test("of a target that cannot be aligned the gradient is not a number, or 0", () => {
  const scores = torch.zeros([3, 1, 3], { requiresGrad: true });
  const loss = (zeroInfinity: boolean): unknown => {
    const value = F.ctcLoss(F.logSoftmax(scores, 2), torch.tensor([[1n, 1n]]), [2], [2], { zeroInfinity });
    return torch.autograd.grad([value], [scores])[0]?.select(1, 0).tolistSync();
  };
  const nan = [Number.NaN, Number.NaN, Number.NaN];
  expect(loss(false)).toEqual([nan, nan, [0, 0, 0]]);
  expect(loss(true)).toEqual([
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

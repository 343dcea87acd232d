import { beforeAll, describe, expect, test } from "vitest";
import { backward } from "../../autograd/backward.ts";
import { Generator } from "../../runtime/generator.ts";
import * as draws from "../../runtime/random/index.ts";
import { tensor } from "../../tensor/creation.ts";
import { dataSync, tolistSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { useCpu } from "../../testing/cpu.ts";
import { full, ones, zeros } from "../creation/fill.ts";
import { transpose } from "../shape/permute.ts";
import { bernoulli } from "./bernoulli.ts";
import { manualSeed } from "./default-generator.ts";
import { uniform_ } from "./in-place.ts";
import { multinomial } from "./multinomial.ts";
import { normal } from "./normal.ts";
import { poisson, poissonSync } from "./poisson.ts";
import { rrelu } from "./rrelu.ts";

beforeAll(useCpu);

describe("bernoulli", () => {
  test("by each element's probability", () => {
    manualSeed(0);
    const p = tensor([0.0994, 0.2856, 0.8632, 0.407, 0.4263, 0.5248, 0.0869, 0.3032, 0.4948]);
    expect(dataSync(bernoulli(p))).toEqual(Float32Array.of(0, 0, 1, 1, 1, 0, 0, 0, 1));
  });

  test("by one probability for all", () => {
    manualSeed(0);
    const x = bernoulli(zeros([10]), 0.5);
    expect(dataSync(x)).toEqual(Float32Array.of(0, 0, 1, 0, 0, 0, 1, 1, 0, 1));
  });

  test("in row-major order, however the probabilities lie in memory", () => {
    const p = full([2, 3], 0.5);
    const generator = () => new Generator(4);
    const ordered = (columns: boolean) => (columns ? transpose(full([3, 2], 0.5), 0, 1) : p);
    for (const draw of [
      (x: Tensor) => bernoulli(x, 0.5, { generator: generator() }),
      (x: Tensor) => bernoulli(x, { generator: generator() }),
    ])
      expect(dataSync(draw(ordered(true)))).toEqual(dataSync(draw(ordered(false))));
  });

  test("bad arguments are refused", () => {
    expect(() => bernoulli(ones([2], { dtype: "int64" }))).toThrow(
      "\"bernoulli_tensor_cpu_p_\" not implemented for 'Long'",
    );
    expect(() => dataSync(bernoulli(tensor([0.5, 1.5])))).toThrow("Expected p_in >= 0 && p_in <= 1 to be true");
    expect(() => dataSync(bernoulli(tensor([Number.NaN])))).toThrow("Expected p_in >= 0 && p_in <= 1 to be true");
  });
});

describe("normal", () => {
  test("by tensors and numbers, as PyTorch's seed 0", () => {
    manualSeed(0);
    const size = normal(0.5, 2, [4], { dtype: "float64" });
    expect([size.shape, size.dtype]).toEqual([[4], "float64"]);
    manualSeed(0);
    normal(0.5, 2, [4]);
    const mean = tensor([-0.7224794626235962, 0.20829710364341736, -0.1861700862646103]);
    const std = tensor([0.9911555647850037, 0.4411904513835907, 0.18552225828170776]);
    const both = dataSync(normal(mean, std));
    for (const [i, value] of [-1.7974098920822144, -0.40874984860420227, -0.11134026944637299].entries())
      expect(Number(both[i])).toBeCloseTo(value, 6);
  });

  test("shapes broadcast, dtypes are the means'", () => {
    const x = normal(zeros([3, 1], { dtype: "float64" }), ones([2]));
    expect([x.shape, x.dtype]).toEqual([[3, 2], "float64"]);
    expect(dataSync(normal(tensor([1, 2]), 0))).toEqual(Float32Array.of(1, 2));
    expect(dataSync(normal(7, zeros([2])))).toEqual(Float32Array.of(7, 7));
  });

  test("bad arguments are refused", () => {
    expect(() => normal(0, -1, [2])).toThrow("normal expects std >= 0.0, but found std -1");
    expect(() => dataSync(normal(0, tensor([1, -1])))).toThrow("normal expects all elements of std >= 0.0");
    expect(() => normal(zeros([2]), zeros([3]))).toThrow("must match");
  });
});

describe("multinomial", () => {
  const weights = [0.2627410292625427, 0.6971619129180908, 0.12466584146022797, 0.6997631192207336, 0.6765483617782593];

  test("agrees with the draws on the host, in every dtype", () => {
    const rows = Array.from({ length: 3 }, (_, r) => weights.map((w) => (w * (r + 1)) % 1));
    for (const dtype of ["float32", "float64"] as const)
      for (const replacement of [true, false])
        for (const seed of [1, 2, 3]) {
          const w = tensor(rows, { dtype });
          const drawn = multinomial(w, 4, replacement, { generator: new Generator(seed) });
          expect([drawn.dtype, drawn.shape]).toEqual(["int64", [3, 4]]);
          const flat = Array.from(dataSync(w), Number);
          const expected = draws.multinomial(new Generator(seed), dtype, flat, 5, 4, replacement);
          expect(dataSync(drawn)).toEqual(expected);
        }
  });

  test("many draws follow the weights, over any number of categories", () => {
    for (const categories of [1, 2, 7, 8, 9]) {
      const w = Array.from({ length: categories }, (_, i) => i + 1);
      const total = (categories * (categories + 1)) / 2;
      const counts = new Array<number>(categories).fill(0);
      const drawn = multinomial(tensor(w), 20000, { replacement: true, generator: new Generator(11) });
      for (const i of dataSync(drawn)) counts[Number(i)]++;
      // Five standard deviations of a binomial count.
      for (const [i, count] of counts.entries()) {
        const p = w[i] / total;
        expect(Math.abs(count - 20000 * p)).toBeLessThanOrEqual(5 * Math.sqrt(20000 * p * (1 - p)));
      }
    }
  });

  test("without replacement nothing comes twice, and weight 0 never while others are left", () => {
    const drawn = tolistSync(multinomial(tensor([1, 0, 2, 3]), 3)) as number[];
    expect([...drawn].sort()).toEqual([0, 2, 3]);
  });

  test("bad arguments are refused", () => {
    expect(() => multinomial(tensor([1, 2]), 3)).toThrow("cannot sample n_sample > prob_dist.size(-1) samples");
    expect(() => multinomial(tensor([1, 2]), 0)).toThrow("cannot sample n_sample <= 0 samples");
    expect(() => multinomial(zeros([1, 1, 1]), 1)).toThrow("prob_dist must be 1 or 2 dim");
    expect(() => multinomial(ones([2], { dtype: "int64" }), 1)).toThrow(
      "multinomial only supports floating-point dtypes for input, got: Long",
    );
    const read = (values: number[], replacement: boolean) => () =>
      dataSync(multinomial(tensor(values), 1, replacement));
    expect(read([-1, 2], false)).toThrow("probability tensor contains either `inf`, `nan` or element < 0");
    expect(read([-1, 2], true)).toThrow("(encountering probability entry < 0)");
    expect(read([Number.NaN, 2], true)).toThrow("(encountering probability entry < 0)");
    expect(read([Number.POSITIVE_INFINITY, 2], true)).toThrow("(encountering probability entry = infinity or NaN)");
    expect(read([0, 0], true)).toThrow("invalid multinomial distribution (sum of probabilities <= 0)");
    expect(read([0, 0], false)).toThrow("invalid multinomial distribution (sum of probabilities <= 0)");
  });
});

describe("poisson", () => {
  test("mean and variance are the rate", async () => {
    for (const rate of [0.5, 4, 9.99, 10, 60]) {
      const count = 20000;
      const drawn = await poisson(tensor(new Float32Array(count).fill(rate)), { generator: new Generator(21) });
      const values = Array.from(dataSync(drawn), Number);
      const mean = values.reduce((sum, v) => sum + v, 0) / count;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count;
      expect(Math.abs(mean - rate)).toBeLessThan(5 * Math.sqrt(rate / count));
      // The variance of a sample variance of Poisson counts is (rate + 2 rate²) / count.
      expect(Math.abs(variance - rate)).toBeLessThan(5 * Math.sqrt((rate + 2 * rate * rate) / count));
    }
  });

  test("bad arguments are refused", () => {
    expect(dataSync(poissonSync(zeros([2])))).toEqual(new Float32Array(2));
    expect(() => poissonSync(tensor([-1]))).toThrow("invalid Poisson rate, expected rate to be non-negative");
    expect(() => poissonSync(ones([1], { dtype: "int64" }))).toThrow("\"poisson_cpu\" not implemented for 'Long'");
  });
});

describe("rrelu", () => {
  test("random slopes in training, drawn where the input is not positive", () => {
    manualSeed(0);
    const x = tensor([0.5, 1.2, -1.2358890771865845, 0.5, 0.4, -0.6513419151306152, -1.0382479429244995]);
    const y = Array.from(dataSync(rrelu(x, 0.1, 0.3, true)), Number);
    expect(y.slice(2)).toEqual([
      ...[-0.36336448788642883, 0.5, Math.fround(0.4), -0.15734073519706726, -0.19921547174453735],
    ]);
  });

  test("the mean slope otherwise, in place on demand", () => {
    const x = tensor([-1, 2]);
    expect(dataSync(rrelu(x, { lower: 0.25, upper: 0.75 }))).toEqual(Float32Array.of(-0.5, 2));
    expect(dataSync(x)).toEqual(Float32Array.of(-1, 2));
    rrelu(x, { lower: 0.25, upper: 0.75, inplace: true });
    expect(dataSync(x)).toEqual(Float32Array.of(-0.5, 2));
    expect(() => rrelu(x, 1, 0)).toThrow("Lower bound should be less than or equal to the upper bound");
    expect(() => rrelu(ones([1], { dtype: "int64" }))).toThrow("not implemented for 'Long'");
  });

  test("the gradient has the slopes of the forward", () => {
    const x = uniform_(zeros([20]), -1, 1, { generator: new Generator(2) }).requiresGrad_();
    const y = rrelu(x, { training: true });
    backward(y, ones([20]));
    const [input, output, gradient] = [x, y, x.grad ?? zeros([1])].map((t) => Array.from(dataSync(t), Number));
    for (const [i, value] of input.entries()) expect(gradient[i]).toBeCloseTo(value > 0 ? 1 : output[i] / value, 5);
    expect(Math.min(...gradient)).toBeLessThan(1 / 3);
  });
});

import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

const { checkpoint, checkpointSequential, checkpointWith } = torch.utils.checkpoint;
const double = (values: number[]) => torch.tensor(values, { dtype: "float64", requiresGrad: true });

describe("checkpoint", () => {
  test("gradients of arguments, and of what comes from outside, are as without", () => {
    const run = (use: boolean) => {
      const [x, w, shared] = [double([1, 2]), double([3, 4]), double([2, 2])];
      const before = shared.mul(x);
      const block = (a: torch.Tensor) => a.mul(w).mul(shared).add(before).sin();
      const y = use ? checkpoint(block, x.mul(2)) : block(x.mul(2));
      y.mul(before).sum().backward();
      return [x, w, shared].map((leaf) => leaf.grad?.tolistSync());
    };
    expect(run(true)).toEqual(run(false));
  });

  test("calls the function again, in backward", () => {
    let calls = 0;
    const x = double([1, 2]);
    const y = checkpoint((a: torch.Tensor) => {
      calls++;
      return [a.exp(), a.mul(3)];
    }, x);
    expect(calls).toBe(1);
    y[0].sum().backward();
    expect(calls).toBe(2);
    expect(x.grad?.tolistSync()).toEqual([Math.E, Math.exp(2)]);
  });

  test("draws the same random numbers", () => {
    torch.manualSeed(3);
    const x = double([1, 2, 3]);
    const noise: unknown[] = [];
    const y = checkpoint((a: torch.Tensor) => {
      const drawn = torch.rand([3], { dtype: "float64" });
      noise.push(drawn.tolistSync());
      return a.mul(drawn);
    }, x);
    const after = torch.getRngState();
    y.sum().backward();
    expect(noise[1]).toEqual(noise[0]);
    expect(x.grad?.tolistSync()).toEqual(noise[0]);
    expect(torch.getRngState().tolistSync()).toEqual(after.tolistSync());
    const other: unknown[] = [];
    const draw = (a: torch.Tensor) => {
      other.push(torch.rand([1]).itemSync());
      return a.mul(2);
    };
    checkpointWith({ preserveRngState: false }, draw, x).sum().backward();
    expect(other[1]).not.toEqual(other[0]);
  });

  test("second derivatives", async () => {
    const f = (x: torch.Tensor) => checkpoint((a: torch.Tensor) => a.sin().mul(a), x.mul(2));
    expect(await torch.autograd.gradcheck(f, double([0.5, -1]))).toBe(true);
    expect(await torch.autograd.gradgradcheck(f, double([0.5, -1]))).toBe(true);
  });

  test("without gradients it is the function alone", () => {
    const y = checkpoint((a: torch.Tensor) => a.mul(2), double([1]).detach());
    expect(y.requiresGrad).toBe(false);
    expect(() => checkpoint((async () => double([1])) as unknown as () => torch.Tensor)).toThrow("promise");
  });

  test("a sequence in segments", () => {
    const layers = [2, 3, 4, 5].map((n) => (a: torch.Tensor) => a.mul(n));
    const x = double([1]);
    const y = checkpointSequential(layers, 2, x);
    expect(y.tolistSync()).toEqual([120]);
    y.backward();
    expect(x.grad?.tolistSync()).toEqual([120]);
    expect(() => checkpointSequential(layers, 5, x)).toThrow("5 segments of 4 functions");
  });
});

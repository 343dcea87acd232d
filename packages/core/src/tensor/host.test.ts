import { beforeAll, describe, expect, test } from "vitest";
import { nullBackend } from "../backend/null.ts";
import * as m from "../graph/math.ts";
import * as torch from "../index.ts";
import { registerBackend } from "../runtime/device.ts";
import { useCpu } from "../testing/cpu.ts";
import { hostOperation } from "./host.ts";

beforeAll(useCpu);

let calls = 0;

/** x², with 2x saved. */
const squared = hostOperation(
  "squared",
  ([{ data, shape }], _, recorded) => {
    calls++;
    const results = [{ data: data.map((x) => x * x), shape }];
    return recorded ? [...results, { data: data.map((x) => 2 * x), shape }] : results;
  },
  {
    operands: 1,
    visible: 1,
    derivative: ({ output, grad }) => [m.add(m.mul(grad(0), output(1)), m.mul(grad(1), 2))],
  },
);
const square = (x: torch.Tensor) => squared([x], {})[0];

describe("operations on the host", () => {
  test("first and second derivatives, through saved results", async () => {
    const x = torch.tensor([3, -1], { dtype: "float64", requiresGrad: true });
    expect(await torch.autograd.gradcheck((a) => square(a.mul(2)).sin(), x)).toBe(true);
    expect(await torch.autograd.gradgradcheck((a) => square(a.mul(2)).sin(), x)).toBe(true);
  });

  test("computed once, at the call, whatever happens to the operand", () => {
    calls = 0;
    const x = torch.tensor([3]);
    const y = square(x);
    x.mul_(10);
    expect(y.tolistSync()).toEqual([9]);
    expect(y.mul(2).tolistSync()).toEqual([18]);
    expect(calls).toBe(1);
  });

  test("an operand written in place matters only where the derivative saves it", () => {
    const x = torch.tensor([3], { requiresGrad: true });
    const z = x.mul(2);
    const y = square(z);
    z.mul_(5);
    y.backward();
    expect(x.grad?.tolistSync()).toEqual([24]);
  });

  test("a training loop with a host operation repeats its programs", async () => {
    const w = torch.tensor([1, 2], { requiresGrad: true });
    let before = 0;
    for (let i = 0; i < 6; i++) {
      w.grad = null;
      const loss = square(w).sum();
      loss.backward();
      torch.noGrad(() => w.sub_((w.grad as torch.Tensor).mul(0.1)));
      await loss.item();
      await w.data();
      if (i === 2) before = torch.deviceStatistics("cpu").compilations;
    }
    expect(torch.deviceStatistics("cpu").compilations).toBe(before);
    expect(w.tolistSync()).toEqual([expect.closeTo(0.8 ** 6, 6), expect.closeTo(2 * 0.8 ** 6, 6)]);
  });

  test("eager evaluation gives the same bits", () => {
    const run = () => {
      const x = torch.randn([3, 3], { generator: new torch.Generator(1), requiresGrad: true });
      const y = torch.linalg.inv(x.mul(2)).matmul(torch.linalg.cholesky(x.matmul(x.mT).add(torch.eye(3))));
      y.sum().backward();
      return [y.tolistSync(), x.grad?.tolistSync()];
    };
    const lazy = run();
    torch.setEvaluation("eager");
    try {
      expect(run()).toEqual(lazy);
    } finally {
      torch.setEvaluation("lazy");
    }
  });

  test("nothing is recorded without gradients, and inference results cannot be saved", () => {
    const x = torch.tensor([2], { requiresGrad: true });
    expect(torch.noGrad(() => square(x)).requiresGrad).toBe(false);
    const y = torch.inferenceMode(() => square(x));
    expect(() => y.mul(x)).toThrow("Inference tensors cannot be saved for backward");
  });

  test("a device without synchronous reads is told what to do", async () => {
    const backend = { ...nullBackend(), name: "later", readSync: undefined, dtypes: new Set(["float32"] as const) };
    expect(() => torch.registerBackendSync(backend)).toThrow(
      'the backend "later" is asynchronous: await registerBackend',
    );
    await registerBackend(backend);
    const x = torch.zeros([2, 2], { device: "later" });
    expect(() => torch.linalg.inv(x)).toThrow(
      'linalg_inv_ex runs on the host, and the device "later" cannot be read synchronously',
    );
    // Whose tolerances are float64, which the device lacks.
    expect(() => torch.linalg.pinv(x)).toThrow('linalg_pinv runs on the host, and the device "later" cannot be read');
  });
});

/** The traps a beginner falls into answer with what PyTorch says and what to do. */
import { nullBackend } from "@cresset/core/backend";
import * as torch from "cresset";
import { beforeEach, describe, expect, test, vi } from "vitest";

const { nn, optim } = torch;

beforeEach(() => {
  torch.setDefaultDevice("cpu");
  torch.manualSeed(0);
});

const classifier = () => new nn.Sequential(new nn.Linear(3, 8), new nn.ELU(), new nn.Linear(8, 1), new nn.Sigmoid());

/** The error that a call or an awaited read throws. */
async function errorOf(fn: () => unknown): Promise<Error> {
  try {
    await fn();
  } catch (error) {
    expect(error).toBeInstanceOf(torch.CressetError);
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("the binary classifier", () => {
  test("targets of shape [N] against predictions of shape [N, 1]", async () => {
    const { message } = await errorOf(() => new nn.BCELoss()(classifier()(torch.randn([4, 3])), torch.ones([4])));
    expect(message).toContain(
      "Using a target size (torch.Size([4])) that is different to the input size (torch.Size([4, 1])) is deprecated. Please ensure they have the same size.",
    );
    expect(message).toContain("unsqueeze(1)");
  });

  test("probabilities outside [0, 1]: a forgotten sigmoid", async () => {
    const scores = torch.tensor([[2.5], [-1]]);
    const { message } = await errorOf(() => new nn.BCELoss()(scores, torch.ones([2, 1])).item());
    expect(message).toContain("all elements of input should be between 0 and 1");
    expect(message).toContain("BCEWithLogitsLoss");
  });

  test("a failing forward never reaches the parameters", async () => {
    const model = new nn.Linear(3, 1);
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
    const before = model.weight.tolistSync();
    const bad = torch.full([4, 3], 1e6);
    await errorOf(() => {
      new nn.BCELoss()(model(bad), torch.ones([4, 1])).backward();
      optimizer.step();
    });
    expect(model.weight.tolistSync()).toEqual(before);
    // And training goes on.
    optimizer.zeroGrad();
    new nn.BCEWithLogitsLoss()(model(torch.randn([4, 3])), torch.ones([4, 1])).backward();
    optimizer.step();
    expect(model.weight.tolistSync()).not.toEqual(before);
  });

  test("targets of the wrong dtype", async () => {
    const predictions = classifier()(torch.randn([2, 3]));
    const { message } = await errorOf(() => new nn.BCELoss()(predictions, torch.tensor([[0n], [1n]])));
    expect(message).toContain("Found dtype Long but expected Float");
    expect(message).toMatch(/float\(\)|to\("float32"\)/);
  });

  test("mse of shapes that broadcast warns as PyTorch does", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    try {
      new nn.MSELoss()(torch.ones([4, 1]), torch.ones([4]));
      expect(warn.mock.calls.join()).toContain("This will likely lead to incorrect results due to broadcasting");
    } finally {
      warn.mockRestore();
    }
  });
});

test("tensors on different devices", async () => {
  await torch.registerBackend(nullBackend());
  const there = torch.ones([2], { device: "null" });
  const { message } = await errorOf(() => torch.ones([2]).add(there));
  expect(message).toMatch(/cpu.*null|null.*cpu/);
  expect(message).toContain("await x.to(");
  expect((await torch.ones([2]).to("null")).device).toBe("null");
});

describe("differentiation", () => {
  const leaf = () => torch.tensor([1, 2, 3], { requiresGrad: true });

  test("backward of a tensor with several elements", async () => {
    const { message } = await errorOf(() => leaf().mul(2).backward());
    expect(message).toContain("grad can be implicitly created only for scalar outputs");
    expect(message).toContain("sum()");
  });

  test("a second backward", async () => {
    const loss = leaf().pow(2).sum();
    loss.backward();
    const { message } = await errorOf(() => loss.backward());
    expect(message).toContain("Trying to backward through the graph a second time");
    expect(message).toContain("retainGraph: true");
  });

  test("a tensor that requires no grad", async () => {
    expect((await errorOf(() => torch.ones([1]).backward())).message).toContain("does not require grad");
  });

  test("in-place on a leaf that requires grad", async () => {
    const { message } = await errorOf(() => leaf().add_(1));
    expect(message).toContain("a leaf Variable that requires grad is being used in an in-place operation.");
    expect(message).toContain("noGrad");
  });

  test("a saved value changed in place", async () => {
    const y = leaf().exp();
    const loss = y.sum();
    y.add_(1);
    expect((await errorOf(() => loss.backward())).message).toContain("has been modified by an inplace operation");
  });

  test("noGrad around asynchronous code", async () => {
    expect((await errorOf(() => torch.noGrad(async () => 1))).message).toContain("returned a promise");
  });
});

test("a large value of an old step is stale", async () => {
  const model = new nn.Linear(100, 100);
  const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3 });
  const outputs: torch.Tensor[] = [];
  for (let i = 0; i < 5; i++) {
    const output = model(torch.randn([100, 100]));
    outputs.push(output);
    optimizer.zeroGrad();
    output.sum().backward();
    optimizer.step();
  }
  const error = await errorOf(() => outputs[1].data());
  expect(error).toBeInstanceOf(torch.StaleValueError);
  expect(error.message).toContain("detach()");
});

test("item of several elements, and unknown devices", async () => {
  expect((await errorOf(() => torch.ones([2]).item())).message).toContain(
    "only one element tensors can be converted to Python scalars",
  );
  expect((await errorOf(() => torch.setDefaultDevice("cuda"))).message).toContain(
    'no device "cuda": registered are "cpu"',
  );
});

/** Values move between devices in the middle of training, and training goes on with the same numbers. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";

const { nn, optim } = torch;

beforeAll(async () => {
  // The same backend under another name: a second device.
  await torch.registerBackend({ ...cpu({ codegen: "off" }), name: "other" });
  torch.setDefaultDevice("cpu");
});

async function losses(moveAt: number | null): Promise<number[]> {
  torch.manualSeed(3);
  let x = torch.randn([16, 4]);
  let y = torch.rand([16, 1]).round();
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ELU(), new nn.Linear(8, 1), new nn.Sigmoid());
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const lossFunc = new nn.BCELoss();
  const seen: number[] = [];
  for (let i = 0; i < 12; i++) {
    if (i === moveAt) {
      await model.to("other");
      x = await x.to("other");
      y = await y.to("other");
      expect(model.parameters().map((p) => p.device)).toEqual(["other", "other", "other", "other"]);
    }
    const loss = lossFunc(model(x), y);
    seen.push(await loss.item());
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  return seen;
}

test("a model moves with its gradients and its optimizer's state", async () => {
  expect(await losses(5)).toEqual(await losses(null));
});

test("a move that a training step overtakes is refused, and moves nothing", async () => {
  const model = new nn.Linear(2, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const moving = model.to("other");
  model(torch.ones([1, 2]))
    .sum()
    .backward();
  optimizer.step();
  await expect(moving).rejects.toThrow(/changed while it was/);
  expect(model.weight.device).toBe("cpu");
});

test("results of recorded operations do not cross devices", async () => {
  const y = torch.ones([2], { requiresGrad: true }).mul(2);
  await expect(y.to("other")).rejects.toThrow(/derivatives do not cross devices/);
  expect((await y.detach().to("other")).device).toBe("other");
});

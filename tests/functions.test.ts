import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { add, mean, registerBackendSync, Tensor, tensor } from "@cresset/core/functions";
import { TensorDataset } from "@cresset/data";
import { BCELoss, Linear, Sigmoid } from "@cresset/nn";
import { Adam } from "@cresset/optim";
import { expect, test } from "vitest";

/** The members that the class itself declares, so that `@cresset/core/functions` alone is enough to train and to read. */
const members = (
  "backward clone cpu data dataSync detach device dispose dtype grad gradFn isLeaf isNonzero isNonzeroSync item itemSync ndim " +
  "numel registerHook repr reprSync requiresGrad requiresGrad_ retainGrad shape to tolist tolistSync toString"
).split(" ");

test("no package but the full entry installs operations as methods, and it does so on the same class", async () => {
  registerBackendSync(cpu());
  registerBackendSync(wasm());
  const model = new Linear(2, 1);
  const optimizer = new Adam(model.parameters(), { lr: 0.1 });
  const dataset = new TensorDataset(tensor([[1, 2]]), tensor([[1]]));
  const [x, y] = dataset.get(0);
  const loss = new BCELoss()(new Sigmoid()(model(x)), y);
  loss.backward();
  optimizer.step();
  expect(Number.isFinite(await loss.item())).toBe(true);
  expect(await mean(add(tensor([1, 2]), 1)).item()).toBe(2.5);
  for (const name of members) expect([name, name in Tensor.prototype]).toEqual([name, true]);
  for (const name of ["add", "add_", "matmul", "sum", "T", "index", "view"])
    expect([name, name in Tensor.prototype]).toEqual([name, false]);

  const full = await import("@cresset/core");
  expect(full.Tensor).toBe(Tensor);
  expect(await x.add(1).tolist()).toEqual([2, 3]);
});

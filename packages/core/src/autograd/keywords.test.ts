/** `backward` and `grad` take their arguments in places or by name. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => torch.registerBackend(cpu()));

const leaf = () => torch.tensor([1, 2], { requiresGrad: true });

test.each<[string, (loss: torch.Tensor) => void]>([
  ["by name", (loss) => loss.backward({ retainGraph: true })],
  ["after a gradient", (loss) => loss.backward(null, { retainGraph: true })],
  ["in its place", (loss) => loss.backward(null, true)],
  ["as a function", (loss) => torch.autograd.backward(loss, { retainGraph: true })],
])("retainGraph %s", (_, backward) => {
  const w = leaf();
  const loss = w.mul(w).sum();
  backward(loss);
  loss.backward();
  expect(w.grad?.tolistSync()).toEqual([4, 8]);
});

test("gradients by name", () => {
  const w = leaf();
  w.mul(2).backward({ gradient: torch.tensor([1, 10]) });
  torch.autograd.backward([w.mul(3)], { gradTensors: [torch.tensor([1, 1])], inputs: w });
  expect(w.grad?.tolistSync()).toEqual([5, 23]);
});

test("gradients of outputs in their place", () => {
  const w = leaf();
  const ones = torch.onesLike(w);
  const [first] = torch.autograd.grad(w.pow(3), w, ones, { createGraph: true });
  const [second] = torch.autograd.grad(first, w, ones, true);
  const [again] = torch.autograd.grad(first, w, { gradOutputs: ones });
  expect([second.tolistSync(), again.tolistSync()]).toEqual([
    [6, 12],
    [6, 12],
  ]);
});

test("what there is not is an error", () => {
  const loss = leaf().sum();
  expect(() => loss.backward({ retainGrph: true } as never)).toThrow("got an unexpected argument 'retainGrph'");
});

test("all of grad's arguments by name", () => {
  const w = leaf();
  const named = { outputs: w.pow(3), inputs: w, gradOutputs: torch.ones([2]), createGraph: true, onlyInputs: true };
  const [first] = torch.autograd.grad(named);
  expect(torch.autograd.grad({ outputs: first.sum(), inputs: w })[0].tolistSync()).toEqual([6, 12]);
  expect(() => torch.autograd.grad({ outputs: w.sum() } as never)).toThrow("missing required argument: 'inputs'");
});

/** Failed checks on a device whose runs end later than they are asked for. */
import * as torch from "cresset";
import { beforeAll, expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { useSoftwareDriver } from "./testing.ts";

const { nn, optim } = torch;

beforeAll(async () => {
  useSoftwareDriver();
  await torch.registerBackend(webgpu());
  torch.setDefaultDevice("webgpu");
});

test("a failed check is thrown by the read of what it spoiled, always", async () => {
  const picked = torch.indexSelect(torch.tensor([1, 2]), 0, torch.tensor([4n]).add(1));
  await expect(picked.tolist()).rejects.toThrow(torch.IndexError);
  await expect(picked.tolist()).rejects.toThrow(/out of range/);
  expect(await torch.tensor([1, 2]).add(1).tolist()).toEqual([2, 3]);
});

test("a step whose check fails leaves parameters as they were; the next read is told, and training goes on", async () => {
  const weight = new nn.Parameter(torch.tensor([0.5, 0.25]));
  const optimizer = new optim.SGD([weight], { lr: 0.1 });
  const lossFunc = new nn.BCELoss();
  const step = (target: torch.Tensor): torch.Tensor => {
    const loss = lossFunc(weight, target);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
  step(torch.tensor([1, 0]));
  const before = await weight.detach().tolist();
  // A probability of 2: forward, backward and step are one program, and the loss is not read before the step.
  const wrong = new nn.Parameter(torch.tensor([2, 0.25]));
  const spoiled = new optim.SGD([wrong], { lr: 0.1 });
  const loss = lossFunc(wrong, torch.tensor([1, 0]));
  spoiled.zeroGrad();
  loss.backward();
  spoiled.step();
  // Asked for before anybody knows that the step failed.
  const later = wrong.mul(2);
  await expect(later.tolist()).rejects.toThrow(/between 0 and 1/);
  expect(await wrong.detach().tolist()).toEqual([2, 0.25]);
  expect(await wrong.mul(2).tolist()).toEqual([4, 0.5]);
  await expect(loss.item()).rejects.toThrow(/between 0 and 1/);
  step(torch.tensor([1, 0]));
  expect(await weight.detach().tolist()).not.toEqual(before);
});

test("polynomials of degrees that cannot be read at the call: up to 32, beyond that a check fails", async () => {
  const of = (...degrees: number[]) => torch.special.chebyshevPolynomialT(2, torch.tensor(degrees)).tolist();
  expect(await of(0, 1, 3, 5, -1, Number.POSITIVE_INFINITY, Number.NaN, 2.5)).toEqual([1, 2, 26, 362, 0, 0, 0, 7]);
  await expect(of(0, 1, 33, 5, -1, 0, 0, 2)).rejects.toThrow(/a degree is beyond 32/);
});

test("a thousand steps that nobody reads are told of in the end", async () => {
  const x = torch.tensor([1, 2, 3]);
  let total = torch.zeros([]);
  for (let i = 0; i < 600; i++) total = total.add(torch.take(x, torch.tensor([i === 300 ? 6n : 0n]).add(1)).sum());
  await expect(total.item()).rejects.toThrow(torch.IndexError);
});

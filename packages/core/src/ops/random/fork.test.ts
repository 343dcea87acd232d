import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

test("what is drawn inside does not change what follows", () => {
  torch.manualSeed(0);
  const first = torch.rand(2).tolistSync();
  torch.manualSeed(0);
  expect(torch.random.forkRng(() => torch.rand(3).shape)).toEqual([3]);
  expect(torch.rand(2).tolistSync()).toEqual(first);
});

test("the state comes back from an error too, and a promise is one", () => {
  torch.manualSeed(0);
  const first = torch.rand(2).tolistSync();
  torch.manualSeed(0);
  const fail = (): never => {
    torch.rand(1);
    throw new RangeError("inside");
  };
  expect(() => torch.random.forkRng(fail)).toThrow(new RangeError("inside"));
  expect(() => torch.random.forkRng(async () => torch.rand(1))).toThrow("fn returned a promise");
  expect(torch.rand(2).tolistSync()).toEqual(first);
});

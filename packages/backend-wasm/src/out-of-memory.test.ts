import * as torch from "@cresset/core";
import { BackendError } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import { wasm } from "./index.ts";

beforeAll(async () => {
  await torch.registerBackend(wasm());
  torch.setDefaultDevice("wasm");
});

/** More than the four gigabytes that there are. */
const tooLarge = (): torch.Tensor => torch.zeros(40_000, 40_000).add(1);

test("a value that does not fit is an error, and everything else stays usable", async () => {
  const x = torch.arange(4).add(0.5);
  await expect(tooLarge().data()).rejects.toThrow(BackendError);
  await expect(tooLarge().data()).rejects.toThrow("out of memory");
  expect(await x.sum().item()).toBe(8);
});

test("a write that cannot be computed does not happen", async () => {
  const x = torch.ones(3);
  x.mul_(2);
  expect(await x.tolist()).toEqual([2, 2, 2]);
  // The sorted values need a place of their own.
  x.add_(tooLarge().sort(0)[0].sum());
  await expect(x.tolist()).rejects.toThrow("out of memory");
  expect(await x.tolist()).toEqual([2, 2, 2]);
  x.add_(1);
  expect(await x.tolist()).toEqual([3, 3, 3]);
});

test("memory that a failed program took is free again", async () => {
  const backend = wasm();
  await torch.registerBackend({ ...backend, name: "counted" });
  torch.setDefaultDevice("counted");
  const [a, b] = [torch.ones(1000), torch.ones(1000)];
  const fail = async (): Promise<void> => {
    const failing = torch.stack([a.add(1), b.add(2)]);
    await expect(failing.sum().add(tooLarge().sort(0)[0].sum()).item()).rejects.toThrow("out of memory");
  };
  // Constants get their place with the first program that has some.
  await fail();
  const before = Number(backend.info().usedBytes);
  await fail();
  // The program itself stays laid out, which takes some words; a vector is 4,000 bytes.
  expect(Number(backend.info().usedBytes)).toBeLessThan(before + 2000);
  torch.setDefaultDevice("wasm");
});

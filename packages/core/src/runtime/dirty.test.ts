import { beforeAll, expect, test } from "vitest";
import { zeros } from "../index.ts";
import { useCpu } from "../testing/cpu.ts";
import { DirtyStorages } from "./dirty.ts";
import type { Storage } from "./storage.ts";

beforeAll(useCpu);

const storages = (count: number): Storage[] => Array.from({ length: count }, () => zeros([1]).storage);

test("storages come once, and leave in any order", () => {
  const [a, b, c] = storages(3);
  const dirty = new DirtyStorages();
  for (const storage of [a, b, a, c, b]) dirty.add(storage);
  expect(new Set(dirty.list)).toEqual(new Set([a, b, c]));
  expect(dirty.list.length).toBe(3);
  dirty.delete(a);
  dirty.delete(a);
  expect([a, b, c].map((storage) => dirty.has(storage))).toEqual([false, true, true]);
  dirty.add(a);
  dirty.delete(c);
  dirty.delete(b);
  expect(dirty.list).toEqual([a]);
});

test("a storage of one device is none of another", () => {
  const [a, b] = storages(2);
  const [here, there] = [new DirtyStorages(), new DirtyStorages()];
  here.add(a);
  there.add(b);
  expect(there.has(a)).toBe(false);
  there.delete(a);
  expect(there.list).toEqual([b]);
  expect(here.has(a)).toBe(true);
});

/** Which buffers a pool keeps. */
import { expect, test } from "vitest";
import { BufferMaker } from "./maker.ts";
import { BufferPool } from "./pool.ts";

function poolOf(cap: number) {
  const destroyed: number[] = [];
  const device = {
    pushErrorScope: () => undefined,
    popErrorScope: async () => null,
    createBuffer: ({ size }: GPUBufferDescriptor) => ({ size, destroy: () => destroyed.push(size) }),
  };
  const maker = new BufferMaker(device as unknown as GPUDevice, "an adapter");
  const limit = { name: "maxBufferSize", bytes: 1e6 };
  return { pool: new BufferPool(maker, { label: "value", usage: 0, cap, limit }), maker, destroyed };
}

test("what nobody has asked for the longest makes room", () => {
  const { pool, maker, destroyed } = poolOf(4096);
  const old = [pool.take(1024), pool.take(1024), pool.take(1024)];
  for (const one of old) pool.give(one);
  const fresh = pool.take(2048);
  pool.give(fresh);
  expect(destroyed).toEqual([1024]);
  expect(pool.idleBytes).toBe(4096);
  // The last one given back comes first.
  expect(pool.take(1024)).toBe(old[2]);
  expect(pool.take(2048)).toBe(fresh);
  expect(pool.take(1024)).toBe(old[1]);
  expect(maker.made).toBe(4);
  expect([pool.idleBytes, pool.usedBytes]).toEqual([0, 4096]);
});

test("what is larger than all that is kept is destroyed, and nothing else for it", () => {
  const { pool, destroyed } = poolOf(4096);
  const [small, large] = [pool.take(1024), pool.take(8192)];
  pool.give(small);
  pool.give(large);
  expect(destroyed).toEqual([8192]);
  expect(pool.take(1024)).toBe(small);
});

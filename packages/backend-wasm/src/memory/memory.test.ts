import { expect, test } from "vitest";
import { Allocator } from "./allocator.ts";

const mebibyte = 1024 * 1024;
const make = (maximum = 64 * mebibyte): Allocator =>
  new Allocator(new WebAssembly.Memory({ initial: 1, maximum: 65_536 }), maximum);

test("sizes are rounded up by at most an eighth, to multiples of 64", () => {
  for (const bytes of [0, 1, 64, 65, 512, 513, 1000, 4097, 100_000, 3 * mebibyte + 1, 1024 * mebibyte + 1]) {
    const size = Allocator.rounded(bytes);
    expect(size % 64).toBe(0);
    expect(size).toBeGreaterThanOrEqual(Math.max(bytes, 1));
    if (bytes > 512) expect(size).toBeLessThanOrEqual(bytes * 1.125);
  }
});

test("blocks do not overlap; freed ones are used again", () => {
  const allocator = make();
  const blocks = [100, 5000, 64, 70_000].map((bytes) => ({ bytes, at: allocator.allocate(bytes) }));
  for (const [i, { at, bytes }] of blocks.entries()) allocator.bytes.fill(i + 1, at, at + bytes);
  for (const [i, { at, bytes }] of blocks.entries()) {
    expect(allocator.bytes.subarray(at, at + bytes).every((byte) => byte === i + 1)).toBe(true);
  }
  allocator.release(blocks[1].at, 5000);
  expect(allocator.allocate(5001)).toBe(blocks[1].at);
});

test("small freed blocks become a large one when the memory cannot grow", () => {
  const allocator = make(8 * mebibyte);
  const blocks = Array.from({ length: 7 }, () => allocator.allocate(mebibyte));
  expect(() => allocator.allocate(4 * mebibyte)).toThrow("out of memory");
  for (const at of blocks.slice(1, 6)) allocator.release(at, mebibyte);
  const large = allocator.allocate(4 * mebibyte);
  expect(large).toBe(blocks[1]);
  expect(allocator.used).toBe(6 * mebibyte);
  expect(allocator.allocate(mebibyte)).toBe(blocks[5]);
});

test("random allocation and release keep the accounts", () => {
  const allocator = make();
  const live: { at: number; bytes: number; mark: number }[] = [];
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let step = 0; step < 3000; step++) {
    if (live.length > 0 && random(2) === 0) {
      const [block] = live.splice(random(live.length), 1);
      expect(allocator.bytes[block.at]).toBe(block.mark);
      expect(allocator.bytes[block.at + block.bytes - 1]).toBe(block.mark);
      allocator.release(block.at, block.bytes);
    } else {
      const bytes = 1 + random(200_000);
      const at = allocator.allocate(bytes);
      allocator.bytes.fill(step & 255, at, at + bytes);
      live.push({ at, bytes, mark: step & 255 });
    }
  }
  expect(allocator.used).toBe(live.reduce((sum, { bytes }) => sum + Allocator.rounded(bytes), 0));
});

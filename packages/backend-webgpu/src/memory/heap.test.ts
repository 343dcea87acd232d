/** Places in the heap never overlap. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { HeapAllocator } from "./heap.ts";

test("what was given back behind a heap that did not grow is not handed out twice", () => {
  const heap = new HeapAllocator(64, 1024, "a limit");
  expect(heap.allocate(48, () => undefined)).toBe(0);
  let grown: [capacity: number, top: number] = [0, 0];
  const beyond = heap.allocate(32, (...asked) => {
    grown = asked;
  });
  expect([beyond, grown]).toEqual([48, [128, 48]]);
  heap.release(beyond, 32);
  heap.shrink(64, 48);
  expect(heap.used).toBe(48);
  const places = [heap.allocate(16, () => undefined), heap.allocate(32, () => undefined)];
  expect(places).toEqual([48, 64]);
});

test("blocks in use do not overlap, and lie within the capacity", () => {
  const step = fc.record({ words: fc.integer({ min: 1, max: 40 }), release: fc.nat(20), fails: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heap = new HeapAllocator(64, 4096, "a limit");
      let blocks: { at: number; words: number }[] = [];
      for (const { words, release, fails } of steps) {
        const capacity = heap.capacity;
        let top = -1;
        const at = heap.allocate(words, (_, taken) => {
          top = taken;
        });
        if (top >= 0 && fails) {
          heap.release(at, words);
          heap.shrink(capacity, top);
        } else blocks.push({ at, words });
        for (const one of blocks.splice(release, 1)) heap.release(one.at, one.words);
        blocks = blocks.sort((a, b) => a.at - b.at);
        for (const [i, one] of blocks.entries())
          expect(one.at + one.words).toBeLessThanOrEqual(blocks[i + 1]?.at ?? heap.capacity);
      }
    }),
  );
});

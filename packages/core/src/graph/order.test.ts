import { expect, test } from "vitest";
import { firstSince, sortBy } from "./order.ts";

test("items are sorted in place, however many", () => {
  for (const count of [0, 1, 2, 31, 32, 33, 500]) {
    const items = Array.from({ length: count }, (_, i) => ({ id: (i * 7919) % 1009 }));
    const expected = [...items].sort((a, b) => a.id - b.id);
    expect(sortBy(items, ({ id }) => id)).toBe(items);
    expect(items).toEqual(expected);
  }
});

test("where numbers begin that are not smaller, in a list by number", () => {
  for (const count of [0, 1, 2, 9]) {
    const list = Array.from({ length: count }, (_, i) => ({ id: 3 * i }));
    for (let id = -1; id < 3 * count + 2; id++) {
      const expected = list.filter((item) => item.id < id).length;
      expect(firstSince(list, id)).toBe(expected);
    }
  }
});

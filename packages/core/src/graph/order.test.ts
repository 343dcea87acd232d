import { expect, test } from "vitest";
import { sortBy } from "./order.ts";

test("items are sorted in place, however many", () => {
  for (const count of [0, 1, 2, 31, 32, 33, 500]) {
    const items = Array.from({ length: count }, (_, i) => ({ id: (i * 7919) % 1009 }));
    const expected = [...items].sort((a, b) => a.id - b.id);
    expect(sortBy(items, ({ id }) => id)).toBe(items);
    expect(items).toEqual(expected);
  }
});

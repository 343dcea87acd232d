import { expect, test } from "vitest";
import { RecentMap } from "./recent-map.ts";

test("forgets what was used longest ago", () => {
  const map = new RecentMap<string, number>(3);
  for (const [i, key] of ["a", "b", "c"].entries()) map.set(key, i);
  expect(map.get("a")).toBe(0);
  map.set("d", 3);
  expect(map.get("b")).toBeUndefined();
  expect([map.get("a"), map.get("c"), map.get("d"), map.size]).toEqual([0, 2, 3, 3]);
});

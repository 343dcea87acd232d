import { afterEach, expect, test } from "vitest";
import { getPrintOptions, setPrintoptions } from "./print-options.ts";

afterEach(() => setPrintoptions({ profile: "default" }));

test("defaults", () => {
  expect(getPrintOptions()).toEqual({ precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sciMode: null });
});

test("a profile sets everything, then the other options apply", () => {
  setPrintoptions({ precision: 7, linewidth: 40 });
  setPrintoptions({ profile: "short", precision: 3 });
  expect(getPrintOptions()).toEqual({ precision: 3, threshold: 1000, edgeitems: 2, linewidth: 80, sciMode: null });
  setPrintoptions({ profile: "full" });
  expect(getPrintOptions().threshold).toBe(Number.POSITIVE_INFINITY);
});

test("what is left out stays, but sciMode goes back to automatic", () => {
  setPrintoptions({ precision: 2, sciMode: true });
  expect(getPrintOptions().sciMode).toBe(true);
  setPrintoptions({ edgeitems: 5 });
  expect(getPrintOptions()).toMatchObject({ precision: 2, edgeitems: 5, sciMode: null });
});

test("bad options are refused and change nothing", () => {
  expect(() => setPrintoptions({ precision: 2, edgeitems: 0 })).toThrow("edgeitems must be an integer from 1");
  expect(() => setPrintoptions({ precision: 1.5 })).toThrow("precision must be an integer from 0 to 100");
  expect(() => setPrintoptions({ profile: JSON.parse('"long"') })).toThrow("unknown profile long");
  expect(getPrintOptions().precision).toBe(4);
});

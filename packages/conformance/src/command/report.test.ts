import { expect, test } from "vitest";
import { exceptionsText, staleText } from "./report.ts";

const noDoubles = { dtype: "float64", mismatch: "no float64", reason: "no 64-bit floats" };
const noDoublesEither = { names: ["torch.rand"], reason: "no 64-bit floats" };
const anywhere = { mismatch: "subnormal", reason: "subnormal numbers" };

test("excepted cases are counted by reason", () => {
  const uses = [
    { exception: noDoubles, excepted: 97, passed: [] },
    { exception: anywhere, excepted: 2, passed: ["unary/exp/1"] },
    { exception: noDoublesEither, excepted: 6, passed: [] },
  ];
  expect(exceptionsText(uses)).toBe("excepted:\n  103  no 64-bit floats\n    2  subnormal numbers");
});

test("cases that pass without their exception are named, unless it covers all cases", () => {
  const ids = [1, 2, 3, 4, 5, 6].map((n) => `rng/rand/${n}`);
  const uses = [
    { exception: noDoublesEither, excepted: 0, passed: ids },
    { exception: anywhere, excepted: 0, passed: ids },
  ];
  expect(exceptionsText(uses)).toBe(
    "passed, though there is an exception for torch.rand: rng/rand/1, rng/rand/2, rng/rand/3, rng/rand/4 and 2 more",
  );
  expect(exceptionsText([])).toBe("");
});

test("an exception is named by what it says of cases", () => {
  expect(staleText(noDoubles)).toBe("✗ the exception for float64, no float64 must be removed: nothing needs it");
  expect(staleText({ mismatch: /1 ulp$/, reason: "accuracy" })).toContain("the exception for 1 ulp$ must");
});

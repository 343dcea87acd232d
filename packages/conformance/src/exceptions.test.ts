import { expect, test } from "vitest";
import { Exceptions } from "./exceptions.ts";
import type { CaseResult, Outcome } from "./result.ts";

const result = (id: string, outcome: Outcome): CaseResult => ({ area: "unary", id, outcome, mismatches: [] });
const family = { cases: "unary/exp/*", reason: "this machine's exp" };

test("an exception covers its family and nothing else", () => {
  const exceptions = new Exceptions([family], "node 26");
  expect(exceptions.find({ id: "unary/exp/3" }, [])).toBe(family);
  expect(exceptions.find({ id: "unary/exp2/3" }, [])).toBeUndefined();
});

test("an exception for one implementation does not hold for another", () => {
  const only = { ...family, implementation: "chromium*" };
  expect(new Exceptions([only], "chromium 156").find({ id: "unary/exp/3" }, [])).toBe(only);
  expect(new Exceptions([only], "node 26").find({ id: "unary/exp/3" }, [])).toBeUndefined();
});

test("an entry is stale when all its cases that ran passed", () => {
  const exceptions = new Exceptions([family], "");
  expect(exceptions.stale([result("unary/exp/1", "passed"), result("unary/exp/2", "passed")])).toEqual([family]);
  expect(exceptions.stale([result("unary/exp/1", "passed"), result("unary/exp/2", "excepted")])).toEqual([]);
  expect(exceptions.stale([result("unary/log/1", "passed")])).toEqual([]);
});

test("an exception may hold for a tag, and for what every mismatch says", () => {
  const edge = { cases: "*", tag: "edge", mismatch: /got 0/, reason: "no subnormals" };
  const exceptions = new Exceptions([edge], "");
  expect(exceptions.find({ id: "unary/exp/3", tag: "edge" }, ["expected 1, got 0"])).toBe(edge);
  expect(
    exceptions.find({ id: "unary/exp/3", tag: "edge" }, ["expected 1, got 0", "expected 1, got 2"]),
  ).toBeUndefined();
  expect(exceptions.find({ id: "unary/exp/3" }, ["expected 1, got 0"])).toBeUndefined();
  expect(exceptions.stale([result("unary/exp/1", "passed")])).toEqual([]);
});

test("every entry gives a reason", () => {
  expect(() => new Exceptions([{ cases: "*", reason: " " }], "")).toThrow("gives no reason");
});

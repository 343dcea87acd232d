import { ValueError } from "cresset";
import { expect, test } from "vitest";
import { NoSuchOperation } from "../api/library.ts";
import { compareError, expectError } from "./error.ts";

const expected = { type: "RuntimeError", message: "shapes do not fit: [2]", contains: "do not fit" };

test("the text must be in the message", () => {
  expect(compareError(new ValueError("x: shapes do not fit: [3]"), expected)).toBeNull();
  expect(compareError(new ValueError("no"), expected)).toBe('expected the error "do not fit", got ValueError: no');
});

test("an action that is not refused is a mismatch", async () => {
  expect(await expectError(expected, async () => 1)).toBe('expected the error "do not fit", got no error');
});

test("a missing operation is never the expected refusal", () => {
  expect(compareError(new NoSuchOperation("do not fit"), expected)).toBe("no such operation: do not fit");
});

test("for want of a kernel, any typed error will do, an accident not", () => {
  const missing = {
    type: "RuntimeError",
    message: "\"abs_cpu\" not implemented for 'Bool'",
    contains: '"abs_cpu" not implemented',
  };
  expect(compareError(new ValueError("abs: no bool"), missing)).toBeNull();
  expect(compareError(new TypeError("x is undefined"), missing)).toContain("TypeError: x is undefined");
});

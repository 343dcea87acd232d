import { expect, test } from "vitest";
import { glob } from "./glob.ts";

test("stars and question marks stand for text, all else for itself", () => {
  expect(glob("e2e/seed*")("e2e/seed_program/1")).toBe(true);
  expect(glob("unary/exp/?")("unary/exp/1")).toBe(true);
  expect(glob("unary/exp/?")("unary/exp/11")).toBe(false);
  expect(glob("a.b")("axb")).toBe(false);
  expect(glob("unary")("unary/exp/1")).toBe(false);
});

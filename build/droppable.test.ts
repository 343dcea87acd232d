import { describe, expect, test } from "vitest";
import { annotate } from "./droppable.ts";

const pure = "/* @__PURE__ */ ";

describe("annotate", () => {
  test.each([
    ["a call", 'const op = operation("op", body);', `const op = ${pure}operation("op", body);`],
    ["calls in arguments", "const a = f(g(1), new Map());", `const a = ${pure}f(${pure}g(1), ${pure}new Map());`],
    ["a method of a name", "export const k = Object.freeze({});", `export const k = ${pure}Object.freeze({});`],
    ["calls in a table", "const t = { a: f(1), b: [g()] };", `const t = { a: ${pure}f(1), b: [${pure}g()] };`],
    ["a property, which could be a getter", "const p = q.r;", `const p = ${pure}(() => (q.r))();`],
    ["a chain of calls", "const c = f().g();", `const c = ${pure}(() => (f().g()))();`],
    ["a spread", "const s = new Set([...a]);", `const s = ${pure}(() => (new Set([...a])))();`],
    ["an operator", "const n = a + 1;", `const n = ${pure}(() => (a + 1))();`],
  ])("%s", (_, code, annotated) => expect(annotate(code)).toBe(annotated));

  test.each([
    ["values", 'const a = 1, b = "x", c = -2, d = [null, true], e = { f: a };'],
    ["what is known to be pure", "const fround = Math.fround;"],
    ["functions, and what they do when called", "const f = () => g(1); function h() { const x = g(2); return x; }"],
    ["statements, which are there for what they do", "install(); table.set(1, f());"],
    ["what waits", "const a = (await import(name)).x;"],
    ["destructuring of a name", "const { a } = b;"],
  ])("leaves alone %s", (_, code) => expect(annotate(code)).toBe(code));
});

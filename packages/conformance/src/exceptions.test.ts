import { expect, test } from "vitest";
import { builtInBackends } from "./backends.ts";
import { dataFolder, folderSource } from "./command/folder.ts";
import { coverage, type Exception, Exceptions, nameOf, type Subject } from "./exceptions.ts";
import { readArea } from "./read/manifest.ts";
import { propertiesOf } from "./read/properties.ts";

const family = { cases: "unary/exp/*", reason: "this machine's exp" };

/** A case that is about some names and element types. */
const about = (id: string, names: readonly string[], dtypes: readonly string[] = []): Subject => ({
  id,
  properties: { names: new Set(names), dtypes: new Set(dtypes) },
});

test("an exception covers its family and nothing else", () => {
  const exceptions = new Exceptions([family], "node 26");
  expect(exceptions.judge({ id: "unary/exp/3" }, ["1 ulp"])).toBe(family);
  expect(exceptions.judge({ id: "unary/exp2/3" }, ["1 ulp"])).toBeUndefined();
});

test("an exception for one implementation does not hold for another", () => {
  const only = { ...family, implementation: "chromium*" };
  expect(new Exceptions([only], "chromium 156").judge({ id: "unary/exp/3" }, ["1 ulp"])).toBe(only);
  expect(new Exceptions([only], "node 26").judge({ id: "unary/exp/3" }, ["1 ulp"])).toBeUndefined();
});

test("an exception for the catalogue does not hold for recorded cases", () => {
  const only: Exception = { ...family, of: "catalogue" };
  expect(new Exceptions([only], "", "catalogue").judge({ id: "unary/exp/3" }, ["1 ulp"])).toBe(only);
  expect(new Exceptions([only], "").judge({ id: "unary/exp/3" }, ["1 ulp"])).toBeUndefined();
});

test("an exception may hold for names, an element type, a tag, and for what every mismatch says", () => {
  const wide = { names: ["torch.linalg.*"], dtype: "float64", tag: "edge", mismatch: "no float64$", reason: "none" };
  const fits = { ...about("linalg/anything", ["torch.linalg.inv", "torch.sum"], ["float64"]), tag: "edge" };
  const judge = (subject: Subject, ...mismatches: string[]): Exception | undefined =>
    new Exceptions([wide], "").judge(subject, mismatches);
  expect(judge(fits, "it has no float64")).toBe(wide);
  expect(judge(fits, "it has no float64", "expected 1, got 2")).toBeUndefined();
  expect(judge({ ...fits, tag: "other" }, "it has no float64")).toBeUndefined();
  expect(judge({ ...about("x", ["torch.sum"], ["float64"]), tag: "edge" }, "it has no float64")).toBeUndefined();
  expect(judge({ ...about("x", ["torch.linalg.inv"]), tag: "edge" }, "it has no float64")).toBeUndefined();
  expect(judge({ id: "x", tag: "edge" }, "it has no float64")).toBeUndefined();
});

test("what an exception did is counted, cases that passed without it too", () => {
  const exceptions = new Exceptions([family], "");
  exceptions.judge({ id: "unary/exp/1" }, []);
  exceptions.judge({ id: "unary/exp/2" }, ["1 ulp"]);
  exceptions.judge({ id: "unary/log/1" }, []);
  expect(exceptions.uses).toEqual([{ exception: family, excepted: 1, passed: ["unary/exp/1"] }]);
});

test("an entry is stale when all its cases that ran passed", () => {
  const after = (id: string, mismatches: readonly string[]): Exception[] => {
    const exceptions = new Exceptions([family], "");
    exceptions.judge({ id: "unary/exp/1" }, []);
    exceptions.judge({ id }, mismatches);
    return exceptions.stale(false);
  };
  expect(after("unary/exp/2", [])).toEqual([family]);
  expect(after("unary/exp/2", ["1 ulp"])).toEqual([]);
  expect(new Exceptions([family], "").stale(false)).toEqual([]);
});

test("an entry that says what is wrong with cases is stale when all of its data was run, and nothing was", () => {
  const property = { dtype: "float64", reason: "no float64" };
  const exceptions = new Exceptions([property, family], "");
  exceptions.judge(about("unary/exp/1", [], ["float64"]), []);
  expect(exceptions.stale(false)).toEqual([family]);
  expect(exceptions.stale(true)).toEqual([property, family]);
});

test("every entry gives a reason", () => {
  expect(() => new Exceptions([{ cases: "*", reason: " " }], "")).toThrow("the exception for * gives no reason");
});

test("every entry of a built-in backend covers a case of the shipped data, and lists none by its number", async () => {
  const entries = Object.values(builtInBackends).flatMap((backend) => backend?.exceptions ?? []);
  const open = new Map(entries.flatMap((entry) => (entry.of === "catalogue" ? [] : [[entry, coverage(entry)]])));
  expect(open.size).toBeGreaterThan(0);
  for (const { cases, reason } of entries) {
    expect(reason).toMatch(/\w/);
    expect(cases ?? "").not.toMatch(/\d/);
  }
  const source = await folderSource(dataFolder());
  for (const name of await source.areas()) {
    const { cases, tensors } = await readArea(source, name);
    for (const one of cases) {
      if (open.size === 0) break;
      const subject = { id: one.id, tag: one.tag, properties: propertiesOf(one, tensors) };
      for (const [entry, covers] of open) if (covers(subject)) open.delete(entry);
    }
  }
  expect([...open.keys()].map(nameOf)).toEqual([]);
});

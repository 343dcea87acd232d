/** Every way in which PyTorch can be called, by position and by name, fits the forms in the records, where PyTorch is installed. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseForm } from "@cresset/core/catalogue";
import { describe, expect, test } from "vitest";
import { arrange } from "../api/arguments.ts";
import { camelCase } from "../api/library.ts";
import { spaces } from "../api/operation.ts";
import { catalogue } from "./catalogue.ts";

const python = "/usr/bin/python3";
// Without PyTorch nobody says how it is called; the recorded data has calls of most of the operations.
const hasPyTorch = spawnSync(python, ["-c", "import torch"]).status === 0;

type Parameter = readonly [name: string, type: string, byName: boolean, required: boolean];

/** What no operation has here: where results go, how memory is laid out, dimensions by name. */
const nowhere = new Set(["out", "layout", "pin_memory", "memory_format", "names", "driver"]);

/** Where the stubs differ from what is parsed. */
const stubNames: Readonly<Record<string, string>> = { from_: "from", _int: "dim" };
const optionsOfTensors = /^(dtype|device|requires_grad)$/;

function corrected(form: readonly Parameter[]): readonly Parameter[] {
  const size = form.findIndex(([name]) => /^\*?size$/.test(name));
  return form.map(([name, type, byName, required], at) => [
    stubNames[name] ?? name,
    type,
    byName || (size >= 0 && at > size && optionsOfTensors.test(name)),
    required,
  ]);
}

/** Parts of results that are written where the caller says. */
const results = new Set([
  "LU",
  "L",
  "Q",
  "R",
  "U",
  "S",
  "V",
  "Vh",
  "eigvals",
  "eigvecs",
  "sign",
  "solution",
  "LD",
  "info",
  "inverse",
  "pivots",
  "result",
]);

/** An overload that there is here: not of dimensions by name, of results to write into, or in a deprecated order. */
function isHere(form: readonly Parameter[]): boolean {
  const factor = form.findIndex(([name, , byName]) => /^(alpha|beta|value)$/.test(name) && !byName);
  const tensorAfter = factor >= 0 && form.slice(factor + 1).some(([, type, byName]) => type === "Tensor" && !byName);
  return (
    !tensorAfter &&
    form.every(([name, type, byName, required]) => {
      if (byName && required && (nowhere.has(name) || results.has(name))) return false;
      return !/ellipsis/.test(type) || name === "names";
    })
  );
}

/** A value of the type, which differs from those of other parameters. */
const filled = ([name, type]: Parameter): unknown =>
  /^(Optional\[)?_?bool\]?$/.test(type) ? true : name.startsWith("*") ? [`${name} 1`, `${name} 2`] : name;

function asked(): Map<string, readonly (readonly Parameter[])[]> {
  const run = spawnSync(python, [join(import.meta.dirname, "signatures.py")], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(run.stderr);
  const found: Record<string, readonly (readonly Parameter[])[]> = JSON.parse(run.stdout);
  return new Map(
    Object.entries(found).map(([path, forms]) => {
      const name = path.lastIndexOf(".") + 1;
      return [path.slice(0, name) + camelCase(path.slice(name)), forms];
    }),
  );
}

describe.skipIf(!hasPyTorch)("PyTorch", () => {
  const signatures = hasPyTorch ? asked() : new Map<string, readonly (readonly Parameter[])[]>();
  const cases = catalogue.flatMap((record) =>
    record.on.flatMap((place) => {
      const path = `${spaces[place]}.${record.name.replace(/Sync$/, "")}${place === "inplace" ? "_" : ""}`;
      const forms = (signatures.get(path) ?? []).filter(isHere).map(corrected);
      return forms.length === 0 ? [] : [{ path, record, forms, method: spaces[place] === "torch.Tensor" }];
    }),
  );

  test("most operations are PyTorch's", () => {
    expect(cases.length).toBeGreaterThan(1000);
  });

  test.each(cases)("$path", ({ path, record, forms, method }) => {
    const own = [record.forms].flat().map(parseForm);
    for (const form of forms) {
      const parameters = form.filter(([name]) => !nowhere.has(name));
      const absent = (name: string) => own.some((f) => f.some((p) => p.place === "absent" && p.names.includes(name)));
      const given = parameters.map((p) => ({ p, value: absent(p[0]) ? null : filled(p) }));
      const positional = given.filter(({ p: [name, , byName] }) => !byName && !name.startsWith("*"));
      const rest = given.filter(({ p: [name] }) => name.startsWith("*")).flatMap(({ value }) => value as unknown[]);
      const named = given.filter(({ p: [, , byName] }) => byName);
      const called = (count: number, extra: readonly unknown[]) =>
        arrange(
          path,
          own,
          [...positional.slice(0, count).map(({ value }) => value), ...extra],
          Object.fromEntries([...positional.slice(count), ...named].map(({ p, value }) => [p[0], value])),
        );
      const all = called(positional.length, rest);
      const least = method ? 1 : 0;
      if (rest.length === 0)
        for (let count = positional.length - 1; count >= least; count--) expect(called(count, [])).toEqual(all);
    }
  });
});

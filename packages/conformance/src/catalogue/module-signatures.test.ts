/** Modules take PyTorch's arguments in PyTorch's order, where PyTorch is installed. */
import { spawnSync } from "node:child_process";
import * as torch from "cresset";
import { describe, expect, test } from "vitest";
import { camelCase } from "../api/library.ts";

const program = `
import inspect, json, torch
from torch import nn
found = {}
for name, value in vars(nn).items():
    if isinstance(value, type) and issubclass(value, nn.Module):
        parameters = inspect.signature(value.__init__).parameters.values()
        if not any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
            found[name] = [p.name for p in parameters][1:]
print(json.dumps(found))
`;

/** Deprecated: how losses were reduced before there was `reduction`, and other names of the ends of `Hardtanh`. */
const gone = new Set(["sizeAverage", "reduce", "minValue", "maxValue"]);

/** What only later versions of PyTorch have. */
const later: Readonly<Record<string, readonly string[]>> = { LayerNorm: ["bias"] };

/** PyTorch has a private name for it. */
const renamed: Readonly<Record<string, string>> = { _weight: "weight", _randomSamples: "randomSamples" };

// Without PyTorch nobody says what modules take.
const run = spawnSync("/usr/bin/python3", ["-c", program], { encoding: "utf8" });
const signatures: Record<string, string[]> = run.status === 0 ? JSON.parse(run.stdout) : {};

type Constructor = new (options: object) => object;

/** The arguments that a class knows: its error for one that it does not know lists them. */
function known(name: string): string[] {
  const Type = (torch.nn as unknown as Record<string, Constructor>)[name];
  try {
    new Type({ isUnknown: true });
  } catch (error) {
    const list = /'isUnknown': there are (.*)$/.exec((error as Error).message)?.[1];
    if (list !== undefined) return list.split(", ");
  }
  return [];
}

describe.skipIf(run.status !== 0)("PyTorch", () => {
  const names = Object.keys(signatures).filter((name) => name in torch.nn && signatures[name].length > 0);
  const containers = new Set(["ModuleList", "ModuleDict", "ParameterList", "ParameterDict"]);

  test("has most of the modules", () => expect(names.length).toBeGreaterThan(100));

  test.each(names.filter((name) => !containers.has(name)))("%s", (name) => {
    const theirs = signatures[name].map(camelCase).map((each) => renamed[each] ?? each);
    const own = known(name).filter((each) => !later[name]?.includes(each));
    // Lazy layers give the ordinary one's first argument themselves.
    if (name.startsWith("Lazy")) own.shift();
    expect(own).toEqual(theirs.filter((each) => !gone.has(each)));
  });
});

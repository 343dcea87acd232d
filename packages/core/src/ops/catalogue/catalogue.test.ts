import { expect, test } from "vitest";
import * as torch from "../../index.ts";
import { catalogue, parseForm } from "./index.ts";

type Functions = Readonly<Record<string, unknown>>;

const spaces: Readonly<Record<string, Functions>> = {
  torch,
  linalg: torch.linalg,
  masked: torch.masked,
  special: torch.special,
};

/** Functions of `torch` that are no operations: of devices, modes, dtypes, printing; and what the library's own packages use. */
const noOperations = new Set([
  "deviceInfo",
  "deviceNames",
  "deviceStatistics",
  "enableGrad",
  "explain",
  "finfo",
  "float",
  "fromHost",
  "getDefaultDevice",
  "getDefaultDtype",
  "getPrintOptions",
  "iinfo",
  "inferenceMode",
  "isDType",
  "isFloat",
  "isGradEnabled",
  "isInferenceModeEnabled",
  "noGrad",
  "profile",
  "registerBackend",
  "registerBackendSync",
  "setDefaultDevice",
  "setDefaultDtype",
  "setEvaluation",
  "setGradEnabled",
  "setPrintoptions",
  "slice",
  "vmap",
  "withGradOption",
]);

const isClass = (value: unknown): boolean => typeof value === "function" && /^class\b/.test(String(value));

test.each(Object.keys(spaces))("%s: its functions are those of the catalogue", (place) => {
  const space = spaces[place];
  const names = catalogue.flatMap(({ name, on }) => ((on as readonly string[]).includes(place) ? [name] : []));
  const functions = Object.entries(space).flatMap(([name, value]) =>
    typeof value === "function" && !isClass(value) && !(place === "torch" && noOperations.has(name)) ? [name] : [],
  );
  expect(functions.filter((name) => !names.includes(name))).toEqual([]);
  for (const { name, fn, on } of catalogue)
    if ((on as readonly string[]).includes(place)) expect([name, space[name]]).toEqual([name, fn]);
});

/** Those that a constructor sets. */
const fields = new Set(["dtype", "shape"]);

test("what is said to be a method or a property is one", () => {
  const missing = catalogue.flatMap(({ name, on }) =>
    on.flatMap((place) => {
      const own = place === "inplace" ? `${name}_` : name;
      return ["method", "inplace", "property"].includes(place) && !(own in torch.Tensor.prototype || fields.has(own))
        ? [own]
        : [];
    }),
  );
  expect(missing).toEqual([]);
});

test("forms can be read, and every operation has samples or a reason why not", () => {
  for (const { name, forms, samples, flat } of catalogue) {
    expect([name, [forms].flat().map(parseForm).length > 0]).toEqual([name, true]);
    expect([name, samples.length > 0 || flat !== undefined]).toEqual([name, true]);
  }
});

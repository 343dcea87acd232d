import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core";
import { beforeAll, expect, test } from "vitest";
import * as nn from "../index.ts";
import { consumePrefixInStateDictIfPresent } from "./consume-prefix.ts";

beforeAll(() => registerBackend(cpu()));

test("a model that was saved inside of another one loads", () => {
  const wrapped = Object.fromEntries(
    Object.entries(new nn.Linear(3, 2).stateDict()).map(([key, value]) => [`module.${key}`, value]),
  );
  const state = { ...wrapped, other: wrapped["module.bias"] };
  consumePrefixInStateDictIfPresent(state, "module.");
  expect(Object.keys(state)).toEqual(["other", "bias", "weight"]);
  expect(new nn.Linear(3, 2).loadStateDict(state, { strict: false }).unexpectedKeys).toEqual(["other"]);
});

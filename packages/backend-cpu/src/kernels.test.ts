import { failureOf, isFor, kernelCases } from "@cresset/conformance/kernels";
import { describe, expect, test } from "vitest";
import { cpu } from "./index.ts";

describe.each([
  ["generated JavaScript", cpu()],
  ["interpreter", cpu({ codegen: "off" })],
])("%s", (_, backend) => {
  const cases = kernelCases.filter((one) => isFor(backend, one));

  test("there are cases, and none is for a dtype that is missing", () => {
    expect(cases.length).toBe(kernelCases.length);
  });

  test.each(cases)("$name", async (one) => expect(await failureOf(backend, one)).toBe(null));
});

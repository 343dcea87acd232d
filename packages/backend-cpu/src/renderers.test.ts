import { kernels, outputs } from "@cresset/conformance/random-kernels";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cpu } from "./index.ts";

test("generated JavaScript and interpreter give the same bits", () => {
  fc.assert(
    fc.property(kernels(false), (kernel) => {
      expect(outputs(cpu({ codegen: "auto" }), kernel)).toEqual(outputs(cpu({ codegen: "off" }), kernel));
    }),
    { numRuns: 400 },
  );
});

/**
 * Random programs: computed lazily or at once, fused or not, generated or interpreted, on one thread or several, they give
 * the same bits, and what naive arrays hold.
 */
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { StaleValueError } from "../errors.ts";
import { sameBits } from "../testing/naive.ts";
import { RandomProgram, type Reads, type Step } from "../testing/random-program.ts";
import { kinds } from "../testing/random-steps.ts";
import { registerBackend, setDefaultDevice } from "./device.ts";
import { setEvaluation } from "./mode.ts";

const runs = Number(process.env.CRESSET_RANDOM_RUNS ?? 200);
const seed = Number(process.env.CRESSET_RANDOM_SEED ?? 20260101);

const number = fc.nat(0xffff);
const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat(kinds.length - 1),
  picks: fc.tuple(number, number, number, number),
  inside: fc.boolean(),
});

function evaluated(
  steps: readonly Step[],
  device: string,
  evaluation: "lazy" | "eager",
  checked = false,
): RandomProgram {
  setDefaultDevice(device);
  setEvaluation(evaluation);
  const program = new RandomProgram(checked);
  program.run(steps, kinds);
  return program;
}

function compare(what: string, got: Reads, expected: Reads): void {
  expect(got.length).toBe(expected.length);
  for (const [i, [label, data]] of expected.entries()) {
    if (!sameBits(got[i][1], data)) expect.fail(`${what}, ${label}: ${got[i][1]} instead of ${data}`);
  }
}

describe("random programs", () => {
  beforeAll(async () => {
    await registerBackend({ ...cpu(), name: "generated" });
    await registerBackend({ ...cpu({ codegen: "off" }), name: "interpreted" });
    await registerBackend({ ...wasm({ threads: 1 }), name: "one thread" });
    await registerBackend({ ...wasm({ threads: 3, share: "all" }), name: "three threads" });
    await registerBackend({ ...wasm({ threads: 1, simd: false }), name: "scalar" });
    await registerBackend({ ...wasm({ threads: 2, share: "all", simd: false }), name: "two scalar threads" });
  });
  afterEach(() => setEvaluation("lazy"));

  // The functions of wasm differ from the naive ones in their last bits.
  test.each([
    ["cpu", true, ["generated", "interpreted"]],
    ["wasm", false, ["one thread", "three threads"]],
    ["wasm without vectors", false, ["scalar", "two scalar threads"]],
  ])("on %s, lazy and eager evaluation agree; with naive arrays: %s", (_, checked, devices) => {
    const property = fc.property(fc.array(stepArbitrary, { minLength: 4, maxLength: 40, size: "max" }), (steps) => {
      const eager = evaluated(steps, devices[0], "eager", checked);
      expect(eager.mismatches).toEqual([]);
      // Large programs that are new are computed in pieces where many were; compiled when they come again.
      for (const device of [...devices, ...devices]) {
        try {
          compare(device, evaluated(steps, device, "lazy").reads, eager.reads);
        } catch (error) {
          // Large or unkept values of old steps may be gone; everything else counts.
          if (!(error instanceof StaleValueError && steps.some((s) => s.inside))) throw error;
        }
      }
    });
    fc.assert(property, { seed, numRuns: runs });
  });
});

/** Gradients of random programs, with views and in-place writes: lazy and eager agree, and central differences with both. */
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { AutogradError } from "../errors.ts";
import { setEvaluation } from "../runtime/mode.ts";
import { useCpu } from "../testing/cpu.ts";
import { GradientProgram } from "../testing/gradient-program.ts";
import type { Step } from "../testing/random-program.ts";
import { smoothKinds } from "../testing/random-steps.ts";

const runs = Number(process.env.CRESSET_RANDOM_RUNS ?? 100);
const seed = Number(process.env.CRESSET_RANDOM_SEED ?? 20260102);

const number = fc.nat(0xffff);
const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat(smoothKinds.length - 1),
  picks: fc.tuple(number, number, number, number),
  inside: fc.boolean(),
});

type Values = Float64Array<ArrayBuffer>;

interface Outcome {
  readonly loss: number;
  readonly leaves: readonly Values[];
  readonly gradients: readonly Values[];
}

/** Null where a saved value was written in place, which is an error. */
function run(steps: readonly Step[], given?: readonly Values[]): Outcome | null {
  const program = new GradientProgram(given);
  program.run(steps, smoothKinds);
  const loss = program.loss();
  if (loss === null) return null;
  const { leaves } = program;
  if (given === undefined) {
    try {
      loss.backward();
    } catch (error) {
      if (error instanceof AutogradError && error.message.includes("modified by an inplace operation")) return null;
      throw error;
    }
  }
  // What was overwritten as a whole gets no gradient at all.
  const gradients = leaves.map((leaf) => (leaf.grad?.dataSync() as Values) ?? new Float64Array(leaf.numel()));
  return { loss: loss.itemSync(), leaves: leaves.map((leaf) => leaf.dataSync() as Values), gradients };
}

describe("gradients of random programs", () => {
  beforeAll(useCpu);
  afterEach(() => setEvaluation("lazy"));

  test("lazy and eager agree, and central differences with both", () => {
    let compared = 0;
    const property = fc.property(
      fc.array(stepArbitrary, { minLength: 3, maxLength: 25, size: "max" }),
      number,
      (steps, pick) => {
        setEvaluation("eager");
        const eager = run(steps);
        setEvaluation("lazy");
        const lazy = run(steps);
        expect(lazy).toEqual(eager);
        if (lazy === null || !Number.isFinite(lazy.loss) || Math.abs(lazy.loss) > 1e4) return;
        const { leaves, gradients } = lazy;
        for (const [i, values] of leaves.entries()) {
          if (values.length === 0) continue;
          const at = (pick + i) % values.length;
          const h = 1e-6;
          const moved = (by: number): number => {
            const shifted = leaves.with(i, values.with(at, values[at] + by) as Values);
            return run(steps, shifted)?.loss ?? Number.NaN;
          };
          const difference = (moved(h) - moved(-h)) / (2 * h);
          const scale = Math.max(1, Math.abs(lazy.loss), Math.abs(gradients[i][at]));
          expect(Math.abs(difference - gradients[i][at]) / scale).toBeLessThan(1e-6);
          compared++;
        }
      },
    );
    fc.assert(property, { seed, numRuns: runs });
    expect(compared).toBeGreaterThan(runs / 2);
  });
});

import type { Tensor } from "@cresset/core";
import { functionAt } from "../api/library.ts";
import { compareResult } from "../compare/results.ts";
import type { TensorComparison } from "../compare/tensor.ts";
import type { Bench } from "../read/bench.ts";
import type { Tolerance } from "../read/manifest.ts";

/** Gradients to check: of which tensor, with what recorded. */
export interface ExpectedGradient {
  readonly name: string;
  readonly of: Tensor;
  /** Key of the recorded gradient; null where there is none. */
  readonly want: string | null;
  readonly ignore?: readonly number[];
}

/**
 * The gradients of Σ ⟨outputᵢ, cotangentᵢ⟩ with respect to `inputs`, null where an input does not take part.
 *
 * @param cotangents keys of stored tensors, null for outputs that do not count.
 */
export function gradients(
  outputs: readonly unknown[],
  cotangents: readonly (string | null)[],
  inputs: readonly Tensor[],
  bench: Bench,
): readonly (Tensor | null)[] {
  const used = cotangents.flatMap((key, i) =>
    key === null ? [] : [{ output: outputs[i], cotangent: bench.tensor(key) }],
  );
  return functionAt("autograd.grad")(
    used.map(({ output }) => output),
    inputs,
    { gradOutputs: used.map(({ cotangent }) => cotangent), allowUnused: true },
  ) as readonly (Tensor | null)[];
}

export async function compareGradients(
  got: readonly (Tensor | null)[],
  expected: readonly ExpectedGradient[],
  bench: Bench,
  tolerance: Tolerance,
  operands?: TensorComparison["operands"],
): Promise<string[]> {
  const mismatches: string[] = [];
  for (let i = 0; i < expected.length; i++) {
    const { name, want, ignore } = expected[i];
    const mismatch = await compareResult(got[i], want, bench, { tolerance, ignore, operands });
    if (mismatch !== null) mismatches.push(`gradient of ${name}: ${mismatch}`);
  }
  return mismatches;
}

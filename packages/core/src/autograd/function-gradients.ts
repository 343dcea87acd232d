/** What the derivatives of functions begin and end with, in `functional.ts` and `func.ts`. */
import { AutogradError } from "../errors.ts";
import { zerosLike } from "../ops/creation/fill.ts";
import { clone, detach } from "../ops/shape/convert.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { grad } from "./backward.ts";

/** Inputs whose gradients are of this call alone; with `createGraph` they stay connected. */
export function fresh(inputs: readonly Tensor[], createGraph: boolean): Tensor[] {
  return inputs.map((x) => {
    const copy = clone(createGraph ? x : detach(x));
    return copy.requiresGrad ? copy : copy.requiresGrad_();
  });
}

/** How `gradients` are computed: as the options of the same names of `functional.ts`. */
interface GradientOptions {
  readonly createGraph?: boolean;
  readonly strict?: boolean;
}

/** Gradients, with zeros for inputs that do not matter. */
export function gradients(
  output: readonly Tensor[],
  inputs: readonly Tensor[],
  gradOutputs: readonly (Tensor | null)[],
  options: GradientOptions,
  retainGraph = false,
): Tensor[] {
  const { createGraph = false, strict = false } = options;
  const used = output.flatMap((y, i) => (y.requiresGrad ? [{ y, g: gradOutputs[i] }] : []));
  const found =
    used.length === 0
      ? inputs.map(() => null)
      : grad(
          used.map(({ y }) => y),
          inputs,
          {
            gradOutputs: used.map(({ g }) => g),
            createGraph,
            retainGraph: createGraph || retainGraph,
            allowUnused: true,
          },
        );
  return found.map((gradient, i) => {
    if (gradient === null && strict)
      throw new AutogradError(
        `The output of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
      );
    return gradient ?? zerosLike(inputs[i]);
  });
}

import { type Attributes, type Operation, operation, type Term } from "@cresset/core/extend";
import * as m from "@cresset/core/terms";

/** The new parameter and states of one parameter, from the old ones and the gradient. */
export type Rule<A extends Attributes> = (
  inputs: { readonly param: Term; readonly grad: Term; readonly states: readonly Term[] },
  scalars: readonly Term[],
  attributes: A,
) => readonly Term[];

/** An optimizer's operation on a list of parameters, from its rule for one of them with a number of state tensors. */
export function stepOperation<A extends Attributes>(
  name: string,
  stateCount: (attributes: A) => number,
  rule: Rule<A>,
): Operation<A> {
  return operation<A>(
    name,
    (inputs, scalars, attributes) => {
      const kinds = stateCount(attributes);
      const count = inputs.length / (2 + kinds);
      const results: Term[][] = Array.from({ length: 1 + kinds }, () => []);
      for (let i = 0; i < count; i++) {
        const states = Array.from({ length: kinds }, (_, k) => inputs[(2 + k) * count + i]);
        const made = rule({ param: inputs[i], grad: inputs[count + i], states }, scalars, attributes);
        for (const [k, term] of made.entries()) results[k].push(term);
      }
      return results.flat();
    },
    { half: "keep" },
  );
}

/** What most optimizers do to a gradient first. */
export interface GradientOptions extends Attributes {
  readonly maximize: boolean;
  /** Whether the weight decay is not 0. */
  readonly decay: boolean;
}

/** The gradient, negated to maximize, plus weightDecay · param. */
export function prepared(param: Term, grad: Term, weightDecay: Term, { maximize, decay }: GradientOptions): Term {
  const g = maximize ? m.neg(grad) : grad;
  return decay ? m.fma(weightDecay, param, g) : g;
}

function isSame(one: Attributes, other: Attributes): boolean {
  for (const name in other) if (one[name] !== other[name]) return false;
  return true;
}

/** One object for each combination of flags, so that all steps share it and its key is written once. */
export function shared<A extends Attributes>(): (attributes: A) => A {
  const known: A[] = [];
  return (attributes) => {
    for (const one of known) if (isSame(one, attributes)) return one;
    known.push(attributes);
    return attributes;
  };
}

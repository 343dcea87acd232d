import type { Attributes } from "@cresset/core/extend";
import { pythonFloat } from "@cresset/core/extend";
import { ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params } from "./group.ts";
import { stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, countOf, filledState, floats, type Step, type Trained, zeroState } from "./step.ts";

export interface RpropOptions {
  /** The first step of each element; default 1e-2. */
  lr: number;
  /** Factors of the step where the gradient's sign changed, and where it stayed; default [0.5, 1.2]. */
  etas: readonly [number, number];
  /** Shortest and longest step; default [1e-6, 50]. */
  stepSizes: readonly [number, number];
  /** Whether to climb; default false. */
  maximize: boolean;
}

interface RpropAttributes extends Attributes {
  readonly maximize: boolean;
}

/** Riedmiller and Braun (1993). */
const rprop = stepOperation<RpropAttributes>(
  "rprop",
  () => 2,
  ({ param, grad, states }, [shrink, grow, shortest, longest], { maximize }) => {
    const g = maximize ? m.neg(grad) : grad;
    const agreement = m.mul(g, states[0]);
    const turned = m.lt(agreement, 0);
    const factor = m.where(turned, shrink, m.where(m.gt(agreement, 0), grow, 1));
    const step = m.minimum(m.maximum(m.mul(states[1], factor), shortest), longest);
    const kept = m.where(turned, 0, g);
    return [m.sub(param, m.mul(m.sign(kept), step)), kept, step];
  },
);

/** In the order of PyTorch's arguments. */
const names = ["lr", "etas", "stepSizes", "maximize"] as const;

/** Resilient backpropagation: steps by the gradient's sign alone. @throws ValueError for options out of range. */
export class Rprop extends RuleOptimizer<RpropOptions> {
  protected override readonly tensorCounts: readonly string[] = [];

  constructor(params: Params<RpropOptions>, options: Given<RpropOptions> = {}) {
    const { lr = 1e-2, etas = [0.5, 1.2], stepSizes = [1e-6, 50], maximize = false } = optionsOf(names, options);
    requireNonNegative("learning rate", lr);
    const [shrink, grow] = etas;
    if (!(shrink > 0 && shrink < 1 && grow > 1))
      throw new ValueError(`Invalid eta values: ${pythonFloat(shrink)}, ${pythonFloat(grow)}`);
    super(params, { lr, etas, stepSizes, maximize });
  }

  protected override update(group: ParamGroup<RpropOptions>, trained: readonly Trained[]): Step[] {
    const { lr, etas, stepSizes, maximize } = group;
    return [
      applyToAll(trained, {
        op: rprop,
        states: ["prev", "step_size"],
        scalars: floats(...etas, ...stepSizes),
        attributes: { maximize },
        initial: (param, name) => (name === "prev" ? zeroState(param) : filledState(param, lr)),
        after: (state) => {
          state.step = countOf(state) + 1;
        },
      }),
    ];
  }
}

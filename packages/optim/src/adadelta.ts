import { pythonFloat } from "@cresset/core/extend";
import { ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params } from "./group.ts";
import { type GradientOptions, prepared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, countOf, floats, type Step, type Trained } from "./step.ts";

export interface AdadeltaOptions {
  /** Factor of the step; default 1. */
  lr: number;
  /** Decay of the running means; default 0.9. */
  rho: number;
  /** Added under the roots; default 1e-6. */
  eps: number;
  /** Factor of the parameter that is added to its gradient (an L2 penalty); default 0. */
  weightDecay: number;
  /** Whether to climb; default false. */
  maximize: boolean;
}

/** Zeiler (2012), algorithm 1. */
const adadelta = stepOperation<GradientOptions>(
  "adadelta",
  () => 2,
  ({ param, grad, states }, [minusLr, rho, rest, eps, weightDecay], attributes) => {
    const g = prepared(param, grad, weightDecay, attributes);
    const square = m.fma(m.mul(rest, g), g, m.mul(states[0], rho));
    const delta = m.mul(m.div(m.sqrt(m.add(states[1], eps)), m.sqrt(m.add(square, eps))), g);
    const accumulated = m.fma(m.mul(rest, delta), delta, m.mul(states[1], rho));
    return [m.fma(minusLr, delta, param), square, accumulated];
  },
);

/** In the order of PyTorch's arguments. */
const names = ["lr", "rho", "eps", "weightDecay", "maximize"] as const;

/** Adadelta: steps as long as recent steps, relative to recent gradients. @throws ValueError for options out of range. */
export class Adadelta extends RuleOptimizer<AdadeltaOptions> {
  protected override readonly tensorCounts: readonly string[] = [];

  constructor(params: Params<AdadeltaOptions>, options: Given<AdadeltaOptions> = {}) {
    const { lr = 1, rho = 0.9, eps = 1e-6, weightDecay = 0, maximize = false } = optionsOf(names, options);
    requireNonNegative("learning rate", lr);
    if (!(rho >= 0 && rho <= 1)) throw new ValueError(`Invalid rho value: ${pythonFloat(rho)}`);
    requireNonNegative("epsilon value", eps);
    requireNonNegative("weight_decay value", weightDecay);
    super(params, { lr, rho, eps, weightDecay, maximize });
  }

  protected override update(group: ParamGroup<AdadeltaOptions>, trained: readonly Trained[]): Step[] {
    const { lr, rho, eps, weightDecay, maximize } = group;
    return [
      applyToAll(trained, {
        op: adadelta,
        states: ["square_avg", "acc_delta"],
        scalars: floats(-lr, rho, 1 - rho, eps, weightDecay),
        attributes: { maximize, decay: weightDecay !== 0 },
        after: (state) => {
          state.step = countOf(state) + 1;
        },
      }),
    ];
  }
}

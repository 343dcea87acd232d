import * as m from "@cresset/core/terms";
import { requireBetas, requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params } from "./group.ts";
import { type GradientOptions, prepared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, countOf, floats, partition, type Step, stepIs, type Trained } from "./step.ts";

export interface AdamaxOptions {
  /** Learning rate; default 2e-3. */
  lr: number;
  /** Decay of the running mean and of the running maximum; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the gradient's size; default 1e-8. */
  eps: number;
  /** Factor of the parameter that is added to its gradient (an L2 penalty); default 0. */
  weightDecay: number;
  /** Whether to climb; default false. */
  maximize: boolean;
}

/** Kingma and Ba (2015), algorithm 2. */
const adamax = stepOperation<GradientOptions>(
  "adamax",
  () => 2,
  ({ param, grad, states }, [minusStep, beta1, rest1, beta2, eps, weightDecay], attributes) => {
    const g = prepared(param, grad, weightDecay, attributes);
    const mean = m.fma(rest1, g, m.mul(states[0], beta1));
    const largest = m.maximum(m.mul(states[1], beta2), m.add(m.abs(g), eps));
    return [m.add(param, m.div(m.mul(minusStep, mean), largest)), mean, largest];
  },
);

/** In the order of PyTorch's arguments. */
const names = ["lr", "betas", "eps", "weightDecay", "maximize"] as const;

/** Adamax: Adam with a running maximum of the gradient's size. @throws ValueError for options out of range. */
export class Adamax extends RuleOptimizer<AdamaxOptions> {
  constructor(params: Params<AdamaxOptions>, options: Given<AdamaxOptions> = {}) {
    const {
      lr = 2e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      maximize = false,
    } = optionsOf(names, options);
    requireNonNegative("learning rate", lr);
    requireNonNegative("epsilon value", eps);
    requireBetas(betas);
    requireNonNegative("weight_decay value", weightDecay);
    super(params, { lr, betas, eps, weightDecay, maximize });
  }

  protected override update(group: ParamGroup<AdamaxOptions>, trained: readonly Trained[]): Step[] {
    const { lr, betas, eps, weightDecay, maximize } = group;
    const [beta1, beta2] = betas;
    return partition(trained, ({ state }) => countOf(state)).map((part) => {
      const step = countOf(part[0].state) + 1;
      return applyToAll(part, {
        op: adamax,
        states: ["exp_avg", "exp_inf"],
        scalars: floats(-(lr / (1 - beta1 ** step)), beta1, 1 - beta1, beta2, eps, weightDecay),
        attributes: { maximize, decay: weightDecay !== 0 },
        after: stepIs(step),
      });
    });
  }
}

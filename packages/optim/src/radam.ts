import * as m from "@cresset/core/terms";
import { requireBetas, requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params, plainOptions } from "./group.ts";
import { type GradientOptions, prepared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, countOf, floats, partition, type Step, stepIs, type Trained } from "./step.ts";

export interface RAdamOptions {
  /** Learning rate; default 1e-3. */
  lr: number;
  /** Decay of the running means of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator; default 1e-8. */
  eps: number;
  /** Factor of the parameter that is added to its gradient (an L2 penalty); default 0. */
  weightDecay: number;
  /** Whether weight decay shrinks the parameter itself, as AdamW does; default false. Since PyTorch 2.1. */
  decoupledWeightDecay?: boolean;
  /** Whether to climb; default false. Since PyTorch 2.4. */
  maximize?: boolean;
}

interface RadamAttributes extends GradientOptions {
  readonly decoupled: boolean;
  /** Whether enough steps were made for the variance to be rectified. */
  readonly rectified: boolean;
}

/** Liu et al. (2020), algorithm 2. */
const radam = stepOperation<RadamAttributes>(
  "radam",
  () => 2,
  (
    { param, grad, states },
    [lr, beta1, rest1, beta2, rest2, correction1, root2, rect, eps, weightDecay],
    attributes,
  ) => {
    const p = attributes.decoupled ? m.mul(param, weightDecay) : param;
    const g = prepared(p, grad, weightDecay, attributes);
    const mean = m.fma(rest1, g, m.mul(states[0], beta1));
    const square = m.fma(m.mul(rest2, g), g, m.mul(states[1], beta2));
    const plain = m.mul(m.div(mean, correction1), lr);
    if (!attributes.rectified) return [m.sub(p, plain), mean, square];
    const adaptive = m.div(root2, m.add(m.sqrt(square), eps));
    return [m.sub(p, m.mul(m.mul(plain, adaptive), rect)), mean, square];
  },
);

/** In the order of PyTorch's arguments. */
const names = ["lr", "betas", "eps", "weightDecay", "decoupledWeightDecay", "maximize"] as const;

/** RAdam: Adam whose first steps wait for the variance to be known. @throws ValueError for options out of range. */
export class RAdam extends RuleOptimizer<RAdamOptions> {
  constructor(params: Params<RAdamOptions>, options: Given<RAdamOptions> = {}) {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, ...rest } = optionsOf(names, options);
    requireNonNegative("learning rate", lr);
    requireNonNegative("epsilon value", eps);
    requireBetas(betas);
    requireNonNegative("weight_decay value", weightDecay);
    // What 1.13 does not know stands in groups, and so in state dicts, only where it is given.
    const { decoupledWeightDecay, maximize } = rest;
    super(params, plainOptions({ lr, betas, eps, weightDecay, decoupledWeightDecay, maximize }));
  }

  protected override update(group: ParamGroup<RAdamOptions>, trained: readonly Trained[]): Step[] {
    const { lr, betas, eps, weightDecay, maximize = false } = group;
    const decoupled = group.decoupledWeightDecay ?? false;
    const [beta1, beta2] = betas;
    return partition(trained, ({ state }) => countOf(state)).map((part) => {
      const step = countOf(part[0].state) + 1;
      const correction2 = 1 - beta2 ** step;
      const rhoInf = 2 / (1 - beta2) - 1;
      const rho = rhoInf - (2 * step * beta2 ** step) / correction2;
      const rectified = rho > 5;
      const rect = rectified ? Math.sqrt(((rho - 4) * (rho - 2) * rhoInf) / ((rhoInf - 4) * (rhoInf - 2) * rho)) : 1;
      return applyToAll(part, {
        op: radam,
        states: ["exp_avg", "exp_avg_sq"],
        scalars: floats(
          lr,
          beta1,
          1 - beta1,
          beta2,
          1 - beta2,
          1 - beta1 ** step,
          Math.sqrt(correction2),
          rect,
          eps,
          decoupled ? 1 - lr * weightDecay : weightDecay,
        ),
        attributes: { maximize, decay: !decoupled && weightDecay !== 0, decoupled, rectified },
        after: stepIs(step),
      });
    });
  }
}

import * as m from "@cresset/core/terms";
import { requireBetas, requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params, plainOptions } from "./group.ts";
import { type GradientOptions, prepared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, countOf, floats, partition, type Step, type Trained } from "./step.ts";

export interface NAdamOptions {
  /** Learning rate; default 2e-3. */
  lr: number;
  /** Decay of the running means of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator; default 1e-8. */
  eps: number;
  /** Factor of the parameter that is added to its gradient (an L2 penalty); default 0. */
  weightDecay: number;
  /** How the momentum warms up; default 4e-3. */
  momentumDecay: number;
  /** Whether weight decay shrinks the parameter itself, as AdamW does; default false. Since PyTorch 2.1. */
  decoupledWeightDecay?: boolean;
  /** Whether to climb; default false. Since PyTorch 2.4. */
  maximize?: boolean;
}

interface NadamAttributes extends GradientOptions {
  readonly decoupled: boolean;
}

/** Dozat (2016). */
const nadam = stepOperation<NadamAttributes>(
  "nadam",
  () => 2,
  ({ param, grad, states }, [ofGrad, ofMean, beta1, rest1, beta2, rest2, correction, eps, weightDecay], attributes) => {
    const p = attributes.decoupled ? m.mul(param, weightDecay) : param;
    const g = prepared(p, grad, weightDecay, attributes);
    const mean = m.fma(rest1, g, m.mul(states[0], beta1));
    const square = m.fma(m.mul(rest2, g), g, m.mul(states[1], beta2));
    const denominator = m.add(m.sqrt(m.div(square, correction)), eps);
    const half = m.add(p, m.div(m.mul(ofGrad, g), denominator));
    return [m.add(half, m.div(m.mul(ofMean, mean), denominator)), mean, square];
  },
);

/** In the order of PyTorch's arguments. */
const names = ["lr", "betas", "eps", "weightDecay", "momentumDecay", "decoupledWeightDecay", "maximize"] as const;

/** NAdam: Adam with Nesterov's momentum. @throws ValueError for options out of range. */
export class NAdam extends RuleOptimizer<NAdamOptions> {
  protected override readonly tensorCounts: readonly string[] = ["step", "mu_product"];

  constructor(params: Params<NAdamOptions>, options: Given<NAdamOptions> = {}) {
    const {
      lr = 2e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      momentumDecay = 4e-3,
      ...rest
    } = optionsOf(names, options);
    requireNonNegative("learning rate", lr);
    requireNonNegative("epsilon value", eps);
    requireBetas(betas);
    requireNonNegative("weight_decay value", weightDecay);
    requireNonNegative("momentum_decay value", momentumDecay);
    // What 1.13 does not know stands in groups, and so in state dicts, only where it is given.
    const { decoupledWeightDecay, maximize } = rest;
    super(params, plainOptions({ lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay, maximize }));
  }

  protected override update(group: ParamGroup<NAdamOptions>, trained: readonly Trained[]): Step[] {
    const { lr, betas, eps, weightDecay, momentumDecay, maximize = false } = group;
    const decoupled = group.decoupledWeightDecay ?? false;
    const [beta1, beta2] = betas;
    return partition(trained, ({ state }) => `${countOf(state)}:${state.mu_product ?? 1}`).map((part) => {
      const { state: first } = part[0];
      const step = countOf(first) + 1;
      const muAt = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
      const [mu, muNext] = [muAt(step), muAt(step + 1)];
      // PyTorch keeps the product in float32.
      const product = Math.fround((typeof first.mu_product === "number" ? first.mu_product : 1) * Math.fround(mu));
      const productNext = Math.fround(Math.fround(product * Math.fround(mu)) * Math.fround(muNext));
      return applyToAll(part, {
        op: nadam,
        states: ["exp_avg", "exp_avg_sq"],
        scalars: floats(
          (-lr * (1 - mu)) / (1 - product),
          (-lr * muNext) / (1 - productNext),
          beta1,
          1 - beta1,
          beta2,
          1 - beta2,
          1 - beta2 ** step,
          eps,
          decoupled ? 1 - lr * weightDecay : weightDecay,
        ),
        attributes: { maximize, decay: !decoupled && weightDecay !== 0, decoupled },
        after: (state) => {
          state.step = step;
          state.mu_product = product;
        },
      });
    });
  }
}

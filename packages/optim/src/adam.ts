import type { Term } from "@cresset/core/extend";
import * as m from "@cresset/core/terms";
import { requireBetas, requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params } from "./group.ts";
import { type GradientOptions, prepared, shared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, countOf, floats, partition, type Step, stepIs, type Trained } from "./step.ts";

export interface AdamOptions {
  /** Learning rate; default 1e-3. */
  lr: number;
  /** Decay of the running means of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator; default 1e-8. */
  eps: number;
  /** Factor of the parameter that is added to its gradient (an L2 penalty); default 0. */
  weightDecay: number;
  /** Whether to divide by the largest mean square so far (Reddi et al., 2018); default false. */
  amsgrad: boolean;
  /** Whether to climb; default false. */
  maximize: boolean;
}

interface AdamAttributes extends GradientOptions {
  readonly amsgrad: boolean;
  /** Whether weight decay shrinks the parameter itself, as AdamW does. */
  readonly decoupled: boolean;
}

/** Kingma and Ba (2015), algorithm 1, in the order of operations that PyTorch rounds in. */
const adam = stepOperation<AdamAttributes>(
  "adam",
  ({ amsgrad }) => (amsgrad ? 3 : 2),
  ({ param, grad, states }, [minusStep, beta1, rest1, beta2, rest2, correction, eps, decay], attributes) => {
    const { amsgrad, decoupled } = attributes;
    const p = decoupled ? m.mul(param, decay) : param;
    const g = prepared(p, grad, decay, attributes);
    const mean = m.fma(rest1, g, m.mul(states[0], beta1));
    const square = m.fma(m.mul(rest2, g), g, m.mul(states[1], beta2));
    const largest: Term[] = amsgrad ? [m.maximum(states[2], square)] : [];
    const denominator = m.add(m.div(m.sqrt(amsgrad ? largest[0] : square), correction), eps);
    return [m.add(p, m.div(m.mul(minusStep, mean), denominator)), mean, square, ...largest];
  },
);

const attributesOf = shared<AdamAttributes>();
const adamStates = ["exp_avg", "exp_avg_sq"];
const amsgradStates = [...adamStates, "max_exp_avg_sq"];

/** In the order of PyTorch's arguments. */
const names = ["lr", "betas", "eps", "weightDecay", "amsgrad", "maximize"] as const;

/** What Adam and AdamW share. */
abstract class AdamBase extends RuleOptimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: Given<AdamOptions>, weightDecayDefault: number) {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, ...rest } = optionsOf(names, options);
    const { weightDecay = weightDecayDefault, amsgrad = false, maximize = false } = rest;
    requireNonNegative("learning rate", lr);
    requireNonNegative("epsilon value", eps);
    requireBetas(betas);
    requireNonNegative("weight_decay value", weightDecay);
    super(params, { lr, betas, eps, weightDecay, amsgrad, maximize });
  }

  protected applied(group: ParamGroup<AdamOptions>, trained: readonly Trained[], decoupled: boolean): Step[] {
    const { lr, betas, eps, weightDecay, amsgrad, maximize } = group;
    const [beta1, beta2] = betas;
    return partition(trained, ({ state }) => countOf(state)).map((part) => {
      const step = countOf(part[0].state) + 1;
      const minusStep = -(lr / (1 - beta1 ** step));
      const correction = Math.sqrt(1 - beta2 ** step);
      const decay = decoupled ? 1 - lr * weightDecay : weightDecay;
      return applyToAll(part, {
        op: adam,
        states: amsgrad ? amsgradStates : adamStates,
        scalars: floats(minusStep, beta1, 1 - beta1, beta2, 1 - beta2, correction, eps, decay),
        attributes: attributesOf({ maximize, decay: !decoupled && weightDecay !== 0, amsgrad, decoupled }),
        after: stepIs(step),
      });
    });
  }
}

/**
 * Adam (Kingma and Ba, 2015): steps of about the learning rate, scaled by running means of the gradient and its square.
 *
 * @throws ValueError for options out of range.
 * @example
 * new optim.Adam(model.parameters(), { lr: 1e-4 })
 */
export class Adam extends AdamBase {
  constructor(params: Params<AdamOptions>, options: Given<AdamOptions> = {}) {
    super(params, options, 0);
  }

  protected override update(group: ParamGroup<AdamOptions>, trained: readonly Trained[]): Step[] {
    return this.applied(group, trained, false);
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019): each step first shrinks the parameters by
 * 1 - lr · weightDecay (default 0.01).
 */
export class AdamW extends AdamBase {
  constructor(params: Params<AdamOptions>, options: Given<AdamOptions> = {}) {
    super(params, options, 1e-2);
  }

  protected override update(group: ParamGroup<AdamOptions>, trained: readonly Trained[]): Step[] {
    return this.applied(group, trained, true);
  }
}

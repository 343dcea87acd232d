import type { Attributes, Term } from "@cresset/core/extend";
import * as m from "@cresset/core/terms";
import { requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params } from "./group.ts";
import { type GradientOptions, prepared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, countOf, floats, type Step, type Trained } from "./step.ts";

export interface RMSpropOptions {
  /** Learning rate; default 1e-2. */
  lr: number;
  /** Decay of the running mean of squares; default 0.99. */
  alpha: number;
  /** Added to the denominator; default 1e-8. */
  eps: number;
  /** Factor of the parameter that is added to its gradient (an L2 penalty); default 0. */
  weightDecay: number;
  /** How much of the last step goes into the next; default 0. */
  momentum: number;
  /** Whether to divide by the deviation instead of the mean square; default false. */
  centered: boolean;
  /** Whether to climb; default false. */
  maximize: boolean;
}

interface RmspropAttributes extends GradientOptions, Attributes {
  readonly momentum: boolean;
  readonly centered: boolean;
}

/** Tieleman and Hinton (2012); centred as in Graves (2013). */
const rmsprop = stepOperation<RmspropAttributes>(
  "rmsprop",
  ({ momentum, centered }) => 1 + Number(momentum) + Number(centered),
  ({ param, grad, states }, [minusLr, alpha, rest, eps, weightDecay, momentum], attributes) => {
    const g = prepared(param, grad, weightDecay, attributes);
    const square = m.fma(m.mul(rest, g), g, m.mul(states[0], alpha));
    const kept: Term[] = [square];
    let variance = square;
    if (attributes.centered) {
      const mean = m.fma(rest, g, m.mul(states[states.length - 1], alpha));
      variance = m.fma(m.neg(mean), mean, square);
      kept.push(mean);
    }
    const average = m.add(m.sqrt(variance), eps);
    if (!attributes.momentum) return [m.add(param, m.div(m.mul(minusLr, g), average)), ...kept];
    const buffer = m.add(m.mul(states[1], momentum), m.div(g, average));
    return [m.fma(minusLr, buffer, param), ...kept.toSpliced(1, 0, buffer)];
  },
);

/** In the order of PyTorch's arguments. */
const names = ["lr", "alpha", "eps", "weightDecay", "momentum", "centered", "maximize"] as const;

/** RMSprop: gradients over the root of their running mean square. @throws ValueError for options out of range. */
export class RMSprop extends RuleOptimizer<RMSpropOptions> {
  protected override readonly tensorCounts: readonly string[] = [];

  constructor(params: Params<RMSpropOptions>, options: Given<RMSpropOptions> = {}) {
    const { lr = 1e-2, alpha = 0.99, eps = 1e-8, weightDecay = 0, ...rest } = optionsOf(names, options);
    const { momentum = 0, centered = false, maximize = false } = rest;
    requireNonNegative("learning rate", lr);
    requireNonNegative("epsilon value", eps);
    requireNonNegative("momentum value", momentum);
    requireNonNegative("weight_decay value", weightDecay);
    requireNonNegative("alpha value", alpha);
    super(params, { lr, momentum, alpha, eps, centered, weightDecay, maximize });
  }

  protected override update(group: ParamGroup<RMSpropOptions>, trained: readonly Trained[]): Step[] {
    const { lr, alpha, eps, weightDecay, momentum, centered, maximize } = group;
    const states = ["square_avg"];
    if (momentum > 0) states.push("momentum_buffer");
    if (centered) states.push("grad_avg");
    return [
      applyToAll(trained, {
        op: rmsprop,
        states,
        scalars: floats(-lr, alpha, 1 - alpha, eps, weightDecay, momentum),
        attributes: { maximize, decay: weightDecay !== 0, momentum: momentum > 0, centered },
        after: (state) => {
          state.step = countOf(state) + 1;
        },
      }),
    ];
  }
}

import * as m from "@cresset/core/terms";
import { requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params } from "./group.ts";
import { type GradientOptions, prepared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, countOf, filledState, floats, partition, type Step, stepIs, type Trained } from "./step.ts";

export interface AdagradOptions {
  /** Learning rate; default 1e-2. */
  lr: number;
  /** How the learning rate decays with the number of steps; default 0. */
  lrDecay: number;
  /** Factor of the parameter that is added to its gradient (an L2 penalty); default 0. */
  weightDecay: number;
  /** Where the sum of squares starts; default 0. */
  initialAccumulatorValue: number;
  /** Added to the denominator; default 1e-10. */
  eps: number;
  /** Whether to climb; default false. */
  maximize: boolean;
}

/** Duchi et al. (2011), with the diagonal. */
const adagrad = stepOperation<GradientOptions>(
  "adagrad",
  () => 1,
  ({ param, grad, states }, [minusLr, eps, weightDecay], attributes) => {
    const g = prepared(param, grad, weightDecay, attributes);
    const sum = m.fma(g, g, states[0]);
    return [m.add(param, m.div(m.mul(minusLr, g), m.add(m.sqrt(sum), eps))), sum];
  },
);

/** In the order of PyTorch's arguments. */
const names = ["lr", "lrDecay", "weightDecay", "initialAccumulatorValue", "eps", "maximize"] as const;

/** Adagrad: each element's step shrinks with the squares of all its gradients. @throws ValueError for options out of range. */
export class Adagrad extends RuleOptimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: Given<AdagradOptions> = {}) {
    const {
      lr = 1e-2,
      lrDecay = 0,
      weightDecay = 0,
      initialAccumulatorValue = 0,
      eps = 1e-10,
      maximize = false,
    } = optionsOf(names, options);
    requireNonNegative("learning rate", lr);
    requireNonNegative("lr_decay value", lrDecay);
    requireNonNegative("weight_decay value", weightDecay);
    requireNonNegative("initial_accumulator_value value", initialAccumulatorValue);
    requireNonNegative("epsilon value", eps);
    super(params, { lr, lrDecay, eps, weightDecay, initialAccumulatorValue, maximize });
  }

  protected override update(group: ParamGroup<AdagradOptions>, trained: readonly Trained[]): Step[] {
    const { lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize } = group;
    return partition(trained, ({ state }) => countOf(state)).map((part) => {
      const step = countOf(part[0].state) + 1;
      return applyToAll(part, {
        op: adagrad,
        states: ["sum"],
        scalars: floats(-(lr / (1 + (step - 1) * lrDecay)), eps, weightDecay),
        attributes: { maximize, decay: weightDecay !== 0 },
        initial: (param) => filledState(param, initialAccumulatorValue),
        after: stepIs(step),
      });
    });
  }
}

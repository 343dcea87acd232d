import * as m from "@cresset/core/terms";
import { requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params } from "./group.ts";
import { type GradientOptions, prepared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, countOf, floats, partition, type Step, type Trained } from "./step.ts";

export interface ASGDOptions {
  /** Learning rate; default 1e-2. */
  lr: number;
  /** Decay of the parameters; default 1e-4. */
  lambd: number;
  /** Power by which the learning rate decays; default 0.75. */
  alpha: number;
  /** The step after which averaging starts; default 1e6. */
  t0: number;
  /** Factor of the parameter that is added to its gradient (an L2 penalty); default 0. */
  weightDecay: number;
  /** Whether to climb; default false. */
  maximize: boolean;
}

interface AsgdAttributes extends GradientOptions {
  /** Whether the average is not yet the parameter itself. */
  readonly averaging: boolean;
}

/** Polyak and Juditsky (1992). */
const asgd = stepOperation<AsgdAttributes>(
  "asgd",
  () => 1,
  ({ param, grad, states }, [shrink, minusEta, mu, weightDecay], attributes) => {
    const g = prepared(param, grad, weightDecay, attributes);
    const next = m.fma(minusEta, g, m.mul(param, shrink));
    const average = attributes.averaging ? m.add(states[0], m.mul(m.sub(next, states[0]), mu)) : next;
    return [next, average];
  },
);

/** In the order of PyTorch's arguments. */
const names = ["lr", "lambd", "alpha", "t0", "weightDecay", "maximize"] as const;

/** Averaged stochastic gradient descent; the averages are in `state.ax`. @throws ValueError for options out of range. */
export class ASGD extends RuleOptimizer<ASGDOptions> {
  protected override readonly tensorCounts: readonly string[] = ["step", "eta", "mu"];

  constructor(params: Params<ASGDOptions>, options: Given<ASGDOptions> = {}) {
    const {
      lr = 1e-2,
      lambd = 1e-4,
      alpha = 0.75,
      t0 = 1e6,
      weightDecay = 0,
      maximize = false,
    } = optionsOf(names, options);
    requireNonNegative("learning rate", lr);
    requireNonNegative("weight_decay value", weightDecay);
    super(params, { lr, lambd, alpha, t0, weightDecay, maximize });
  }

  protected override update(group: ParamGroup<ASGDOptions>, trained: readonly Trained[]): Step[] {
    const { lr, lambd, alpha, t0, weightDecay, maximize } = group;
    // PyTorch keeps both in float32 tensors.
    const etaOf = (eta: unknown): number => (typeof eta === "number" ? eta : Math.fround(lr));
    const muOf = (mu: unknown): number => (typeof mu === "number" ? mu : 1);
    const keyOf = ({ state }: Trained): string => `${countOf(state)}:${etaOf(state.eta)}:${muOf(state.mu)}`;
    return partition(trained, keyOf).map((part) => {
      const { state: first } = part[0];
      const step = countOf(first) + 1;
      const [eta, mu] = [etaOf(first.eta), muOf(first.mu)];
      return applyToAll(part, {
        op: asgd,
        states: ["ax"],
        scalars: floats(1 - lambd * eta, -eta, mu, weightDecay),
        attributes: { maximize, decay: weightDecay !== 0, averaging: mu !== 1 },
        after: (state) => {
          state.step = step;
          state.eta = Math.fround(lr / (1 + lambd * lr * step) ** alpha);
          state.mu = Math.fround(1 / Math.max(1, step - t0));
        },
      });
    });
  }
}

import { ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params } from "./group.ts";
import { type GradientOptions, prepared, shared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import { applyToAll, floats, partition, type Step, type Trained } from "./step.ts";

export interface SGDOptions {
  /** Learning rate; required. */
  lr: number;
  /** How much of the last step goes into the next; default 0. */
  momentum: number;
  /** How much of the gradient stays out of the momentum; default 0. */
  dampening: number;
  /** Factor of the parameter that is added to its gradient (an L2 penalty); default 0. */
  weightDecay: number;
  /** Nesterov's momentum; default false. */
  nesterov: boolean;
  /** Whether to climb; default false. */
  maximize: boolean;
}

interface SgdAttributes extends GradientOptions {
  readonly momentum: "none" | "first" | "on";
  readonly nesterov: boolean;
}

const sgd = stepOperation<SgdAttributes>(
  "sgd",
  ({ momentum }) => (momentum === "none" ? 0 : 1),
  ({ param, grad, states }, [minusLr, weightDecay, momentum, undamped], attributes) => {
    const g = prepared(param, grad, weightDecay, attributes);
    if (attributes.momentum === "none") return [m.fma(minusLr, g, param)];
    const buffer = attributes.momentum === "first" ? g : m.fma(undamped, g, m.mul(states[0], momentum));
    const direction = attributes.nesterov ? m.fma(momentum, buffer, g) : buffer;
    return [m.fma(minusLr, direction, param), buffer];
  },
);

const attributesOf = shared<SgdAttributes>();

/** In the order of PyTorch's arguments. */
const names = ["lr", "momentum", "dampening", "weightDecay", "nesterov", "maximize"] as const;

/**
 * Stochastic gradient descent, with momentum as in PyTorch: the first step's momentum is the gradient itself.
 *
 * @throws ValueError for options out of range.
 * @example
 * new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 */
export class SGD extends RuleOptimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: Given<SGDOptions>) {
    const {
      lr,
      momentum = 0,
      dampening = 0,
      weightDecay = 0,
      nesterov = false,
      maximize = false,
    } = optionsOf(names, options ?? {});
    if (lr === undefined)
      throw new ValueError("parameter group didn't specify a value of required optimization parameter lr");
    requireNonNegative("learning rate", lr);
    requireNonNegative("momentum value", momentum);
    requireNonNegative("weight_decay value", weightDecay);
    if (nesterov && (momentum <= 0 || dampening !== 0))
      throw new ValueError("Nesterov momentum requires a momentum and zero dampening");
    super(params, { lr, momentum, dampening, weightDecay, nesterov, maximize });
  }

  protected override update(group: ParamGroup<SGDOptions>, trained: readonly Trained[]): Step[] {
    const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group;
    const phase = ({ state }: Trained): SgdAttributes["momentum"] =>
      momentum === 0 ? "none" : state.momentum_buffer ? "on" : "first";
    return partition(trained, phase).map((part) =>
      applyToAll(part, {
        op: sgd,
        states: momentum === 0 ? [] : ["momentum_buffer"],
        scalars: floats(-lr, weightDecay, momentum, 1 - dampening),
        attributes: attributesOf({ maximize, decay: weightDecay !== 0, momentum: phase(part[0]), nesterov }),
      }),
    );
  }
}

import type { Term } from "@cresset/core/extend";
import { fromHost, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { requireNonNegative } from "./check.ts";
import { type Given, optionsOf, type ParamGroup, type Params } from "./group.ts";
import { shared, stepOperation } from "./rule.ts";
import { RuleOptimizer } from "./rule-optimizer.ts";
import {
  applyToAll,
  countOf,
  floats,
  type ParamState,
  partition,
  type StateValue,
  type Step,
  stepIs,
  type Trained,
} from "./step.ts";

export interface AdafactorOptions {
  /** Learning rate; default 1e-2. */
  lr: number;
  /** The decay of mean squares after t steps is 1 - t ** beta2Decay; default -0.8. */
  beta2Decay: number;
  /** The least root of a mean square (null, the default: the spacing of the dtype at 1), and the least size of a parameter (1e-3). */
  eps: readonly [number | null, number];
  /** The greatest root mean square of an update; default 1. */
  d: number;
  /** Each step first shrinks the parameters by 1 - lr · weightDecay; default 0. */
  weightDecay: number;
  /** Whether to climb; default false. */
  maximize: boolean;
}

interface AdafactorAttributes extends Record<string, unknown> {
  readonly maximize: boolean;
  /** Whether rows and columns have mean squares of their own: matrices, and whatever has more dimensions. */
  readonly factored: boolean;
  readonly decays: boolean;
  /** Whether the first `eps` is given. */
  readonly given: boolean;
}

const rootMeanSquare = (x: Term): Term => m.sqrt(m.mean(m.square(x)));

/** Shazeer and Stern (2018), algorithms 4 and 5. */
const adafactor = stepOperation<AdafactorAttributes>(
  "adafactor",
  ({ factored }) => (factored ? 2 : 1),
  ({ param, grad, states }, [rate, fresh, eps1, eps2, d, decay], { maximize, factored, decays, given }) => {
    const g = maximize ? m.neg(grad) : grad;
    const least = given ? m.cast(eps1, param.dtype) : m.constant(m.finfoOf(param.dtype).eps, param.dtype, []);
    const alpha = m.mul(m.maximum(rootMeanSquare(param), eps2), rate);
    const p = decays ? m.mul(param, decay) : param;
    const toward = (state: Term, value: Term): Term => m.add(state, m.mul(m.sub(value, state), fresh));
    const square = m.square(g);
    const last = g.rank - 1;
    const averages = factored
      ? [toward(states[0], m.mean(square, [last], true)), toward(states[1], m.mean(square, [last - 1], true))]
      : [toward(states[0], square)];
    // The product of both has the row's and the column's mean, each times the mean of all.
    const variance = factored
      ? m.div(m.mul(averages[0], averages[1]), m.maximum(m.mean(averages[0], [last - 1], true), least))
      : averages[0];
    const update = m.div(g, m.sqrt(m.maximum(variance, m.mul(least, least))));
    const size = m.maximum(m.div(rootMeanSquare(update), d), 1);
    return [m.sub(p, m.mul(update, m.div(alpha, size))), ...averages];
  },
);

const attributesOf = shared<AdafactorAttributes>();

const isFactored = (param: Tensor): boolean => param.ndim > 1;

/** The shape of a state: rows and columns of matrices, or the parameter's. */
function shapeOf(param: Tensor, name: string): number[] {
  if (name === "row_var") return [...param.shape.slice(0, -1), 1];
  if (name === "col_var") return [...param.shape.slice(0, -2), 1, ...param.shape.slice(-1)];
  return [...param.shape];
}

function zeroState(param: Tensor, name: string): Tensor {
  const { dtype, device } = param;
  const shape = shapeOf(param, name);
  const numel = shape.reduce((n, size) => n * size, 1);
  const host = dtype === "float64" ? Float64Array : dtype === "float16" ? Uint16Array : Float32Array;
  return fromHost(new host(numel), shape, dtype, device);
}

/** In the order of PyTorch's arguments. */
const names = ["lr", "beta2Decay", "eps", "d", "weightDecay", "maximize"] as const;

/**
 * Adafactor (Shazeer and Stern, 2018): steps in proportion to the parameters' sizes, scaled by running mean squares of which
 * matrices keep those of rows and columns only. As `torch.optim.Adafactor`, which is later than 1.13.
 *
 * @throws ValueError for options out of range.
 * @example new optim.Adafactor(model.parameters(), { lr: 1e-2 })
 */
export class Adafactor extends RuleOptimizer<AdafactorOptions> {
  constructor(params: Params<AdafactorOptions>, options: Given<AdafactorOptions> = {}) {
    const { lr = 1e-2, beta2Decay = -0.8, eps = [null, 1e-3], d = 1, ...rest } = optionsOf(names, options);
    const { weightDecay = 0, maximize = false } = rest;
    if (!(lr >= 0)) throw new ValueError(`Learning rate should be >= 0 but is: ${lr}`);
    if (!(beta2Decay <= 0)) throw new ValueError(`beta2_decay should be <= 0 but is: ${beta2Decay}`);
    if (eps[0] !== null && !(eps[0] >= 0)) throw new ValueError(`epsilon1 should be >= 0 but is: ${eps[0]}`);
    if (!(eps[1] >= 0)) throw new ValueError(`epsilon2 should be >= 0 but is: ${eps[1]}`);
    if (!(d >= 1)) throw new ValueError(`Clipping threshold d should be >= 1 but is: ${d}`);
    requireNonNegative("weight_decay value", weightDecay);
    super(params, { lr, beta2Decay, eps, d, weightDecay, maximize });
  }

  protected override requireState(number: string, name: string, value: StateValue, param: Tensor): void {
    const shape = shapeOf(param, name);
    const shown = (value as { readonly shape?: readonly number[] } | null)?.shape;
    if (shown !== undefined && shown.length > 0 && shown.join() !== shape.join())
      throw new ValueError(
        `loaded state dict has "${name}" of shape [${shown.join(", ")}] for parameter ${number}, where [${shape.join(", ")}] belongs`,
      );
  }

  protected override update(group: ParamGroup<AdafactorOptions>, trained: readonly Trained[]): Step[] {
    const { lr, beta2Decay, eps, d, weightDecay, maximize } = group;
    const kindOf = ({ param, state }: { param: Tensor; state: ParamState }): string =>
      `${countOf(state)}:${isFactored(param)}`;
    return partition(trained, kindOf).map((part) => {
      const step = countOf(part[0].state) + 1;
      const factored = isFactored(part[0].param);
      return applyToAll(part, {
        op: adafactor,
        states: factored ? ["row_var", "col_var"] : ["variance"],
        scalars: floats(
          Math.min(lr, 1 / Math.sqrt(step)),
          step ** beta2Decay,
          eps[0] ?? 0,
          eps[1],
          d,
          1 - lr * weightDecay,
        ),
        attributes: attributesOf({ maximize, factored, decays: weightDecay !== 0, given: eps[0] !== null }),
        initial: zeroState,
        after: stepIs(step),
      });
    });
  }
}

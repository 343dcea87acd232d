/** How averages of weights are formed. */
import { assign } from "@cresset/core/extend";
import { add, div, lerp, mul, noGrad, sub, type Tensor, ValueError } from "@cresset/core/functions";

/** The new average of a tensor, of the average of `numAveraged` (int64, no dimension) values so far and the next one. */
export type AverageFn = (averaged: Tensor, current: Tensor, numAveraged: Tensor) => Tensor;

/** The same of many tensors at once, written into the averages. */
export type MultiAverageFn = (averaged: readonly Tensor[], current: readonly Tensor[], numAveraged: Tensor) => void;

function requireDecay(decay: number): void {
  if (!(decay >= 0 && decay <= 1))
    throw new ValueError(`Invalid decay value ${decay} provided. Please provide a value in [0,1] range.`);
}

/** The mean of all: averaged + (current - averaged) / (numAveraged + 1). */
export function getSwaAvgFn(): AverageFn {
  return (averaged, current, numAveraged) => add(averaged, div(sub(current, averaged), add(numAveraged, 1)));
}

/** A mean in which older values fade: decay · averaged + (1 - decay) · current. @throws ValueError outside [0, 1]. */
export function getEmaAvgFn(decay = 0.999): AverageFn {
  requireDecay(decay);
  return (averaged, current) => add(mul(averaged, decay), mul(current, 1 - decay));
}

const each =
  (next: AverageFn): MultiAverageFn =>
  (averaged, current, numAveraged) =>
    noGrad(() => {
      for (const [i, tensor] of averaged.entries())
        assign(tensor, next(tensor, current[i], numAveraged).to(tensor.dtype), "lerp_");
    });

/** The mean of all, by interpolation. */
export function getSwaMultiAvgFn(): MultiAverageFn {
  return each((averaged, current, numAveraged) =>
    lerp(averaged, current.to(averaged.dtype), div(1, add(numAveraged, 1)).to(averaged.dtype)),
  );
}

/** A mean in which older values fade, by interpolation. @throws ValueError outside [0, 1]. */
export function getEmaMultiAvgFn(decay = 0.999): MultiAverageFn {
  requireDecay(decay);
  return each((averaged, current) => lerp(averaged, current, 1 - decay));
}

import { lossAtLogit, sigmoid, slopeAtLogit } from "./cross-entropy.ts";
import { digits } from "./figures.ts";
import type { LossesOfLogits } from "./library.ts";

/** The places of the slider of logits, all of them exact in float32. */
export const logits: readonly number[] = Array.from({ length: 961 }, (_, i) => i / 4 - 120);

/** From this logit on, to two decimals, float32's sigmoid is exactly 1; from the other one down it is exactly 0. */
export const becomesOne = 16.64;
export const becomesZero = -88.73;

/** The least that the slope of BCELoss divides by. */
export const leastDivisor = 1e-12;

/** What is the matter at a logit. */
export type Saturation = "one" | "zero" | "divisor" | "digits" | "none";

/** The state of BCELoss where float32's sigmoid is p. Near 1, digits of 1 − p are missing; near 0, none of p are. */
export function saturation(p: number): Saturation {
  if (p === 1) return "one";
  if (p === 0) return "zero";
  if (p * (1 - p) < leastDivisor) return "divisor";
  return p > 0.99 ? "digits" : "none";
}

/** A number as it should be, and as the two losses have it. */
interface Compared {
  readonly exact: string;
  readonly bce: string;
  readonly withLogits: string;
}

export interface SaturationFigures {
  readonly state: Saturation;
  readonly probability: string;
  readonly rest: string;
  readonly exactRest: string;
  readonly loss: Compared;
  readonly slope: Compared;
  /** By how much BCELoss is off. */
  readonly off: string;
}

/** The figures at one place of the slider. */
export function saturationFigures(
  place: number,
  y: number,
  { probabilities, bce, withLogits }: LossesOfLogits,
): SaturationFigures {
  const z = logits[place];
  const p = probabilities[place];
  const exact = lossAtLogit(y, z);
  return {
    state: saturation(p),
    // Enough digits to tell 1 from its neighbour.
    probability: p === 1 ? "1" : digits(p, 8),
    rest: digits(Math.fround(1 - p)),
    exactRest: digits(sigmoid(-z)),
    loss: { exact: digits(exact), bce: digits(bce.losses[place]), withLogits: digits(withLogits.losses[place]) },
    slope: {
      exact: digits(slopeAtLogit(y, z)),
      bce: digits(bce.slopes[place]),
      withLogits: digits(withLogits.slopes[place]),
    },
    off: digits(Math.abs(bce.losses[place] - exact), 3),
  };
}

import type { Lanes } from "./lanes.ts";

/** What is known of some lanes besides the instructions that compute them. */
export class Facts {
  /** Masks of x > 0: the x. */
  readonly positive = new WeakMap<Lanes, Lanes>();
  /** The smaller of x and 0 (NaN of NaN): the x. */
  readonly negativePart = new WeakMap<Lanes, Lanes>();
  /** e^y − 1 of the negative part y of an x: the x, and the same but for the sign of zero. */
  readonly expm1 = new WeakMap<Lanes, { readonly x: Lanes; readonly unsigned: Lanes }>();
}

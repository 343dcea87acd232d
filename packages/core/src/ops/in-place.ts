/** In-place forms as functions, for modules and initialisations: `fill_(x, 0)` is the method `x.fill_(0)`. */
import { inPlace } from "../tensor/inplace.ts";
import { fill, zero } from "./creation/fill.ts";
import { add } from "./elementwise/arithmetic.ts";
import { clampMin } from "./elementwise/clamp.ts";

export { cauchy_, exponential_, normal_, uniform_ } from "./random/in-place.ts";

export const add_ = inPlace("add_", add);
export const clampMin_ = inPlace("clampMin_", clampMin);
export const fill_ = inPlace("fill_", fill);
export const zero_ = inPlace("zero_", zero);

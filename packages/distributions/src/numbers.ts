/** Limits of dtypes, and constants. */
import { type DType, finfo } from "@cresset/core/functions";

export const eulerConstant = 0.5772156649015329;

/** The spacing of a float dtype at 1. */
export const epsilonOf = (dtype: DType): number => finfo(dtype).eps;

/** A float dtype's smallest normal number. */
export const tinyOf = (dtype: DType): number => finfo(dtype).tiny;

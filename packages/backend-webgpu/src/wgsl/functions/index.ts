import type { Library } from "./library.ts";
import { reduceFunctions } from "./reduce.ts";

/** Every function that kernels may call. */
export const allFunctions: Library = reduceFunctions;

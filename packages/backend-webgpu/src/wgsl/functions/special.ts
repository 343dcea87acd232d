import { errorFunctions } from "./error-function.ts";
import { hyperbolicFunctions } from "./hyperbolic.ts";
import type { Library } from "./library.ts";
import { trigonometricFunctions } from "./trigonometric.ts";

/** Functions of float32 whose WGSL builtins may be too inaccurate, by subject in files of their own. */
export const specialFunctions: Library = { ...trigonometricFunctions, ...hyperbolicFunctions, ...errorFunctions };

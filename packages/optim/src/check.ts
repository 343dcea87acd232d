import { pythonFloat } from "@cresset/core/extend";
import { ValueError } from "@cresset/core/functions";

/** @throws ValueError for a number that is not at least 0, with PyTorch's text. */
export function requireNonNegative(name: string, value: number): void {
  if (!(value >= 0)) throw new ValueError(`Invalid ${name}: ${pythonFloat(value)}`);
}

/** @throws ValueError for coefficients outside [0, 1), with PyTorch's text. */
export function requireBetas(betas: readonly [number, number]): void {
  for (const [i, beta] of betas.entries())
    if (!(beta >= 0 && beta < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${pythonFloat(beta)}`);
}

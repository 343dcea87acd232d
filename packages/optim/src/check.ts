import { ValueError } from "@cresset/core/functions";
import { floatText } from "./option-text.ts";

/** @throws ValueError for a number that is not at least 0, with PyTorch's text. */
export function requireNonNegative(name: string, value: number): void {
  if (!(value >= 0)) throw new ValueError(`Invalid ${name}: ${floatText(value)}`);
}

/** @throws ValueError for coefficients outside [0, 1), with PyTorch's text. */
export function requireBetas(betas: readonly [number, number]): void {
  for (const [i, beta] of betas.entries())
    if (!(beta >= 0 && beta < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${floatText(beta)}`);
}

/** Which singular values count as 0. */
import { ValueError } from "../../errors.ts";
import { toNumber } from "../../runtime/scalar.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { gt } from "../elementwise/comparison.ts";
import { where } from "../elementwise/where.ts";

/** Keyword arguments of what tells singular values from 0. */
export interface ToleranceOptions {
  /** Values up to it count as 0; a number, or for each matrix one [*]. Default 0. */
  readonly atol?: number | Tensor | null;
  /** So do values up to `rtol` times the largest. Default max(m, n) times the spacing of the dtype at 1; 0 where `atol` is positive. */
  readonly rtol?: number | Tensor | null;
  /** Takes the matrices for symmetric, of which the lower triangle is read; default false. */
  readonly hermitian?: boolean;
}

/** The tolerances for matrices of A's type. */
export function tolerances(A: Tensor, { atol: absolute, rtol: relative }: ToleranceOptions): (number | Tensor)[] {
  const each = (tolerance: number | Tensor): number | Tensor =>
    tolerance instanceof Tensor ? tolerance : toNumber(tolerance);
  const atol = each(absolute ?? 0);
  if (relative !== undefined && relative !== null) return [atol, each(relative)];
  const usual = Math.max(...A.shape.slice(-2)) * (A.dtype === "float64" ? 2 ** -52 : 2 ** -23);
  if (atol instanceof Tensor) return [atol, where(gt(atol, 0), 0, usual)];
  return [atol, atol > 0 ? 0 : usual];
}

/** The second argument, where it is a tolerance alone or the options. */
export function toleranceOptions(
  given: ToleranceOptions | number | Tensor,
  only: "atol" | "rtol",
  hermitian: boolean | undefined,
): ToleranceOptions {
  if (typeof given === "number" || given instanceof Tensor)
    return { [only]: given, ...(only === "atol" ? { rtol: 0 } : {}), hermitian };
  for (const name of Object.keys(given))
    if (!["atol", "rtol", "hermitian"].includes(name))
      throw new ValueError(`got an unexpected argument '${name}': there are atol, rtol, hermitian`);
  return given;
}

/** What a call gives, as plain data to compare. */
import { CressetError } from "../../../errors.ts";
import { data } from "../../../tensor/reading.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import { toDtype } from "../../shape/convert.ts";
import type { Try } from "./index.ts";

export interface Values {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

export type Result = Values | boolean | number | string | null | readonly Result[];

/** Results, or the name of the error. */
export type Outcome = { readonly results: Result } | { readonly error: string };

/** What was computed as plain data. */
export async function resultOf(given: unknown): Promise<Result> {
  const value = await given;
  if (value instanceof Tensor)
    return {
      shape: value.shape,
      dtype: value.dtype,
      values: Array.from(await data(value.dtype === "float16" ? toDtype(value, "float32") : value), Number),
    };
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string")
    return value;
  const results: Result[] = [];
  for (const entry of value as Iterable<unknown>) results.push(await resultOf(entry));
  return results;
}

/** @throws every error that is not one of the library's own. */
export async function outcomeOf({ fn, sample }: Try, operands: readonly Tensor[]): Promise<Outcome> {
  try {
    return { results: await resultOf(fn(...sample.args(...operands))) };
  } catch (error) {
    if (!(error instanceof CressetError)) throw error;
    return { error: error.name };
  }
}

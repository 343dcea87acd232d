/** What a call gives, as plain data to compare. */
import { CressetError, manualSeed, Tensor } from "@cresset/core";
import type { Try } from "./tries.ts";

export interface Values {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

export type Result = Values | boolean | number | string | null | readonly Result[];

/** Results, or the name of the error. */
export type Outcome = { readonly results: Result } | { readonly error: string; readonly message?: string };

async function plain(given: unknown): Promise<Result> {
  const value = await given;
  if (value instanceof Tensor)
    return {
      shape: value.shape,
      dtype: value.dtype,
      values: Array.from(await (value.dtype === "float16" ? value.to("float32") : value).data(), Number),
    };
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string")
    return value;
  const results: Result[] = [];
  for (const entry of value as Iterable<unknown>) results.push(await plain(entry));
  return results;
}

/** @throws every error that is not one of the library's own. */
export async function outcomeOf({ fn, sample }: Try, operands: readonly Tensor[]): Promise<Outcome> {
  // What draws at random draws the same every time.
  manualSeed(0);
  try {
    return { results: await plain(fn(...sample.args(...operands))) };
  } catch (error) {
    if (!(error instanceof CressetError)) throw error;
    return { error: error.name, message: error.message };
  }
}

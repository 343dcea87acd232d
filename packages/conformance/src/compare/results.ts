import type { Tensor } from "@cresset/core";
import { library } from "../api/library.ts";
import { type Bench, readTensor } from "../read/bench.ts";
import { isObject, type Json } from "../read/json.ts";
import type { Tolerance } from "../read/manifest.ts";
import { plainValue } from "../read/values.ts";
import { show } from "./show.ts";
import { compareTensors, type TensorComparison } from "./tensor.ts";
import { compareValues } from "./value.ts";

/** A recorded result: the key of a tensor, a plain value, or nothing. */
export type Expected = string | { readonly value: Json } | null;

export function isTensor(x: unknown): x is Tensor {
  const { Tensor } = library;
  return typeof Tensor === "function" && x instanceof Tensor;
}

/** Nested results as one list, as the recorded outputs are. */
export function flatten(result: unknown, expected: readonly unknown[]): unknown[] {
  if (!Array.isArray(result)) return [result];
  // A list of numbers is one value; a list of tensors is as many results.
  if (expected.length === 1 && isObject(expected[0])) return [result];
  return result.flatMap((item) => flatten(item, []));
}

/** Compares one result with what was recorded. */
export async function compareResult(
  got: unknown,
  want: Expected,
  bench: Bench,
  how: TensorComparison,
): Promise<string | null> {
  if (want === null) return got === null || got === undefined ? null : `expected nothing, got ${await describe(got)}`;
  if (typeof want !== "string") {
    const value = plainValue(want.value);
    return compareValues(isTensor(got) ? await describe(got) : plain(got), value, how.tolerance);
  }
  if (!isTensor(got)) return `expected a tensor, got ${show(got)}`;
  return compareTensors(await readTensor(got), bench.stored(want), how);
}

/** `float(2)` is 2 for comparison; a shape, which may be frozen, an array. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "object" && value !== null && "value" in value ? value.value : value;
}

async function describe(value: unknown): Promise<string> {
  return isTensor(value) ? `a ${value.dtype} tensor of shape [${value.shape.join(", ")}]` : show(value);
}

/** Compares a list of results; each mismatch names its place. */
export async function compareResults(
  got: readonly unknown[],
  want: readonly Expected[],
  bench: Bench,
  tolerance: Tolerance,
  options: {
    readonly name: string;
    readonly ignore?: Readonly<Record<string, readonly number[]>>;
    readonly signOfZero?: boolean;
    readonly operands?: TensorComparison["operands"];
  },
): Promise<string[]> {
  if (got.length !== want.length) return [`expected ${want.length} ${options.name}s, got ${got.length}`];
  const mismatches: string[] = [];
  for (let i = 0; i < want.length; i++) {
    const { signOfZero, operands } = options;
    const how = { tolerance, ignore: options.ignore?.[i], signOfZero, operands };
    const mismatch = await compareResult(got[i], want[i], bench, how);
    if (mismatch !== null) mismatches.push(`${options.name}${want.length > 1 ? ` ${i}` : ""}: ${mismatch}`);
  }
  return mismatches;
}

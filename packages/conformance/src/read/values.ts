import { functionAt, library, NoSuchOperation } from "../api/library.ts";
import type { Bench, TensorReference } from "./bench.ts";
import { isObject, type Json } from "./json.ts";

/** A whole number that is a float in PyTorch: `2.0`. JavaScript has no such thing; see `api/arguments.ts` for how it is passed. */
export class WholeFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** Several indices, `x[a, b]`, as opposed to one list, `x[[a, b]]`. */
export class IndexTuple {
  readonly items: unknown[];

  constructor(items: unknown[]) {
    this.items = items;
  }
}

/** Variables of a program. */
export type Variables = ReadonlyMap<string, unknown>;

const specialFloats: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-0.0": -0,
};

/** A recorded float as a JavaScript number. */
export function floatValue(value: Json): number {
  if (typeof value === "number") return value;
  if (isObject(value) && "float" in value) {
    return typeof value.float === "string" ? (specialFloats[value.float] ?? Number(value.float)) : Number(value.float);
  }
  throw new Error(`not a number: ${JSON.stringify(value)}`);
}

/**
 * A recorded value as an argument: ints are numbers (BigInts beyond 2^53), whole floats `WholeFloat`, dtypes their names, tuples arrays, tensors fresh tensors of the area.
 */
export function argument(value: Json, bench: Bench, variables?: Variables): unknown {
  if (Array.isArray(value)) return value.map((item) => argument(item, bench, variables));
  if (!isObject(value)) return value;
  if ("float" in value) {
    const number = floatValue(value);
    return Number.isInteger(number) && !Object.is(number, -0) ? new WholeFloat(number) : number;
  }
  if ("int" in value) return bigOrSafe(String(value.int));
  if ("tuple" in value) return argument(value.tuple, bench, variables);
  if ("dtype" in value) return value.dtype;
  if ("slice" in value) return functionAt("slice")(...(value.slice as Json[]));
  if ("ellipsis" in value) {
    if (library.ellipsis === undefined) throw new NoSuchOperation("ellipsis");
    return library.ellipsis;
  }
  if ("var" in value) return variable(String(value.var), variables);
  if ("tensor" in value) return bench.leaf(value as unknown as TensorReference).tensor;
  throw new Error(`a value of an unknown form: ${JSON.stringify(value)}`);
}

/**
 * The index of a `__getitem__` or `__setitem__`. A list of anything but numbers and booleans counts as a tuple, as PyTorch takes it:
 * `x[[[0, 1], slice(None)]]` is `x[[0, 1], :]`.
 */
export function indexArgument(value: Json, bench: Bench, variables?: Variables): unknown {
  const decoded = argument(value, bench, variables);
  return isObject(value) && "tuple" in value ? new IndexTuple(decoded as unknown[]) : asIndex(decoded);
}

/** A list as an index. */
export function asIndex(index: unknown): unknown {
  const tuple = Array.isArray(index) && index.some((item) => typeof item !== "number" && typeof item !== "boolean");
  return tuple ? new IndexTuple(index) : index;
}

function variable(name: string, variables?: Variables): unknown {
  if (!variables?.has(name)) throw new Error(`no variable ${name}`);
  return variables.get(name);
}

function bigOrSafe(text: string): number | bigint {
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

/** A recorded value as a plain JavaScript value, for comparison: every number a number, every list an array. */
export function plainValue(value: Json): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (!isObject(value)) return value;
  if ("float" in value) return floatValue(value);
  if ("int" in value) return bigOrSafe(String(value.int));
  if ("tuple" in value) return plainValue(value.tuple);
  if ("dtype" in value) return value.dtype;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
}

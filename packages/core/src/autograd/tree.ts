/** Tensors inside of arrays and records, as models' parameters by name are. */
import { Tensor } from "../tensor/tensor.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The tensors of a value, in order. */
export function leavesOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isRecord(value) ? Object.values(value).flatMap(leavesOf) : [];
}

/** A value with other tensors in place of its own; what is neither tensor, array nor record stays. */
export function mapTree(value: unknown, change: (tensor: Tensor) => unknown): unknown {
  if (value instanceof Tensor) return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTree(each, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapTree(each, change)]));
}

/** A value with the tensors of a list in place of its own. */
export function withLeaves(value: unknown, leaves: readonly Tensor[]): unknown {
  let at = 0;
  return mapTree(value, () => leaves[at++]);
}

/** What stands for a part of a value: a list or record like it, or one thing for all that is in it. */
export function partOf<T>(
  of: T | readonly unknown[] | Readonly<Record<string, unknown>>,
  key: string | number,
): unknown {
  if (Array.isArray(of)) return of[Number(key)];
  return isRecord(of) ? of[key] : of;
}

import { isScalar, toNumber } from "@cresset/core/extend";

/**
 * The options of a call whose arguments may come by position, by name in a record, or both, as Python's may:
 * `keywords<Options>(["alpha"], [alpha, options])`. Scalars made by `float(x)` become plain numbers.
 */
export function keywords<T extends object>(names: readonly (keyof T)[], given: readonly unknown[]): T {
  const options: Partial<Record<keyof T, unknown>> = {};
  for (let i = 0; i < given.length; i++) {
    const value = given[i];
    if (value === undefined) continue;
    if (!isRecord(value)) options[names[i]] = plain(value);
    else for (const [name, each] of Object.entries(value)) options[name as keyof T] = plain(each);
  }
  return options as T;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

const plain = (value: unknown): unknown => (typeof value === "object" && isScalar(value) ? toNumber(value) : value);

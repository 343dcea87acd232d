import { ValueError } from "../errors.ts";

/** What a value of any type is called in an error message. */
export function describeArgument(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  if (Array.isArray(value)) return "an array";
  if (value instanceof Promise) return "a promise";
  if (typeof value === "object") return value.constructor?.name ?? "an object";
  if (typeof value === "string") return `the string ${JSON.stringify(value)}`;
  return typeof value === "number" || typeof value === "bigint" ? `the number ${value}` : `a ${typeof value}`;
}

/** The error for something that should have been a tensor, with what to do about it. */
export function notATensor(operation: string, value: unknown): ValueError {
  const advice =
    value instanceof Promise
      ? ": await it first"
      : Array.isArray(value) || typeof value === "number" || ArrayBuffer.isView(value)
        ? ": make one with torch.tensor(…)"
        : // Python's x.data is a tensor.
          typeof value === "function"
          ? ": for x.data, x.detach()"
          : "";
  return new ValueError(`${operation}(): expected a Tensor, but got ${describeArgument(value)}${advice}`);
}

/**
 * An error of JavaScript's own, as a wrong argument causes deep inside a function, as one that names the function and
 * what it was given. Errors that say so already stay as they are.
 */
export function argumentError(operation: string, args: readonly unknown[], error: unknown): unknown {
  const internal =
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError ||
    error instanceof ReferenceError;
  if (!internal) return error;
  const given = args.map(describeArgument).join(", ");
  return new ValueError(`${operation}(): cannot be called with (${given}): ${error.message}`, { cause: error });
}

/** @throws ValueError for what is no tensor. */
export function requireTensor(operation: string, value: unknown): void {
  if (typeof (value as { current?: unknown } | null | undefined)?.current !== "function")
    throw notATensor(operation, value);
}

/** @throws ValueError for what is no list of tensors. */
export function requireTensors(operation: string, list: unknown): void {
  if (!Array.isArray(list))
    throw new ValueError(`${operation}(): expected an array of Tensors, but got ${describeArgument(list)}`);
  for (const value of list) requireTensor(operation, value);
}

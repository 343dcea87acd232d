import { ValueError } from "../../errors.ts";
import { FloatScalar } from "../../runtime/scalar.ts";
import { describeArgument } from "../../tensor/argument.ts";
import { Tensor } from "../../tensor/tensor.ts";

/**
 * Arguments by name. Each may be given in its place, and the last one given may be an object with the others by name, so
 * `x.sum(1, true)`, `x.sum(1, { keepdim: true })` and `x.sum({ dim: 1, keepdim: true })` are one call. What is undefined
 * counts as not given.
 */
export function keywords<O extends object>(names: readonly (keyof O & string)[], values: readonly unknown[]): O {
  const given: Record<string, unknown> = {};
  for (const [i, value] of values.entries()) {
    if (isOptions(value)) {
      for (const [name, option] of Object.entries(value)) if (option !== undefined) given[name] = option;
    } else if (value !== undefined && i < names.length) given[names[i]] = value;
  }
  for (const name of flags) {
    if (name in given && typeof given[name] !== "boolean")
      throw new ValueError(`argument '${name}' must be a boolean, not ${describeArgument(given[name])}`);
  }
  return given as O;
}

/** Keyword arguments that are booleans wherever they occur. */
const flags = ["keepdim", "descending", "stable", "largest", "sorted", "unbiased"] as const;

function isOptions(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Tensor) &&
    !(value instanceof FloatScalar)
  );
}

import { ValueError } from "../../errors.ts";
import { describeArgument } from "../../tensor/argument.ts";
import { keywords as argumentsOf } from "../../tensor/keywords.ts";

/**
 * `keywords` of operations, whose flags must be booleans.
 *
 * @throws ValueError for an argument that there is not, one that is missing, and a flag that is no boolean.
 */
export function keywords<O extends object>(
  names: readonly (keyof O & string)[],
  values: readonly unknown[],
  required?: number,
): O {
  const given = argumentsOf<O & Record<string, unknown>>(names, values, required);
  for (const name of flags) {
    if (name in given && typeof given[name] !== "boolean")
      throw new ValueError(`argument '${name}' must be a boolean, not ${describeArgument(given[name])}`);
  }
  return given;
}

/** Keyword arguments that are booleans wherever they occur. */
const flags = ["keepdim", "descending", "stable", "largest", "sorted", "unbiased"] as const;

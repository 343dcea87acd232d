import { WholeFloat } from "../read/values.ts";
import { camelCase, functionAt } from "./library.ts";

/** Parameters of one form of an operation. */
export interface Signature {
  readonly positional: readonly string[];
  /** Name of the parameter that takes all remaining operands, spread. */
  readonly rest: string | null;
  readonly options: readonly string[];
}

/**
 * Parameters that take a `Scalar`, where it matters for the result's dtype whether a number is an int or a float. Whole
 * floats are passed to these as `float(2)`, to all others as the number 2.
 */
const scalarParameters = new Set(
  (
    "other value fill_value alpha beta min max exponent end weight start step self input base nan posinf neginf " +
    "min_val max_val threshold negative_slope lambd p ord element mean std"
  ).split(" "),
);

/** Parameters with a `Scalar`'s name that are plain numbers in some operations. */
const plainIn: Readonly<Record<string, ReadonlySet<string>>> = {
  histc: new Set(["min", "max"]),
  pad: new Set(["value"]),
};

export function parseSignature(text: string): Signature {
  const [before, after = ""] = text.split("|");
  const names = words(before);
  const rest = names.find((name) => name.startsWith("*"))?.slice(1) ?? null;
  return { positional: names.filter((name) => !name.startsWith("*")), rest, options: words(after) };
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

/**
 * Puts PyTorch's positional and keyword arguments into the library's order: positional, then the options object.
 *
 * @param name the operation's own name, such as "sum".
 * @param forms signatures to choose from; none: everything stays where it is.
 */
export function arrange(
  name: string,
  forms: readonly Signature[],
  positional: readonly unknown[],
  keywords: Readonly<Record<string, unknown>>,
): unknown[] {
  const form = forms.find((candidate) => fits(candidate, positional, keywords)) ?? forms[0];
  if (form === undefined)
    return withOptions(
      [...positional].map((value) => pass(name, "other", value)),
      name,
      keywords,
    );
  const given = new Map<string, unknown>();
  const rest: unknown[] = [];
  const order = [...form.positional, ...form.options];
  positional.forEach((value, i) => {
    if (form.rest !== null && i >= form.positional.length) rest.push(value);
    else given.set(order[i] ?? `arg${i}`, value);
  });
  for (const [key, value] of Object.entries(keywords)) given.set(key, value);
  const args: unknown[] = [];
  const options: Record<string, unknown> = {};
  for (const [key, value] of given) {
    const at = form.positional.indexOf(key);
    if (at >= 0) args[at] = pass(name, key, value);
    else options[key] = value;
  }
  // A hole is an argument that was left to its default.
  return withOptions([...Array.from(args), ...rest], name, options);
}

function fits(form: Signature, positional: readonly unknown[], keywords: Readonly<Record<string, unknown>>): boolean {
  const names = [...form.positional, ...form.options];
  if (form.rest === null && positional.length > names.length) return false;
  if (!Object.keys(keywords).every((key) => names.indexOf(key) >= (form.rest === null ? positional.length : 0)))
    return false;
  return positional.every((value, i) => (typeof value === "boolean") === isFlag(names[i]) || form.rest !== null);
}

const flags = new Set(
  (
    "keepdim unbiased descending stable largest sorted return_inverse return_counts equal_nan with_replacement accumulate " +
    "training inplace ceil_mode count_include_pad return_indices align_corners replacement right as_tuple hard"
  ).split(" "),
);

function isFlag(name: string | undefined): boolean {
  return name !== undefined && flags.has(name);
}

function withOptions(args: unknown[], name: string, keywords: Readonly<Record<string, unknown>>): unknown[] {
  const entries = Object.entries(keywords);
  if (entries.length === 0) return args;
  const options = Object.fromEntries(entries.map(([key, value]) => [camelCase(key), pass(name, key, value)]));
  return [...args, options];
}

/** A value as the library takes it for a parameter. */
function pass(name: string, parameter: string, value: unknown): unknown {
  if (value instanceof WholeFloat) {
    const scalar = scalarParameters.has(parameter) && !plainIn[name]?.has(parameter);
    return scalar ? functionAt("float")(value.value) : value.value;
  }
  return Array.isArray(value) ? value.map((item) => pass(name, parameter, item)) : value;
}

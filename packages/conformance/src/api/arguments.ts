import type { Form, Parameter } from "@cresset/core/catalogue";
import { WholeFloat } from "../read/values.ts";
import { camelCase, functionAt } from "./library.ts";

/** Keyword arguments by PyTorch's names. */
export type Keywords = Readonly<Record<string, unknown>>;

/** A call that fits no form in the operation's record. */
export class NoSuchForm extends Error {
  override readonly name = "NoSuchForm";

  constructor(path: string, positional: readonly unknown[], keywords: Keywords) {
    super(
      `the catalogue has no form of ${path} with ${positional.length} arguments and ${JSON.stringify(Object.keys(keywords))}`,
    );
  }
}

/** Other names that PyTorch knows parameters by, for the sake of NumPy's users; `self` is what it calls an input that is a number. */
const otherNames: Readonly<Record<string, string>> = {
  a: "input",
  axis: "dim",
  keepdims: "keepdim",
  self: "input",
  x: "input",
  x1: "input",
  x2: "other",
};

/**
 * PyTorch's positional and keyword arguments as the library takes them: positional ones, then the object of options.
 *
 * @param path PyTorch's name of the operation, for errors.
 * @param forms those of its record; of those that fit, the first that has booleans where booleans are given.
 * @throws NoSuchForm if none fits.
 */
export function arrange(
  path: string,
  forms: readonly Form[],
  positional: readonly unknown[],
  keywords: Keywords,
): unknown[] {
  const fitting = forms.flatMap((form) => {
    const values = bind(form, positional, keywords);
    return values === null ? [] : [{ form, values }];
  });
  const chosen = fitting.find(({ values }) => [...values].every(agree)) ?? fitting[0];
  if (chosen === undefined) throw new NoSuchForm(path, positional, keywords);
  return inOrder(chosen.form, chosen.values);
}

type Bound = Map<Parameter, unknown>;

/** Which parameter gets which value; null if the call is not of this form. */
function bind(form: Form, positional: readonly unknown[], keywords: Keywords): Bound | null {
  const values: Bound = new Map();
  for (const [at, value] of positional.entries()) {
    const parameter = form[at];
    if (parameter === undefined || parameter.byName) return null;
    if (parameter.many !== "no") {
      values.set(parameter, gathered(positional.slice(at)));
      break;
    }
    values.set(parameter, value);
  }
  for (const [key, value] of Object.entries(keywords)) {
    const free = form.filter((parameter) => !values.has(parameter));
    const parameter = named(free, key) ?? named(free, otherNames[key]);
    if (parameter === undefined) return null;
    values.set(parameter, value);
  }
  return [...values].every(isThere) ? values : null;
}

const named = (form: Form, key: string | undefined): Parameter | undefined =>
  key === undefined ? undefined : form.find(({ names }) => names.includes(key));

const gathered = (values: readonly unknown[]): unknown => (values.length === 1 ? values[0] : values);

/** What only PyTorch has can be given as if it was not. */
const isThere = ([{ place, only }, value]: readonly [Parameter, unknown]): boolean =>
  place !== "absent" || value === null || value === undefined || value === only;

/** Whether a boolean is given where one is taken. */
const agree = ([{ takes }, value]: readonly [Parameter, unknown]): boolean =>
  value === null || (typeof value === "boolean") === (takes === "boolean");

function inOrder(form: Form, values: Bound): unknown[] {
  const args: unknown[] = [];
  const options: Record<string, unknown> = {};
  const typed = [...values].some(([{ names }, value]) => names[0] === "dtype" && value !== null);
  let places = 0;
  for (const parameter of form) {
    if (parameter.place === "positional" && parameter.many !== "spread") places++;
    if (!values.has(parameter) || parameter.place === "absent") continue;
    const value = pass(values.get(parameter), parameter.takes === "data" && typed ? "value" : parameter.takes);
    if (parameter.place === "option") options[camelCase(parameter.names[0])] = value;
    else if (parameter.many !== "spread") args[places - 1] = value;
    else if (Array.isArray(value)) args.push(...value);
    else args.push(value);
  }
  if (Object.keys(options).length > 0) args[Math.max(places, args.length)] = options;
  // A hole is an argument that was left to its default.
  return Array.from(args);
}

/** A value as the library takes it. JavaScript has no 2.0: where it matters that it is a float, it is `float(2)`. */
function pass(value: unknown, takes: Parameter["takes"]): unknown {
  if (Array.isArray(value)) return value.map((item) => pass(item, takes));
  if (value instanceof WholeFloat) return takes === "number" ? functionAt("float")(value.value) : value.value;
  // Python's ints make int64 tensors, which JavaScript's BigInts do here.
  if (takes === "data" && typeof value === "number" && Number.isInteger(value) && !Object.is(value, -0))
    return BigInt(value);
  return value;
}

/**
 * How PyTorch calls an operation: its parameters in PyTorch's order, under PyTorch's names, as text. Here they stand in the same
 * order; those after `|` are entries of the object of options, in camelCase: `"input dim keepdim? | dtype"` is
 * `sum(input, dim, keepdim, { dtype })`. An operation with overloads has several forms. Marks:
 *
 * | mark | parameter |
 * |---|---|
 * | `name?` | takes a boolean; where there are several forms, that tells them apart |
 * | `name#` | takes a number of which it matters whether it is an int or a float |
 * | `data[]` | takes numbers in lists, of which Python's ints are int64 |
 * | `size...` | takes a list, or in PyTorch also its elements one by one |
 * | `*tensors` | takes any number of values one by one, or in PyTorch also a list of them |
 * | `*` | what follows is given by name only |
 * | `a/b` | has other names in other overloads, or as a method |
 * | `-name` | only PyTorch has it: calls leave it out, or give None |
 * | `-name=True` | the same, or True, its default |
 */
export type Forms = string | readonly string[];

export interface Parameter {
  /** PyTorch's names; the first is the option's name. */
  readonly names: readonly string[];
  readonly takes: "value" | "boolean" | "number" | "data";
  /** Whether it takes all remaining values: as one list, or one by one. */
  readonly many: "no" | "list" | "spread";
  /** Where it stands here: in its place, in the options, or nowhere. */
  readonly place: "positional" | "option" | "absent";
  readonly byName: boolean;
  /** Of an absent one: what may be given besides None. */
  readonly only?: boolean;
}

export type Form = readonly Parameter[];

const marks: Readonly<Record<string, Parameter["takes"]>> = { "?": "boolean", "#": "number", "[]": "data" };

/** @throws Error for what is no form. */
export function parseForm(text: string): Form {
  const bar = text.indexOf("|");
  const star = text.search(/(?<!\S)\*(?!\S)/);
  return [...text.matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
    if (word === "|" || word === "*") return [];
    const parts = /^(-?)(\*?)([A-Za-z_0-9/]+?)(\.\.\.)?(\?|#|\[\])?(?:=(True|False))?$/.exec(word);
    if (parts === null) throw new Error(`${word} is no parameter, in "${text}"`);
    const [, absent, spread, names, list, mark, only] = parts;
    return {
      names: names.split("/"),
      takes: mark === undefined ? "value" : marks[mark],
      many: spread === "*" ? "spread" : list === undefined ? "no" : "list",
      place: absent === "-" ? "absent" : bar >= 0 && index > bar ? "option" : "positional",
      byName: star >= 0 && index > star,
      ...(only === undefined ? {} : { only: only === "True" }),
    };
  });
}

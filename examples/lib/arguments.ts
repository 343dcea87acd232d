import { parseArgs } from "node:util";

/** Positive whole numbers that follow `--name`, or the values given. */
export function numbersFromArguments<Name extends string>(usual: Readonly<Record<Name, number>>): Record<Name, number> {
  const names = Object.keys(usual) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const { values } = parseArgs({ options });
  const numbers: Record<Name, number> = { ...usual };
  for (const name of names) {
    if (values[name] === undefined) continue;
    numbers[name] = Number(values[name]);
    if (!Number.isInteger(numbers[name]) || numbers[name] < 1)
      throw new Error(`--${name} takes a positive whole number, not "${values[name]}"`);
  }
  return numbers;
}

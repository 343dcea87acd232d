import { parseArgs } from "node:util";

/** The number that follows `--iterations`, or the default. */
export function iterationsFromArguments(iterations: number): number {
  const { values } = parseArgs({ options: { iterations: { type: "string", default: String(iterations) } } });
  const wanted = Number(values.iterations);
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new Error(`--iterations takes a positive whole number, not "${values.iterations}"`);
  return wanted;
}

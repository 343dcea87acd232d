import type { OperationRecord, Sample } from "@cresset/core/catalogue";
import { catalogue } from "./catalogue.ts";

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** An operation with one of its samples; names of the same function appear once. */
export interface Try {
  /** Of the operation, with the number of the sample. */
  readonly name: string;
  readonly record: OperationRecord;
  readonly fn: AnyFunction;
  readonly sample: Sample;
}

/** An operation's name, in its namespace if it has one. */
export function qualifiedName({ family, name }: OperationRecord): string {
  return /^(nn\..*|special|linalg|masked|fft)$/.test(family) ? `${family}.${name}` : name;
}

const seen = new Set<unknown>();

export const tries: readonly Try[] = catalogue.flatMap((record) => {
  if (seen.has(record.fn)) return [];
  seen.add(record.fn);
  const { samples } = record;
  return samples.map((sample, i) => ({
    name: `${qualifiedName(record)}${samples.length > 1 ? ` ${i + 1}` : ""}`,
    record,
    fn: record.fn as unknown as AnyFunction,
    sample,
  }));
});

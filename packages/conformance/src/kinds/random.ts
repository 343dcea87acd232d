import type { Tensor } from "@cresset/core";
import { classAt, functionAt } from "../api/library.ts";
import { operationAt } from "../api/operation.ts";
import { compareResult } from "../compare/results.ts";
import { compareValues } from "../compare/value.ts";
import type { Json } from "../read/json.ts";
import type { Case, Tolerance } from "../read/manifest.ts";
import { plainValue } from "../read/values.ts";
import type { Kind } from "./kind.ts";

interface RawCase extends Case {
  readonly seed: Json;
  readonly first: readonly number[];
}

interface SplitCase extends Case {
  readonly seed: number;
  readonly n: number;
  readonly lengths: readonly number[];
  readonly expect: readonly (readonly number[])[];
}

interface LoaderCase extends Case {
  readonly seed: number;
  readonly n: number;
  readonly batch_size: number;
  readonly shuffle: boolean;
  readonly drop_last: boolean;
  readonly epochs: number;
  readonly sampler: string;
  readonly weights_or_indices?: readonly number[];
  readonly num_samples?: number;
  readonly replacement?: boolean;
  readonly expect: readonly (readonly (readonly number[])[])[];
  readonly rand1_after: string;
  readonly tol: Tolerance;
}

interface DropoutCase extends Case {
  readonly op: string;
  readonly shape: readonly number[];
  readonly p: number;
  readonly unit: string;
  readonly kept_value_of_ones: number;
  readonly dropped_value?: number;
  readonly zero_fraction: number;
  readonly zero_fraction_tol: number;
}

/** What the suite uses of a generator. */
interface RawGenerator {
  manualSeed(seed: number | bigint): unknown;
  random(): number;
}

/** The generator's first words. */
export const mt19937Raw: Kind = async (one) => {
  const { seed, first } = one as RawCase;
  const generator = new (classAt("Generator"))() as RawGenerator;
  generator.manualSeed(plainValue(seed) as number | bigint);
  const got = first.map(() => generator.random() >>> 0);
  const mismatch = compareValues(got, first);
  return mismatch === null ? [] : [mismatch];
};

/** The data set `range(n)`. */
const range = (n: number) => ({ length: n, get: (i: number) => i });

export const randomSplit: Kind = async (one) => {
  const { seed, n, lengths, expect } = one as SplitCase;
  functionAt("manualSeed")(seed);
  const parts = functionAt("data.randomSplit")(range(n), lengths) as { indices: Iterable<number> }[];
  const mismatch = compareValues(
    parts.map((part) => [...part.indices].map(Number)),
    expect,
  );
  return mismatch === null ? [] : [mismatch];
};

/** Batches of a loader over several epochs, and how many numbers were drawn. */
export const dataloader: Kind = async (one, bench) => {
  const recorded = one as LoaderCase;
  functionAt("manualSeed")(recorded.seed);
  const loader = new (classAt("data.DataLoader"))(range(recorded.n), {
    batchSize: recorded.batch_size,
    dropLast: recorded.drop_last,
    ...order(recorded),
    collateFn: (items: number[]) => items,
  }) as AsyncIterable<number[]> & Iterable<number[]>;
  const epochs: number[][][] = [];
  for (let epoch = 0; epoch < recorded.epochs; epoch++) {
    const batches: number[][] = [];
    for await (const batch of loader) batches.push(batch.map(Number));
    epochs.push(batches);
  }
  const after = functionAt("rand")([1]) as Tensor;
  const mismatch = compareValues(epochs, recorded.expect);
  const drawn = await compareResult(after, recorded.rand1_after, bench, { tolerance: recorded.tol });
  return [...(mismatch === null ? [] : [mismatch]), ...(drawn === null ? [] : [`rand(1) afterwards: ${drawn}`])];
};

function order(recorded: LoaderCase): Record<string, unknown> {
  const { sampler, weights_or_indices: given = [], num_samples: numSamples, replacement } = recorded;
  switch (sampler) {
    case "RandomSampler":
      return { shuffle: recorded.shuffle };
    case "RandomSampler_replacement":
      return { sampler: new (classAt("data.RandomSampler"))(range(recorded.n), { replacement, numSamples }) };
    case "SubsetRandomSampler":
      return { sampler: new (classAt("data.SubsetRandomSampler"))(given) };
    case "WeightedRandomSampler":
      return { sampler: new (classAt("data.WeightedRandomSampler"))(given, numSamples, { replacement }) };
    default:
      throw new Error(`an unknown sampler: ${sampler}`);
  }
}

/** How often dropout drops, and what it makes of the rest. */
export const dropoutStatistics: Kind = async (one) => {
  const recorded = one as DropoutCase;
  functionAt("manualSeed")(0);
  const ones = functionAt("ones")(recorded.shape) as Tensor;
  const result = operationAt(recorded.op)([ones], { p: recorded.p, training: true }) as Tensor;
  const got = [...(await result.data())].map(Number);
  const size = recorded.unit === "element" ? 1 : recorded.shape.slice(2).reduce((n, m) => n * m, 1);
  const dropped = recorded.dropped_value ?? 0;
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
  const mismatches: string[] = [];
  let count = 0;
  for (let i = 0; i < got.length; i += size) {
    const unit = got.slice(i, i + size);
    if (unit.every((x) => near(x, dropped))) count++;
    else if (!unit.every((x) => near(x, recorded.kept_value_of_ones)))
      mismatches.push(
        `unit ${i / size}: expected ${dropped} or ${recorded.kept_value_of_ones}, got ${unit.slice(0, 3).join(", ")}`,
      );
  }
  const fraction = (count * size) / got.length;
  if (Math.abs(fraction - recorded.zero_fraction) > recorded.zero_fraction_tol)
    mismatches.push(`expected a fraction of ${recorded.zero_fraction} dropped, got ${fraction}`);
  const untouched = operationAt(recorded.op)([ones], { p: recorded.p, training: false }) as Tensor;
  if (!(await untouched.data()).every((x) => x === 1))
    mismatches.push("without training, the input is not returned unchanged");
  return mismatches.slice(0, 3);
};

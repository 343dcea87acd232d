/** A sample of every operation in the catalogue; not of those that make tensors of nothing or of random numbers. */
import { activation } from "../activation.ts";
import { binary } from "../binary.ts";
import type { Catalogue, CatalogueEntry } from "../catalogue.ts";
import { indexing } from "../indexing.ts";
import { linearAlgebra } from "../linalg.ts";
import { linalgFunctions, specialFunctions } from "../namespaces.ts";
import { reduction } from "../reduction.ts";
import { scan } from "../scan.ts";
import { shape } from "../shape.ts";
import { sorting } from "../sort.ts";
import { unary } from "../unary.ts";
import { activationSamples, binarySamples, unarySamples } from "./elementwise.ts";
import { indexingSamples, shapeSamples } from "./layout.ts";
import { linalgNamespaceSamples, specialSamples } from "./namespaces.ts";
import { linalgSamples, reductionSamples, scanSamples, sortSamples } from "./rows.ts";
import type { Sample, Samples } from "./sample.ts";

const families: readonly (readonly [Catalogue, Readonly<Record<string, Samples>>])[] = [
  [activation, activationSamples],
  [binary, binarySamples],
  [indexing, indexingSamples],
  [linearAlgebra, linalgSamples],
  [reduction, reductionSamples],
  [scan, scanSamples],
  [shape, shapeSamples],
  [sorting, sortSamples],
  [unary, unarySamples],
  [specialFunctions, specialSamples],
  [linalgFunctions, linalgNamespaceSamples],
];

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** An operation with one of its samples; names of the same function appear once. */
export interface Try extends Omit<Samples, "samples"> {
  readonly name: string;
  /** Its name in the catalogue, and whether it is a function of `torch` or a method. */
  readonly operation: string;
  readonly on: CatalogueEntry["on"];
  readonly fn: AnyFunction;
  readonly sample: Sample;
}

const seen = new Set<unknown>();

export const tries: readonly Try[] = families.flatMap(([catalogue, table]) =>
  Object.entries(catalogue).flatMap(([name, { fn, on }]) => {
    if (seen.has(fn)) return [];
    seen.add(fn);
    const { samples, ...notes } = table[name];
    return samples.map((sample, i) => ({
      name: samples.length > 1 ? `${name} ${i + 1}` : name,
      operation: name,
      on,
      fn: fn as unknown as AnyFunction,
      sample,
      ...notes,
    }));
  }),
);

/** Every operation, for those who try or document all of them: what it is, how PyTorch calls it, what it is tried on. */
import { activation } from "./activation.ts";
import { binary } from "./binary.ts";
import type { Catalogue } from "./catalogue.ts";
import { creation } from "./creation.ts";
import { indexing } from "./indexing.ts";
import { linearAlgebra } from "./linalg.ts";
import { members } from "./members.ts";
import { fftFunctions, linalgFunctions, maskedFunctions, specialFunctions, torchFunctions } from "./namespaces.ts";
import { random } from "./random.ts";
import { type OperationRecord, recordsOf } from "./record.ts";
import { reduction } from "./reduction.ts";
import { creationSamples, randomSamples } from "./samples/creation.ts";
import { activationSamples, binarySamples, unarySamples } from "./samples/elementwise.ts";
import { indexingSamples, shapeSamples } from "./samples/layout.ts";
import { memberSamples } from "./samples/members.ts";
import {
  fftSamples,
  linalgNamespaceSamples,
  maskedSamples,
  specialSamples,
  torchSamples,
} from "./samples/namespaces.ts";
import { linalgSamples, reductionSamples, scanSamples, sortSamples } from "./samples/rows.ts";
import type { Description } from "./samples/sample.ts";
import { scan } from "./scan.ts";
import { shape } from "./shape.ts";
import { sorting } from "./sort.ts";
import { unary } from "./unary.ts";

export type { Catalogue, CatalogueEntry, Place } from "./catalogue.ts";
export { type Form, type Forms, type Parameter, parseForm } from "./form.ts";
export { type OperationRecord, recordsOf } from "./record.ts";
export * from "./samples/sample.ts";

const families: readonly (readonly [string, Catalogue, Readonly<Record<string, Description>>])[] = [
  ["creation", creation, creationSamples],
  ["random", random, randomSamples],
  ["members", members, memberSamples],
  ["unary", unary, unarySamples],
  ["binary", binary, binarySamples],
  ["activation", activation, activationSamples],
  ["reduction", reduction, reductionSamples],
  ["scan", scan, scanSamples],
  ["sort", sorting, sortSamples],
  ["shape", shape, shapeSamples],
  ["indexing", indexing, indexingSamples],
  ["linear algebra", linearAlgebra, linalgSamples],
  ["torch", torchFunctions, torchSamples],
  ["special", specialFunctions, specialSamples],
  ["linalg", linalgFunctions, linalgNamespaceSamples],
  ["masked", maskedFunctions, maskedSamples],
  ["fft", fftFunctions, fftSamples],
];

/** The records of this package's operations. */
export const catalogue: readonly OperationRecord[] = families.flatMap(([family, entries, descriptions]) =>
  recordsOf(family, entries, descriptions),
);

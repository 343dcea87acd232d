import { IndexError, ValueError } from "../errors.ts";
import { defaultGenerator } from "../ops/random/default-generator.ts";
import { normalizeDim } from "../ops/shape/dims.ts";
import { stack } from "../ops/shape/join.ts";
import { select } from "../ops/shape/slice.ts";
import { keywords } from "../tensor/keywords.ts";
import { Tensor } from "../tensor/tensor.ts";
import { leavesOf, partOf } from "./tree.ts";

/** The dimension that samples lie along, null for what all of them share; for arrays and records also one for each part. */
export type MappedDims = number | null | readonly MappedDims[] | { readonly [name: string]: MappedDims };

export interface VmapOptions {
  /** Where the samples of each argument lie; default 0. */
  readonly inDims?: MappedDims;
  /** Where the samples of each result are to lie; default 0. */
  readonly outDims?: MappedDims;
  /**
   * What random operations do: "error" (default); "same": draw the same numbers for every sample; "different": draw sample by
   * sample, which are other numbers than PyTorch's.
   */
  readonly randomness?: "error" | "same" | "different";
  /** Accepted, and without effect. */
  readonly chunkSize?: number | null;
}

/**
 * A function of one sample as a function of many: of tensors with one more dimension, whose results have one, too. Arguments and
 * results may be arrays and records of tensors, such as a model's parameters by name.
 *
 * The function is called for each sample in turn, and what it gives is stacked; the samples are computed together, in one
 * program, which grows with their number. Operations on whole batches are faster where they can be written.
 *
 * @throws ValueError for arguments without samples or with different numbers of them, and for random operations unless
 * `randomness` says what they do.
 * @example
 * const perSample = torch.func.vmap(torch.func.grad(loss), [null, 0, 0]);
 * const gradients = perSample(parameters, inputs, targets);
 */
export function vmap<A extends readonly unknown[], R>(
  func: (...args: A) => R,
  inDims?: MappedDims | VmapOptions,
  outDims?: MappedDims | VmapOptions,
  options?: VmapOptions,
): (...args: A) => R {
  const given = keywords<VmapOptions>(
    ["inDims", "outDims", "randomness", "chunkSize"],
    [inDims, outDims, undefined, options],
  );
  const { inDims: dims = 0, outDims: along = 0, randomness = "error" } = given;
  if (!["error", "same", "different"].includes(randomness))
    throw new ValueError(
      `Only allowed values for randomness are 'error', 'different', or 'same'. Got ${String(randomness)}`,
    );
  return (...args) => {
    const sizes = args.flatMap((arg, i) => sizesOf(arg, partOf(dims, i) as MappedDims));
    const count = sizes[0];
    if (count === undefined)
      throw new ValueError("vmap: at least one of the arguments must be mapped: inDims has no number for a tensor");
    if (sizes.some((size) => size !== count))
      throw new ValueError(
        `vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [${sizes.join(", ")}] for the mapped dimension`,
      );
    if (count === 0) throw new ValueError("vmap: there are no samples: the mapped dimension has size 0");
    const state = defaultGenerator.getState();
    const results = Array.from({ length: count }, (_, sample) => {
      if (randomness === "same") defaultGenerator.setState(state);
      return func(...(args.map((arg, i) => sampleOf(arg, partOf(dims, i) as MappedDims, sample)) as unknown as A));
    });
    if (randomness === "error" && !sameBytes(state, defaultGenerator.getState())) {
      defaultGenerator.setState(state);
      throw new ValueError(
        "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation out of vmap",
      );
    }
    return stacked(results, along) as R;
  };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, i) => byte === b[i]);

/** The numbers of samples in the tensors that are mapped. */
function sizesOf(arg: unknown, dim: MappedDims | undefined): number[] {
  if (dim === null || dim === undefined) return [];
  if (!(arg instanceof Tensor))
    return partsOf(arg).flatMap(([key, part]) => sizesOf(part, partOf(dim, key) as MappedDims));
  return [arg.shape[mapped(dim, arg.ndim)]];
}

/** @throws ValueError for what is no dimension of a tensor. */
function mapped(dim: MappedDims, rank: number): number {
  if (typeof dim !== "number") throw new ValueError("vmap: a dimension must be a number, or null for what is shared");
  if (rank === 0) throw new IndexError("vmap: a tensor of no dimension has no samples; use null for what is shared");
  return normalizeDim(dim, rank);
}

function partsOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null && leavesOf(value).length > 0 ? Object.entries(value) : [];
}

function sampleOf(arg: unknown, dim: MappedDims | undefined, sample: number): unknown {
  if (dim === null || dim === undefined) return arg;
  if (arg instanceof Tensor) return select(arg, mapped(dim, arg.ndim), sample);
  const parts = partsOf(arg);
  if (parts.length === 0) return arg;
  const taken = parts.map(([key, part]) => [key, sampleOf(part, partOf(dim, key) as MappedDims, sample)] as const);
  return Array.isArray(arg) ? taken.map(([, part]) => part) : Object.fromEntries(taken);
}

/** The results of all samples as one, of the same structure. @throws ValueError for what is no tensor. */
function stacked(results: readonly unknown[], dim: MappedDims): unknown {
  const [first] = results;
  if (first instanceof Tensor) {
    if (dim === null || typeof dim !== "number")
      throw new ValueError("vmap: outDims must have a number for each result");
    return stack(results as Tensor[], dim);
  }
  const parts = partsOf(first);
  if (parts.length === 0)
    throw new ValueError("vmap: the function must give tensors, or arrays and records of tensors");
  const all = parts.map(
    ([key]) =>
      [
        key,
        stacked(
          results.map((each) => (each as Record<string, unknown>)[key]),
          partOf(dim, key) as MappedDims,
        ),
      ] as const,
  );
  return Array.isArray(first) ? all.map(([, part]) => part) : Object.fromEntries(all);
}

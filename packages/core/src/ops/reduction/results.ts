import type { Tensor } from "../../tensor/tensor.ts";

/**
 * The results of an operation that has several, in order and by name, like PyTorch's named tuples.
 *
 * @example
 * const [values, indices] = torch.sort(x);
 * const { values } = torch.sort(x);
 * torch.sort(x)[0];
 */
export type Results<Name extends string> = Readonly<Record<Name, Tensor>> &
  Iterable<Tensor> & { readonly length: number; readonly [index: number]: Tensor };

/**
 * Makes named results: an array with the names as properties (which do not count when it is walked).
 *
 * @param type what PyTorch calls the named tuple, as it is printed: "topk"; without one, it prints as a plain tuple.
 */
export function namedResults<Name extends string>(
  names: readonly Name[],
  tensors: readonly Tensor[],
  type?: string,
): Results<Name> {
  const results: Tensor[] = [...tensors];
  for (const [i, name] of names.entries()) Object.defineProperty(results, name, { value: results[i] });
  const print = (): string =>
    type === undefined
      ? `(${results.join(", ")})`
      : `torch.return_types.${type}(\n${names.map((name, i) => `${name}=${results[i]}`).join(",\n")})`;
  Object.defineProperty(results, "toString", { value: print });
  Object.defineProperty(results, Symbol.for("nodejs.util.inspect.custom"), { value: print });
  return results as unknown as Results<Name>;
}

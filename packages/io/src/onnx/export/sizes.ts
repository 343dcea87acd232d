import { OnnxExportError } from "../errors.ts";
import type { GraphBuilder } from "./builder.ts";

/** A size in each of the traces: equal everywhere if it is fixed. */
export type Size = readonly number[];

export const isFixed = (size: Size): boolean => size.every((n) => n === size[0]);
export const isOne = (size: Size): boolean => size.every((n) => n === 1);
export const sameSize = (a: Size, b: Size): boolean => a.every((n, k) => n === b[k]);
export const sameSizes = (a: readonly Size[], b: readonly Size[]): boolean =>
  a.length === b.length && a.every((size, d) => sameSize(size, b[d]));

/** Something known at run time that sizes are computed from: [values in the traces, its value as an int64 tensor [1]]. */
interface Atom {
  readonly values: Size;
  readonly tensor: () => string;
}

const largestDivisor = 16;

/**
 * Sizes as computations. The program was traced with several sizes of its inputs; a size that differed between the traces is
 * looked for among the sizes of tensors that are there already, their multiples, products and quotients. With six traces of
 * unlike sizes, what fits all of them is what the program computed.
 */
export class Sizes {
  readonly #builder: GraphBuilder;
  readonly #atoms = new Map<string, Atom>();
  readonly #exactDivision: boolean;

  /** @param exactDivision whether quotients were without rest in all traces, by their choice. */
  constructor(builder: GraphBuilder, exactDivision: boolean) {
    this.#builder = builder;
    this.#exactDivision = exactDivision;
  }

  /** Remembers the sizes of a tensor that is there. */
  know(name: string, shape: readonly Size[]): void {
    for (const [d, size] of shape.entries()) {
      if (isFixed(size)) continue;
      const key = size.join();
      if (this.#atoms.has(key)) continue;
      const tensor = (): string => this.#builder.node("Shape", [name], { start: d, end: d + 1 });
      this.#atoms.set(key, { values: size, tensor });
    }
  }

  /** A size as an int64 tensor of one element. @throws OnnxExportError where it is no function of known sizes. */
  tensor(size: Size, what = "a size"): string {
    if (isFixed(size)) return this.#builder.integers([size[0]]);
    const key = size.join();
    let atom = this.#atoms.get(key);
    if (atom === undefined) {
      const name = this.#compute(size);
      if (name === null)
        throw new OnnxExportError(
          `${what} depends on the sizes of the inputs in a way that was not understood: it was ${size.join(", ")} when the program was traced ` +
            `with ${[...this.#atoms.values()].map(({ values }) => values.join(", ")).join("; ")}. Make that dimension fixed`,
        );
      atom = { values: size, tensor: () => name };
      this.#atoms.set(key, atom);
    }
    return atom.tensor();
  }

  /** A shape as an int64 tensor. */
  shape(sizes: readonly Size[]): string {
    if (sizes.every(isFixed)) return this.#builder.integers(sizes.map((size) => size[0]));
    if (sizes.length === 1) return this.tensor(sizes[0]);
    return this.#builder.node(
      "Concat",
      sizes.map((size) => this.tensor(size)),
      { axis: 0 },
    );
  }

  #compute(size: Size): string | null {
    const atoms = [...this.#atoms.values()];
    for (const atom of atoms) {
      const line = this.#onLine(size, atom.values, atom.tensor);
      if (line !== null) return line;
    }
    for (const [i, a] of atoms.entries()) {
      for (const b of atoms.slice(i)) {
        const together = this.#onLine(
          size,
          a.values.map((n, k) => n + b.values[k]),
          () => this.#builder.node("Add", [a.tensor(), b.tensor()]),
        );
        if (together !== null) return together;
        const values = a.values.map((n, k) => n * b.values[k]);
        const product = (): string => this.#builder.node("Mul", [a.tensor(), b.tensor()]);
        const line = this.#onLine(size, values, product);
        if (line !== null) return line;
        for (const c of atoms) {
          const three = values.map((n, k) => n * c.values[k]);
          const line3 = this.#onLine(size, three, () => this.#builder.node("Mul", [product(), c.tensor()]));
          if (line3 !== null) return line3;
        }
      }
    }
    return null;
  }

  /** floor((p · x + r) / q), or null if there is no such line through all points. */
  #onLine(size: Size, x: Size, tensor: () => string): string | null {
    const other = x.findIndex((n) => n !== x[0]);
    if (other < 0) return null;
    for (let q = 1; q <= largestDivisor; q++) {
      const p = quotientSlope(size, x, q);
      if (p === null || p === 0) continue;
      const rest = restOf(size, x, p, q, this.#exactDivision);
      if (rest === null) continue;
      const builder = this.#builder;
      let name = tensor();
      if (p !== 1) name = builder.node("Mul", [name, builder.integers([p])]);
      if (rest !== 0) name = builder.node("Add", [name, builder.integers([rest])]);
      return q === 1 ? name : builder.node("Div", [name, builder.integers([q])]);
    }
    return null;
  }
}

/** The p for which p · x / q grows as `size` does, between the smallest and the largest x. */
function quotientSlope(size: Size, x: Size, q: number): number | null {
  const low = x.indexOf(Math.min(...x));
  const high = x.indexOf(Math.max(...x));
  const slope = (q * (size[high] - size[low])) / (x[high] - x[low]);
  // With rounding down, the ends may be off by less than one each.
  const p = Math.round(slope);
  const tolerance = q === 1 ? 0 : q / (x[high] - x[low]);
  return Math.abs(slope - p) <= tolerance ? p : null;
}

/** The r for which floor((p · x + r) / q) is `size` everywhere. More than one would be a guess. */
function restOf(size: Size, x: Size, p: number, q: number, exact: boolean): number | null {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const [k, n] of size.entries()) {
    low = Math.max(low, q * n - p * x[k]);
    high = Math.min(high, q * n - p * x[k] + q - 1);
  }
  if (low > high) return null;
  if (exact) return x.every((n, k) => p * n + low === q * size[k]) ? low : null;
  return low === high ? low : null;
}

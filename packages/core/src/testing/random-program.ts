/** Programs of random steps over a pool of tensors, each tensor beside a naive array that says what it must hold. */
import type { Scalar } from "../backend/meaning.ts";
import { type DType, type HostArray, hostArray, isFloat } from "../dtype/dtype.ts";
import { resultType } from "../dtype/promotion.ts";
import { numelOf, sameShape } from "../graph/type.ts";
import { noGrad } from "../runtime/mode.ts";
import { fromHost } from "../tensor/creation.ts";
import { insideModule } from "./inside-module.ts";
import "../tensor/methods.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Naive } from "./naive.ts";

/** One step: which kind, and numbers that choose operands and sizes by remainders. */
export interface Step {
  readonly kind: number;
  readonly picks: readonly [number, number, number, number];
  /** Runs as inside a module: results are not kept unasked. */
  readonly inside: boolean;
}

export interface Entry {
  readonly tensor: Tensor;
  readonly naive: Naive;
}

/** What a program has read: a label and the values. */
export type Reads = [string, HostArray][];

export const dtypes: readonly DType[] = ["float32", "float64", "int64", "int32", "int8", "uint8", "bool"];
export const sizes = [1, 2, 3, 4, 0, 5, 7];
export const largest = 400;

export class RandomProgram {
  readonly reads: Reads = [];
  /** Where a computed float may differ from the naive one in its last bits. */
  readonly mismatches: string[] = [];
  protected readonly pool: Entry[] = [];
  private readonly checked: boolean;
  private count = 0;

  /** @param checked compares every result with the naive arrays at once (for eager evaluation). */
  constructor(checked: boolean) {
    this.checked = checked;
  }

  run(steps: readonly Step[], kinds: readonly Kind[]): Reads {
    for (const step of steps) {
      const apply = kinds[step.kind % kinds.length];
      const one = (): void => apply(this, step.picks);
      this.around(() => (step.inside ? insideModule("m", one) : one()));
      this.count++;
    }
    for (const [n, entry] of this.pool.entries()) this.read(`end ${n}`, entry);
    return this.reads;
  }

  protected around(step: () => void): void {
    noGrad(step);
  }

  read(label: string, { tensor, naive }: Entry): void {
    const data = tensor.dataSync();
    this.reads.push([label, data]);
    if (!this.checked) return;
    const expected = naive.toHost();
    for (let i = 0; i < expected.length; i++) {
      if (Object.is(data[i], expected[i])) continue;
      this.mismatches.push(`${label} [${naive.shape}] ${naive.dtype}: element ${i} is ${data[i]}, not ${expected[i]}`);
      return;
    }
  }

  add(tensor: Tensor, naive: Naive): Entry {
    if (!sameShape(tensor.shape, naive.shape) || tensor.dtype !== naive.dtype)
      throw new Error(`a ${tensor.dtype}[${tensor.shape}] where a ${naive.dtype}[${naive.shape}] was expected`);
    const entry = { tensor, naive };
    this.pool.push(entry);
    return entry;
  }

  /** A float result whose order of summation is not the naive one: close to it, and its bits are what counts from now on. */
  addRounded(tensor: Tensor, naive: Naive): void {
    if (!this.checked || !isFloat(naive.dtype)) {
      this.add(tensor, naive);
      return;
    }
    const data = tensor.dataSync();
    const expected = naive.toHost();
    for (let i = 0; i < data.length; i++) {
      const [a, b] = [Number(data[i]), Number(expected[i])];
      const tolerance = (naive.dtype === "float32" ? 1e-5 : 1e-12) * Math.max(1, Math.abs(b));
      if (!Object.is(a, b) && !(Math.abs(a - b) <= tolerance) && Math.abs(b) < 1e30)
        this.mismatches.push(`step ${this.count}: sum ${i} is ${a}, not about ${b}`);
    }
    this.add(tensor, Naive.fromHost(data, naive.dtype, naive.shape));
  }

  pick(n: number, fits: (entry: Entry) => boolean = () => true): Entry | undefined {
    const found = this.pool.filter(fits);
    return found[n % Math.max(found.length, 1)];
  }

  leaf(shape: readonly number[], dtype: DType, seed: number): Entry {
    const data = hostArray(dtype, numelOf(shape));
    let state = seed + 1;
    for (let i = 0; i < data.length; i++) {
      state = (Math.imul(state, 48271) + 11) & 0x7fffffff;
      data[i] = elementFrom(dtype, state >> 8) as never;
    }
    return this.add(fromHost(data, shape, dtype), Naive.fromHost(data, dtype, shape));
  }
}

function elementFrom(dtype: DType, n: number): Scalar {
  switch (dtype) {
    case "bool":
      return n % 2;
    case "int64":
      return BigInt((n % 13) - 6);
    case "int32":
    case "int8":
      return (n % 13) - 6;
    case "uint8":
      return n % 13;
    default: {
      const special = [Number.NaN, Number.POSITIVE_INFINITY, -0][n % 90];
      return special ?? ((n % 37) - 18) / 4;
    }
  }
}

export function shapeFrom([a, b, c]: readonly number[]): number[] {
  const shape = [a, b, c, a >> 4].slice(0, a % 5 === 4 ? 4 : a % 4).map((n, d) => sizes[(n >> (2 + d)) % sizes.length]);
  return numelOf(shape) > largest ? [] : shape;
}

export type Kind = (program: RandomProgram, picks: readonly [number, number, number, number]) => void;

export const hasDims = ({ naive }: Entry): boolean => naive.shape.length > 0;
export const isNumber = ({ naive }: Entry): boolean => naive.dtype !== "bool";
/** Sums keep their dtype. */
export const isWide = ({ naive }: Entry): boolean => isFloat(naive.dtype) || naive.dtype === "int64";
export const isFloatEntry = ({ naive }: Entry): boolean => isFloat(naive.dtype);

/** A tensor over random data. */
export function leaf(p: RandomProgram, picks: readonly [number, number, number, number]): void {
  p.leaf(shapeFrom(picks), dtypes[picks[3] % dtypes.length], picks[2]);
}

/** Both operands in the dtype and shape that they promote and broadcast to; null if they do not. */
export function together(x: Entry, y: Entry): [Naive, Naive] | null {
  const rank = Math.max(x.naive.shape.length, y.naive.shape.length);
  const sizesOf = (s: readonly number[]): number[] => [...new Array<number>(rank - s.length).fill(1), ...s];
  const [s, t] = [sizesOf(x.naive.shape), sizesOf(y.naive.shape)];
  if (s.some((n, d) => n !== t[d] && n !== 1 && t[d] !== 1)) return null;
  const shape = s.map((n, d) => (n === 1 ? t[d] : n));
  if (numelOf(shape) > largest) return null;
  const dtype = resultType([x.naive, y.naive]);
  return [x.naive.cast(dtype).broadcast(shape), y.naive.cast(dtype).broadcast(shape)];
}

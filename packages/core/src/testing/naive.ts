/** Strided arrays without laziness, fusion or buffers: what random programs are compared with. */
import { castFunction, type Scalar, scalarMeaning } from "../backend/meaning.ts";
import type { ScalarOp } from "../backend/scalar.ts";
import { isCompare } from "../backend/scalar.ts";
import { type DType, type HostArray, hostArray, isFloat } from "../dtype/dtype.ts";
import { contiguousStrides, numelOf } from "../graph/type.ts";

/** Every index of a shape, in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  let all: number[][] = [[]];
  for (const size of shape) all = all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i]));
  return all;
}

/** A view of shared memory, as in PyTorch. */
export class Naive {
  readonly memory: Scalar[];
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;

  constructor(
    memory: Scalar[],
    dtype: DType,
    shape: readonly number[],
    strides = contiguousStrides(shape),
    offset = 0,
  ) {
    this.memory = memory;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
  }

  static build(dtype: DType, shape: readonly number[], at: (index: readonly number[]) => Scalar): Naive {
    return new Naive(indicesOf(shape).map(at), dtype, shape);
  }

  static fromHost(data: HostArray, dtype: DType, shape: readonly number[]): Naive {
    return new Naive(Array.from(data as ArrayLike<Scalar>), dtype, shape);
  }

  place(index: readonly number[]): number {
    let at = this.offset;
    for (const [d, i] of index.entries()) at += i * this.strides[d];
    return at;
  }

  get(index: readonly number[]): Scalar {
    return this.memory[this.place(index)];
  }

  view(shape: readonly number[], strides: readonly number[], offset = this.offset): Naive {
    return new Naive(this.memory, this.dtype, shape, [...strides], offset);
  }

  /** Writes `source`, of the same shape, converted. It is read whole before anything is written. */
  write(source: Naive): void {
    const convert = castFunction(source.dtype, this.dtype);
    const all = indicesOf(this.shape);
    const values = all.map((index) => convert(source.get(index)));
    for (const [n, index] of all.entries()) this.memory[this.place(index)] = values[n];
  }

  copy(): Naive {
    return Naive.build(this.dtype, this.shape, (index) => this.get(index));
  }

  cast(dtype: DType): Naive {
    const convert = castFunction(this.dtype, dtype);
    return Naive.build(dtype, this.shape, (index) => convert(this.get(index)));
  }

  broadcast(shape: readonly number[]): Naive {
    const lead = shape.length - this.shape.length;
    return this.view(
      shape,
      shape.map((_, d) => (d < lead || this.shape[d - lead] === 1 ? 0 : this.strides[d - lead])),
    );
  }

  /** Distinct indices lie at distinct places. */
  get isWritable(): boolean {
    const places = indicesOf(this.shape).map((index) => this.place(index));
    return new Set(places).size === places.length;
  }

  get isContiguous(): boolean {
    const row = contiguousStrides(this.shape);
    return numelOf(this.shape) === 0 || this.shape.every((size, d) => size === 1 || this.strides[d] === row[d]);
  }

  toHost(): HostArray {
    const all = indicesOf(this.shape);
    const host = hostArray(this.dtype, all.length);
    for (const [n, index] of all.entries()) host[n] = this.get(index) as never;
    return host;
  }
}

/** An elementwise operation of arrays of one dtype (`where`: a condition first) and one shape. */
export function elementwise(op: ScalarOp, ...inputs: Naive[]): Naive {
  const { dtype, shape } = inputs[inputs.length - 1];
  const apply = scalarMeaning(op, dtype);
  return Naive.build(isCompare(op) ? "bool" : dtype, shape, (index) => apply(...inputs.map((x) => x.get(index))));
}

/** Folds `dims` away, in row-major order; floats are added in float64. */
export function fold(
  x: Naive,
  dims: readonly number[],
  start: Scalar,
  combine: (a: Scalar, b: Scalar) => Scalar,
): Naive {
  const kept = x.shape.flatMap((size, d) => (dims.includes(d) ? [] : [size]));
  const round = castFunction(isFloat(x.dtype) ? "float64" : x.dtype, x.dtype);
  const inner = indicesOf(dims.map((d) => x.shape[d]));
  return Naive.build(x.dtype, kept, (index) => {
    let total = start;
    for (const part of inner) {
      let next = 0;
      const at = x.shape.map((_, d) => (dims.includes(d) ? part[dims.indexOf(d)] : index[next++]));
      total = combine(total, x.get(at));
    }
    return round(total);
  });
}

/** Equal values with equal bits; every NaN counts as the same. */
export function sameBits(a: HostArray, b: HostArray): boolean {
  if (a.constructor !== b.constructor || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

import { RecentMap } from "../backend/recent-map.ts";
import { type DType, dtypeInfo } from "../dtype/dtype.ts";
import { ShapeError } from "../errors.ts";

/** A dtype and a shape, interned: equal types in use are one object with one `id`. */
export interface TensorType {
  readonly id: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly numel: number;
  readonly bytes: number;
}

const types = new RecentMap<string, TensorType>(16_384);
let made = 0;

export function numelOf(shape: readonly number[]): number {
  let n = 1;
  for (const size of shape) n *= size;
  return n;
}

export function tensorType(dtype: DType, shape: readonly number[]): TensorType {
  const key = `${dtype}:${shape.join(",")}`;
  let type = types.get(key);
  if (type === undefined) {
    for (const size of shape)
      if (!Number.isInteger(size) || size < 0)
        throw new ShapeError(`a size must be a non-negative integer, but got ${size} in [${shape.join(", ")}]`);
    const numel = numelOf(shape);
    type = { id: made++, dtype, shape: Object.freeze(shape.slice()), numel, bytes: numel * dtypeInfo(dtype).bytes };
    types.set(key, type);
  }
  return type;
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= Math.max(shape[d], 1);
  }
  return strides;
}

/** Whether two lists have the same items. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export { sameItems as sameShape };

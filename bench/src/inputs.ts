import type { HostTensor, Inputs } from "./contender.ts";

/** Uniform numbers in [low, high), the same in every run: the mulberry32 generator. */
export function uniform(shape: readonly number[], seed: number, low = -1, high = 1): HostTensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let state = seed >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    data[i] = low + ((high - low) * ((mixed ^ (mixed >>> 14)) >>> 0)) / 2 ** 32;
  }
  return { shape, data };
}

/** The tensor with its dimensions in another order, laid out anew. */
export function permuted({ shape, data }: HostTensor, order: readonly number[]): HostTensor {
  const strides = shape.map((_, dim) => shape.slice(dim + 1).reduce((a, b) => a * b, 1));
  const sizes = order.map((dim) => shape[dim]);
  const steps = order.map((dim) => strides[dim]);
  const result = new Float32Array(data.length);
  const at = order.map(() => 0);
  for (let i = 0, from = 0; i < result.length; i++) {
    result[i] = data[from];
    for (let dim = at.length - 1; dim >= 0; dim--) {
      from += steps[dim];
      if (++at[dim] < sizes[dim]) break;
      from -= steps[dim] * sizes[dim];
      at[dim] = 0;
    }
  }
  return { shape: sizes, data: result };
}

/** The transpose of a matrix. */
export function transposed(matrix: HostTensor): HostTensor {
  return permuted(matrix, [1, 0]);
}

/** The weights of a training's inputs: all but x and y. */
export function weightsOf({ x, y, ...weights }: Inputs): Inputs {
  return weights;
}

import type { HostTensor } from "./contender.ts";

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

/** The transpose of a matrix [rows, columns]. */
export function transposed({ shape: [rows, columns], data }: HostTensor): HostTensor {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
  return { shape: [columns, rows], data: result };
}

/** Sorting the rows of a sort kernel: keys at `address`, positions of four bytes after them. */
import type { HostFunction } from "./lowering/imports.ts";
import type { Allocator } from "./memory/allocator.ts";

/** Runs this short are sorted by insertion. */
const shortRun = 12;

/**
 * Sorts positions by a bottom-up merge, which keeps the order of equals. `after(a, b)` says whether key a belongs after key
 * b; it must hold for no pair both ways.
 */
function sortPositions(positions: Int32Array, spare: Int32Array, after: (a: number, b: number) => boolean): void {
  const count = positions.length;
  for (let start = 0; start < count; start += shortRun) {
    const end = Math.min(start + shortRun, count);
    for (let i = start; i < end; i++) {
      let at = i;
      for (; at > start && after(positions[at - 1], i); at--) positions[at] = positions[at - 1];
      positions[at] = i;
    }
  }
  let from = positions;
  let to = spare;
  for (let width = shortRun; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const takeRight = left === middle || (right < end && after(from[left], from[right]));
        to[at] = takeRight ? from[right++] : from[left++];
      }
    }
    [from, to] = [to, from];
  }
  if (from !== positions) positions.set(from);
}

let spare = new Int32Array(0);

function positionsAt(
  buffer: ArrayBuffer,
  address: number,
  count: number,
  after: (a: number, b: number) => boolean,
): void {
  if (spare.length < count) spare = new Int32Array(count);
  sortPositions(new Int32Array(buffer, address, count), spare.subarray(0, count), after);
}

/** The functions that sort kernels call. NaN is the greatest; equal values (−0 and 0 too) keep their order. */
export function sortFunctions(allocator: Allocator): Readonly<Record<string, HostFunction>> {
  const signature = { parameters: ["i32", "i32", "i32"], results: [] } as const;
  return {
    sort_floats: {
      ...signature,
      call(signed: number, count: number, descending: number): void {
        const address = signed >>> 0;
        const { buffer } = allocator.bytes;
        const keys = new Float64Array(buffer, address, count);
        const after = descending
          ? (a: number, b: number) => keys[a] < keys[b] || (Number.isNaN(keys[b]) && !Number.isNaN(keys[a]))
          : (a: number, b: number) => keys[a] > keys[b] || (Number.isNaN(keys[a]) && !Number.isNaN(keys[b]));
        positionsAt(buffer, address + 8 * count, count, after);
      },
    },
    sort_integers: {
      ...signature,
      call(signed: number, count: number, descending: number): void {
        const address = signed >>> 0;
        const { buffer } = allocator.bytes;
        const keys = new BigInt64Array(buffer, address, count);
        const after = descending
          ? (a: number, b: number) => keys[a] < keys[b]
          : (a: number, b: number) => keys[a] > keys[b];
        positionsAt(buffer, address + 8 * count, count, after);
      },
    },
  };
}

/** Dimensions, and what nodes say of them. */
import type { Call } from "../call.ts";
import { countOf } from "../host-value.ts";

export function axisIn(call: Call, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= Math.max(rank, 1))
    throw call.error(`there is no dimension ${axis} of ${rank}`);
  return at;
}

/** ONNX's target of a reshape as a shape: 0 is taken over, -1 is what is left. */
export function reshapeTarget(call: Call, from: readonly number[], target: readonly number[]): number[] {
  const copies = call.int("allowzero", 0) === 0;
  const shape = target.map((n, d) => {
    if (n !== 0 || !copies) return n;
    if (d >= from.length) throw call.error(`takes over dimension ${d} of [${from.join(", ")}], which there is not`);
    return from[d];
  });
  const unknown = shape.indexOf(-1);
  const known = shape.reduce((n, size, d) => (d === unknown ? n : n * size), 1);
  if (unknown >= 0) shape[unknown] = known === 0 ? 0 : countOf(from) / known;
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0) || countOf(shape) !== countOf(from))
    throw call.error(`[${from.join(", ")}] cannot be reshaped to [${target.join(", ")}]`);
  return shape;
}

/** Ranges are made at once: what a damaged file asks for must not take all memory. */
export function requireLength(call: Call, length: number): void {
  if (!(Math.abs(length) <= 2 ** 27)) throw call.error(`a range of ${length} elements`);
}

/** A slice of a dimension: limits beyond it end at it. */
export function sliceOf(
  call: Call,
  size: number,
  from: number,
  to: number,
  step: number,
): { start: number; size: number; step: number } {
  if (!Number.isInteger(step) || step === 0) throw call.error(`a step of ${step}`);
  const clamp = (n: number, low: number, high: number): number => Math.min(Math.max(n, low), high);
  const begin = from < 0 ? from + size : from;
  const end = to < 0 ? to + size : to;
  if (step > 0) {
    const start = clamp(begin, 0, size);
    return { start, size: Math.max(0, Math.ceil((clamp(end, 0, size) - start) / step)), step };
  }
  const start = clamp(begin, 0, size - 1);
  return { start, size: size === 0 ? 0 : Math.max(0, Math.ceil((clamp(end, -1, size - 1) - start) / step)), step };
}

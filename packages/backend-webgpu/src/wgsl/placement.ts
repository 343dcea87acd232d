import type { DType } from "@cresset/core/backend";
import { type Storage, storageOf } from "./types.ts";

/**
 * Where an operand lies: in the heap, a buffer that all small values share, at an offset that the call gives; or in a buffer
 * of its own, bound by itself; or, where a kernel has more of these than may be bound, packed with others into one buffer.
 */
export type Place =
  | { readonly kind: "heap" | "packed" }
  | { readonly kind: "own"; readonly binding: number; readonly storage: Storage; readonly writable: boolean };

/** Places of a kernel's operands, and the text that is part of its pipeline's key. */
export interface Placement {
  readonly places: readonly Place[];
  readonly heap: boolean;
  /** The binding of the buffer of those that are packed, or −1. */
  readonly packed: number;
  readonly own: number;
  /** Whether the adapter rounds to float16. */
  readonly half: boolean;
  readonly key: string;
}

export interface PlacedOperand {
  readonly dtype: DType;
  readonly access: "read" | "write" | "update";
  readonly inHeap: boolean;
}

/**
 * @param half whether large float16 buffers hold two values to a word, and the adapter rounds to float16.
 * @param bindings how many storage buffers may be bound.
 */
export function placeOperands(operands: readonly PlacedOperand[], half: boolean, bindings: number): Placement {
  const heap = operands.some(({ inHeap }) => inHeap);
  let binding = heap ? 1 : 0;
  const alone = operands.filter(({ inHeap }) => !inHeap).length;
  // The buffer of those that are packed takes a binding too.
  let toPack = binding + alone > bindings ? alone - (bindings - binding - 1) : 0;
  const packed = toPack > 0 ? binding++ : -1;
  const places = operands.map(({ dtype, access, inHeap }): Place => {
    if (inHeap) return { kind: "heap" };
    // Packed values are whole words.
    if (toPack > 0 && storageOf(dtype, half) !== "f16") {
      toPack--;
      return { kind: "packed" };
    }
    return { kind: "own", binding: binding++, storage: storageOf(dtype, half), writable: access !== "read" };
  });
  const key = places
    .map((place) => (place.kind === "own" ? (place.storage === "f16" ? "f" : "o") : place.kind[0]))
    .join("");
  return { places, heap, packed, half, own: places.filter(({ kind }) => kind === "own").length, key };
}

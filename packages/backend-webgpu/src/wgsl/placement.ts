import type { DType } from "@cresset/core/backend";
import { bytesOfStorage, type Storage, storageOf } from "./types.ts";

/**
 * Where an operand lies: in the heap, a buffer that all small values share, at an offset that the call gives; or in a buffer
 * of its own, bound by itself; or, where a kernel has more of these than may be bound, packed with others into one buffer.
 */
export type Place = { readonly kind: "heap" | "packed" } | OwnPlace;

export interface OwnPlace {
  readonly kind: "own";
  readonly binding: number;
  readonly storage: Storage;
  readonly writable: boolean;
  /** How many bindings it takes, one after another: a value may be larger than a binding. */
  readonly parts: number;
  /** Elements of each part but the last. */
  readonly partLength: number;
  /** Whether it is bound as vectors of four elements. */
  readonly fours: boolean;
}

/** Places of a kernel's operands, and the text that is part of its pipeline's key. */
export interface Placement {
  readonly places: readonly Place[];
  readonly heap: boolean;
  /** The binding of the buffer of those that are packed, or −1. */
  readonly packed: number;
  /** How many bindings those of their own take. */
  readonly own: number;
  /** Whether the adapter rounds to float16. */
  readonly half: boolean;
  readonly key: string;
}

export interface PlacedOperand {
  readonly dtype: DType;
  readonly access: "read" | "write" | "update";
  readonly inHeap: boolean;
  /** Of a buffer of its own. */
  readonly bytes: number;
  /** Whether the kernel takes four elements at a time, where they have a buffer of their own. */
  readonly fours: boolean;
}

/** What of a device decides where operands are bound. */
export interface Bindings {
  /** Whether large float16 buffers hold two values to a word, and the adapter rounds to float16. */
  readonly half: boolean;
  /** How many storage buffers may be bound. */
  readonly count: number;
  /** The most bytes of each. */
  readonly bytes: number;
}

/** Where parts may begin, on every adapter. */
const alignment = 256;

/** Bytes of the parts in which a value is bound. */
export const partBytes = (binding: number): number => Math.floor(binding / alignment) * alignment;

export function placeOperands(operands: readonly PlacedOperand[], { half, count, bytes }: Bindings): Placement {
  const largest = partBytes(bytes);
  const partsOf = (operand: PlacedOperand): number => Math.max(1, Math.ceil(operand.bytes / largest));
  const heap = operands.some(({ inHeap }) => inHeap);
  let binding = heap ? 1 : 0;
  const needed = operands.reduce((n, operand) => n + (operand.inHeap ? 0 : partsOf(operand)), binding);
  // Packed values are whole words.
  const packable = (operand: PlacedOperand): boolean =>
    !operand.inHeap && partsOf(operand) === 1 && storageOf(operand.dtype, half) !== "f16";
  // The buffer of those that are packed takes a binding too. Where packing does not help, who counts bindings says so.
  let toPack = needed > count ? needed - count + 1 : 0;
  if (toPack > operands.filter(packable).length) toPack = 0;
  const packed = toPack > 0 ? binding++ : -1;
  const places = operands.map((operand): Place => {
    const { dtype, access, inHeap } = operand;
    if (inHeap) return { kind: "heap" };
    const storage = storageOf(dtype, half);
    const parts = partsOf(operand);
    if (toPack > 0 && packable(operand)) {
      toPack--;
      return { kind: "packed" };
    }
    const first = binding;
    binding += parts;
    const partLength = largest / bytesOfStorage(storage);
    const fours = operand.fours && parts === 1;
    return { kind: "own", binding: first, storage, writable: access !== "read", parts, partLength, fours };
  });
  const letter = ({ storage, parts, fours }: OwnPlace): string =>
    (storage === "f16" ? "f" : "o") + (fours ? "v" : "") + (parts > 1 ? parts : "");
  const key = places.map((place) => (place.kind === "own" ? letter(place) : place.kind[0])).join("");
  const own = binding - (heap ? 1 : 0) - (packed >= 0 ? 1 : 0);
  return { places, heap, packed, half, own, key };
}

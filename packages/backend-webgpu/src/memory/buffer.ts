import { type BackendBuffer, BackendError, type DType } from "@cresset/core/backend";
import { both } from "../ready.ts";
import { bytesOfStorage, type Storage } from "../wgsl/types.ts";
import type { HeapPlace } from "./growing-heap.ts";
import type { Creation } from "./maker.ts";
import type { Limit } from "./pool.ts";

/** Values up to this size live in the heap, unless the options say otherwise, or the device allows only a small one. */
export const defaultHeapBytes = 1024 * 1024;

/** The same on a device: the heap has room for a thousand such values. @param bytes the most that can be bound. */
export function usualHeapBytes({ bytes }: Limit): number {
  return Math.min(defaultHeapBytes, Math.floor(bytes / 1024));
}

/** A buffer of the device, with a number by which bind groups are found. */
export interface DeviceBuffer {
  readonly id: number;
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  /** Whether somebody else made it, who also destroys it. */
  readonly foreign: boolean;
  readonly creation: Creation;
}

/** Where a value lies now, in bytes: the heap may move. */
export interface Placed {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

/** What buffers belong to: a device, from its opening to its loss. */
export interface Owner {
  readonly lost: BackendError | null;
}

/** A value's place on the device: words of the heap from `offset` on, or a buffer of its own. */
export class WebGpuBuffer implements BackendBuffer {
  readonly dtype: DType;
  readonly length: number;
  readonly storage: Storage;
  readonly bytes: number;
  /** Where in the heap it lies; offset −1 for a buffer of its own. */
  readonly offset: number;
  readonly words: number;
  readonly age: number;
  readonly own: DeviceBuffer | null;
  released = false;
  /** Why it never got its content, or null; known once nothing is arriving. */
  failed: Error | null = null;
  arriving: Promise<void> | null = null;
  /** After a loss there may be another. */
  readonly owner: Owner;

  constructor(owner: Owner, dtype: DType, length: number, storage: Storage, place: HeapPlace | DeviceBuffer) {
    this.owner = owner;
    this.dtype = dtype;
    this.length = length;
    this.storage = storage;
    this.bytes = Math.ceil((length * bytesOfStorage(storage)) / 4) * 4;
    const { offset, words, age } = "offset" in place ? place : { offset: -1, words: 0, age: 0 };
    this.offset = offset;
    this.words = words;
    this.age = age;
    this.own = "offset" in place ? null : place;
  }
}

/** Waits until it is known whether values have memory and content. Null where it is, as it mostly is. */
export function arrivalsOf(buffers: readonly WebGpuBuffer[]): Promise<unknown> | null {
  let all: Promise<unknown> | null = null;
  for (const { own, arriving } of buffers) {
    if (own === null) continue;
    all = both(all, both(own.creation.pending, arriving));
  }
  return all;
}

/** @throws BackendError for a buffer of another backend, or one that was given back. */
export function webGpuBuffer(buffer: BackendBuffer): WebGpuBuffer {
  if (!(buffer instanceof WebGpuBuffer)) throw new BackendError("webgpu: this buffer belongs to another backend");
  if (buffer.released) throw new BackendError("webgpu: this buffer was released");
  return buffer;
}

import { type BackendBuffer, BackendError, type DType } from "@cresset/core/backend";
import { bytesOfStorage, type Storage } from "../wgsl/types.ts";

/** Values up to this size live in the heap, unless the options say otherwise. */
export const defaultHeapBytes = 1024 * 1024;

/** A buffer of the device, with a number by which bind groups are found. */
export interface DeviceBuffer {
  readonly id: number;
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  /** Whether somebody else made it, who also destroys it. */
  readonly foreign: boolean;
}

/** A value's place on the device: words of the heap from `offset` on, or a buffer of its own. */
export class WebGpuBuffer implements BackendBuffer {
  readonly dtype: DType;
  readonly length: number;
  readonly storage: Storage;
  readonly bytes: number;
  /** First word in the heap; −1 for a buffer of its own. */
  offset: number;
  own: DeviceBuffer | null;
  released = false;
  /** The device that it belongs to; after a loss there may be another. */
  readonly owner: object;

  constructor(owner: object, dtype: DType, length: number, storage: Storage, offset: number, own: DeviceBuffer | null) {
    this.owner = owner;
    this.dtype = dtype;
    this.length = length;
    this.storage = storage;
    this.bytes = Math.ceil((length * bytesOfStorage(storage)) / 4) * 4;
    this.offset = offset;
    this.own = own;
  }
}

/** @throws BackendError for a buffer of another backend, or one that was given back. */
export function webGpuBuffer(buffer: BackendBuffer): WebGpuBuffer {
  if (!(buffer instanceof WebGpuBuffer)) throw new BackendError("webgpu: this buffer belongs to another backend");
  if (buffer.released) throw new BackendError("webgpu: this buffer was released");
  return buffer;
}

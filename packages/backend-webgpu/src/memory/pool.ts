import { BackendError } from "@cresset/core/backend";
import type { DeviceBuffer } from "./buffer.ts";

/** Sizes are rounded up to a sixteenth of their power of two, so that nearly equal requests share. */
function rounded(bytes: number): number {
  const unit = Math.max(256, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 4));
  return Math.ceil(Math.max(bytes, 4) / unit) * unit;
}

/** Buffers that were given back are kept for the next request of their size, up to a number of bytes in all. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #usage: number;
  readonly #cap: number;
  readonly #label: string;
  readonly #free = new Map<number, DeviceBuffer[]>();
  /** Bytes of the buffers kept. */
  idleBytes = 0;
  /** Bytes of the buffers in use. */
  usedBytes = 0;
  /** How many were ever created. */
  created = 0;
  readonly #watch: (created: () => GPUBuffer, what: string) => GPUBuffer;
  readonly #largest: number;
  readonly #name: string;
  static #ids = 1;

  constructor(
    device: GPUDevice,
    options: {
      readonly usage: number;
      readonly cap: number;
      readonly label: string;
      readonly adapter: string;
      readonly watch: (create: () => GPUBuffer, what: string) => GPUBuffer;
    },
  ) {
    this.#device = device;
    this.#usage = options.usage;
    this.#cap = options.cap;
    this.#label = options.label;
    this.#watch = options.watch;
    this.#name = options.adapter;
    this.#largest = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  }

  /** @throws BackendError where the adapter allows no buffer of this size. */
  take(bytes: number): DeviceBuffer {
    const size = Math.min(rounded(bytes), this.#largest);
    if (bytes > size) {
      const limit =
        this.#largest === this.#device.limits.maxBufferSize ? "maxBufferSize" : "maxStorageBufferBindingSize";
      throw new BackendError(
        `webgpu: a value of ${bytes} bytes exceeds ${limit} = ${this.#largest} of ${this.#name}. Split the tensor, or use another device.`,
      );
    }
    this.usedBytes += size;
    const reused = this.#free.get(size)?.pop();
    if (reused !== undefined) {
      this.idleBytes -= size;
      return reused;
    }
    this.created++;
    const buffer = this.#watch(
      () => this.#device.createBuffer({ label: this.#label, size, usage: this.#usage }),
      `${this.#label} of ${size} bytes`,
    );
    return { id: BufferPool.#ids++, buffer, bytes: size, foreign: false };
  }

  /** An identity for a buffer that somebody else made. */
  static adopt(buffer: GPUBuffer): DeviceBuffer {
    return { id: BufferPool.#ids++, buffer, bytes: buffer.size, foreign: true };
  }

  give(buffer: DeviceBuffer): void {
    if (buffer.foreign) return;
    this.usedBytes -= buffer.bytes;
    if (this.idleBytes + buffer.bytes > this.#cap) {
      buffer.buffer.destroy();
      return;
    }
    this.idleBytes += buffer.bytes;
    const list = this.#free.get(buffer.bytes);
    if (list === undefined) this.#free.set(buffer.bytes, [buffer]);
    else list.push(buffer);
  }
}

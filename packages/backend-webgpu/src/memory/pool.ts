import { BackendError } from "@cresset/core/backend";
import type { DeviceBuffer } from "./buffer.ts";
import { type BufferMaker, created } from "./maker.ts";

/** Sizes are rounded up to a sixteenth of their power of two, so that nearly equal requests share. */
function rounded(bytes: number): number {
  const unit = Math.max(256, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 4));
  return Math.ceil(Math.max(bytes, 4) / unit) * unit;
}

/** A limit of the adapter. */
export interface Limit {
  readonly name: string;
  readonly bytes: number;
}

export interface PoolOptions {
  readonly usage: number;
  /** Bytes that are kept for later. */
  readonly cap: number;
  readonly label: string;
  readonly limit: Limit;
}

/**
 * Buffers that were given back are kept for the next request of their size, up to a number of bytes in all: those that nobody has
 * asked for the longest make room for others.
 */
export class BufferPool {
  readonly #maker: BufferMaker;
  readonly #options: PoolOptions;
  /** Those kept, by size, in the order in which they were given back. */
  readonly #free = new Map<number, DeviceBuffer[]>();
  readonly #oldestFirst = new Set<DeviceBuffer>();
  /** Bytes of the buffers kept. */
  idleBytes = 0;
  /** Bytes of the buffers in use. */
  usedBytes = 0;
  static #ids = 1;

  constructor(maker: BufferMaker, options: PoolOptions) {
    this.#maker = maker;
    this.#options = options;
  }

  /** Bytes that a buffer may have. */
  get largest(): number {
    return this.#options.limit.bytes;
  }

  /** @throws BackendError where the adapter allows no buffer of this size. */
  take(bytes: number): DeviceBuffer {
    const { label, usage, limit } = this.#options;
    const size = Math.min(rounded(bytes), limit.bytes);
    if (bytes > size)
      throw new BackendError(
        `webgpu: a ${label} of ${bytes} bytes exceeds ${limit.name} = ${limit.bytes} of ${this.#maker.adapter}. Split the tensor, or use another device.`,
      );
    this.usedBytes += size;
    const free = this.#free.get(size);
    for (let reused = free?.pop(); reused !== undefined; reused = free?.pop()) {
      this.idleBytes -= size;
      this.#oldestFirst.delete(reused);
      if (reused.creation.error === null) return reused;
    }
    const made = this.#maker.make(label, size, usage);
    return { id: BufferPool.#ids++, ...made, bytes: size, foreign: false };
  }

  /** An identity for a buffer that somebody else made. */
  static adopt(buffer: GPUBuffer): DeviceBuffer {
    return { id: BufferPool.#ids++, buffer, bytes: buffer.size, foreign: true, creation: created };
  }

  give(buffer: DeviceBuffer): void {
    if (buffer.foreign) return;
    this.usedBytes -= buffer.bytes;
    if (buffer.bytes > this.#options.cap || buffer.creation.error !== null) {
      buffer.buffer.destroy();
      return;
    }
    for (const oldest of this.#oldestFirst) {
      if (this.idleBytes + buffer.bytes <= this.#options.cap) break;
      this.#oldestFirst.delete(oldest);
      this.#free.get(oldest.bytes)?.shift();
      this.idleBytes -= oldest.bytes;
      oldest.buffer.destroy();
    }
    this.idleBytes += buffer.bytes;
    this.#oldestFirst.add(buffer);
    const list = this.#free.get(buffer.bytes);
    if (list === undefined) this.#free.set(buffer.bytes, [buffer]);
    else list.push(buffer);
  }

  /** Destroys what is kept, where memory is short. */
  drain(): void {
    for (const list of this.#free.values()) for (const { buffer } of list) buffer.destroy();
    this.#free.clear();
    this.#oldestFirst.clear();
    this.idleBytes = 0;
  }
}

import type { BackendError } from "@cresset/core/backend";
import { bindingLimit, labelled } from "../adapter.ts";
import type { OperationQueue } from "../operations-queue.ts";
import type { DeviceBuffer } from "./buffer.ts";
import { HeapAllocator } from "./heap.ts";
import { HeapPressure } from "./heap-pressure.ts";
import type { BufferMaker } from "./maker.ts";
import { BufferPool } from "./pool.ts";
import { storageUsage } from "./usage.ts";

const firstWords = 1024 * 1024;

/** Words of the heap, and how often it could not grow before they were allocated. */
export interface HeapPlace {
  readonly offset: number;
  readonly words: number;
  readonly age: number;
}

/** The buffer that all small values share. It grows when operations come so far, into a larger buffer. */
export class GrowingHeap {
  readonly allocator: HeapAllocator;
  readonly pressure: HeapPressure;
  readonly #device: GPUDevice;
  readonly #maker: BufferMaker;
  readonly #queue: OperationQueue;
  #current: DeviceBuffer;
  /** Larger buffers that are not there yet. */
  #growing = 0;
  /** How much of the heap was taken when it was to grow and could not. */
  #failedTop: number | null = null;
  /** Why it did not grow, until it is known whether it does by more. */
  #notYet: BackendError | null = null;
  readonly #failures: { readonly words: number; readonly error: BackendError }[] = [];

  constructor(device: GPUDevice, maker: BufferMaker, queue: OperationQueue) {
    this.#device = device;
    this.#maker = maker;
    this.#queue = queue;
    const limit = bindingLimit(device.limits);
    // The most that offsets into it count.
    const largest = Math.min(limit.bytes, 2 ** 31);
    const name = largest < limit.bytes ? "the size of a heap" : limit.name;
    this.allocator = new HeapAllocator(firstWords, Math.floor(largest / 4), `${name} = ${largest} of ${maker.adapter}`);
    this.pressure = new HeapPressure(largest);
    this.#current = this.#make(this.allocator.capacity);
  }

  /** As operations find it that are due now. */
  get current(): DeviceBuffer {
    return this.#current;
  }

  /** Words of the heap; kept with the number of times that it could not grow before. @throws BackendError where the adapter allows no heap of that size. */
  allocate(words: number): HeapPlace {
    const offset = this.allocator.allocate(words, (capacity, top) => this.#grow(capacity, top));
    return { offset, words, age: this.#failures.length };
  }

  release(place: HeapPlace): void {
    // What is not there may overlap with what was allocated since.
    if (this.#failure(place) === null) this.allocator.release(place.offset, place.words);
    else this.allocator.forget(place.words);
  }

  /** Why these words are not there, or null. */
  missing(place: HeapPlace): BackendError | null {
    const beyond = place.offset + place.words > this.#current.bytes / 4;
    return this.#current.creation.error ?? this.#failure(place) ?? (beyond ? this.#notYet : null);
  }

  #failure({ offset, words, age }: HeapPlace): BackendError | null {
    for (let i = age; i < this.#failures.length; i++)
      if (offset + words > this.#failures[i].words) return this.#failures[i].error;
    return null;
  }

  #make(words: number): DeviceBuffer {
    const made = this.#maker.make("heap", 4 * words, storageUsage);
    return { ...BufferPool.adopt(made.buffer), creation: made.creation, foreign: false };
  }

  #grow(words: number, top: number): void {
    const grown = this.#make(words);
    this.#growing++;
    this.#queue.add(grown.creation.pending, () => {
      this.#growing--;
      const old = this.#current;
      const { error } = grown.creation;
      if (error !== null) {
        this.#failedTop ??= top;
        this.#notYet = error;
        // A larger one may still succeed.
        if (this.#growing > 0) return;
        this.#notYet = null;
        this.#failures.push({ words: old.bytes / 4, error });
        this.allocator.shrink(old.bytes / 4, this.#failedTop);
        this.#failedTop = null;
        return;
      }
      this.#failedTop = null;
      this.#notYet = null;
      this.#current = grown;
      const encoder = this.#device.createCommandEncoder({ label: labelled("a larger heap") });
      encoder.copyBufferToBuffer(old.buffer, 0, grown.buffer, 0, old.bytes);
      this.#device.queue.submit([encoder.finish({ label: labelled("a larger heap") })]);
      old.buffer.destroy();
    });
  }
}

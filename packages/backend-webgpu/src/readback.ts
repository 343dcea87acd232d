import { BackendError, type HostArray, hostArray } from "@cresset/core/backend";
import { labelled } from "./adapter.ts";
import type { Placed, WebGpuBuffer } from "./memory/buffer.ts";
import type { Uncaught } from "./memory/maker.ts";
import type { BufferPool } from "./memory/pool.ts";
import { fromDevice } from "./memory/transfer.ts";
import { mapRead } from "./memory/usage.ts";

/** Words for the outcome of as many runs. */
export const statusWords = 4096;
/** Outcomes that may be unknown at a time. */
export const mostPending = 256;
/** What the word of a run says as long as no check of it has failed. */
export const fine = 0xffffffff;

/** A run with checks whose outcome nobody knows yet. */
export interface PendingStatus {
  readonly slot: number;
  /** The program's checks, in the order in which the word counts them. */
  readonly checks: readonly number[];
  readonly settle: (status: number) => void;
  readonly fail: (error: Error) => void;
}

interface Shared {
  readonly device: GPUDevice;
  readonly staging: BufferPool;
  readonly status: GPUBuffer;
  readonly uncaught: Uncaught;
  place(buffer: WebGpuBuffer): Placed;
}

const unreadable = (): BackendError => new BackendError("webgpu: the outcomes of runs cannot be read");

/** Copies values, and the outcomes of runs, to where the host can see them. */
export class Readback {
  readonly #shared: Shared;
  #pending: PendingStatus[] = [];
  #lost: Error | null = null;
  /** Command buffers submitted. */
  submissions = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** Notes a run that has been submitted. Before words are used again, those who wait for them are told. */
  expect(status: PendingStatus): void {
    this.#pending.push(status);
    if (this.#pending.length >= mostPending) void this.fetch([]).catch(() => undefined);
  }

  /** The device is lost: tells everybody who waits for an outcome that there will be none. */
  abandon(error: Error): void {
    this.#lost = error;
    for (const { fail } of this.#pending) fail(error);
    this.#pending = [];
  }

  async fetch(buffers: readonly WebGpuBuffer[]): Promise<HostArray[]> {
    const { device, staging: pool, status, uncaught, place } = this.#shared;
    // Every part begins where 64-bit elements may.
    const starts: number[] = [];
    let bytes = 0;
    for (const buffer of buffers) {
      starts.push(bytes);
      bytes += Math.ceil(buffer.bytes / 8) * 8;
    }
    if (bytes > pool.largest && buffers.length > 1) {
      const half = Math.ceil(buffers.length / 2);
      return (await Promise.all([this.fetch(buffers.slice(0, half)), this.fetch(buffers.slice(half))])).flat();
    }
    if (bytes > 0 && this.#pending.length > 0 && bytes + 4 * statusWords > pool.largest)
      void this.fetch([]).catch(() => undefined);
    const statusBytes = this.#pending.length > 0 ? 4 * statusWords : 0;
    const size = bytes + statusBytes;
    if (size === 0) return buffers.map(({ dtype }) => hostArray(dtype, 0));
    const places = buffers.map((buffer) => (buffer.bytes === 0 ? null : place(buffer)));
    const staging = pool.take(size);
    const statuses = this.#pending;
    this.#pending = [];
    device.pushErrorScope("validation");
    const encoder = device.createCommandEncoder({ label: labelled("a read") });
    places.forEach((from, i) => {
      if (from !== null)
        encoder.copyBufferToBuffer(from.buffer, from.offset, staging.buffer, starts[i], buffers[i].bytes);
    });
    if (statusBytes > 0) encoder.copyBufferToBuffer(status, 0, staging.buffer, bytes, statusBytes);
    device.queue.submit([encoder.finish({ label: labelled("a read") })]);
    this.submissions++;
    const mapped = staging.buffer.mapAsync(mapRead, 0, size);
    const scope = device.popErrorScope().catch(() => null);
    try {
      // What cannot be mapped was not created, or not copied to: that says more.
      const unmapped = mapped.then(
        () => null,
        (error: Error) => error,
      );
      const [invalid, other] = await Promise.all([scope, unmapped, staging.creation.pending]);
      if (staging.creation.error !== null) throw staging.creation.error;
      const error = invalid ?? other;
      if (error !== null) throw new BackendError(`webgpu: a value cannot be read: ${error.message}`, { cause: error });
      const content = staging.buffer.getMappedRange(0, size).slice(0);
      const outcomes = new Uint32Array(content, bytes, statusBytes / 4);
      for (const { slot, checks, settle } of statuses.splice(0)) {
        const outcome = outcomes[slot];
        settle(outcome === fine ? -1 : checks[outcome]);
      }
      const unexpected = buffers.length > 0 ? uncaught.take() : null;
      if (unexpected !== null) throw unexpected;
      return buffers.map(({ dtype, length, storage }, i) => fromDevice(content, starts[i], dtype, length, storage));
    } finally {
      // The next one may learn how those ended, unless there are too many to wait for.
      const untold = this.#lost ?? (statuses.length + this.#pending.length < mostPending ? null : unreadable());
      if (untold === null) this.#pending.unshift(...statuses);
      else for (const { fail } of statuses) fail(untold);
      // Whatever happened: it is to be copied to again.
      staging.buffer.unmap();
      pool.give(staging);
    }
  }
}

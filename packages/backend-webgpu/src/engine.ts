import {
  type Argument,
  BackendError,
  type DType,
  type HostArray,
  type KernelTiming,
  type Program,
  RecentMap,
  type Restored,
  type RunStatus,
} from "@cresset/core/backend";
import type { Abilities } from "./abilities.ts";
import { adapterName, bindingLimit, isAbout } from "./adapter.ts";
import { type Facilities, WebGpuExecutable } from "./executable.ts";
import { Launcher } from "./launcher.ts";
import { mostPoints } from "./limits.ts";
import { arrivalsOf, type Placed, WebGpuBuffer, webGpuBuffer } from "./memory/buffer.ts";
import { GrowingHeap, type HeapPlace } from "./memory/growing-heap.ts";
import { BufferMaker, type Creation, Uncaught } from "./memory/maker.ts";
import { BufferPool } from "./memory/pool.ts";
import { toDevice } from "./memory/transfer.ts";
import { upload } from "./memory/upload.ts";
import { bufferUsage, storageUsage } from "./memory/usage.ts";
import { OperationQueue } from "./operations-queue.ts";
import { Pipelines } from "./pipelines.ts";
import { makeProfiler } from "./profiler.ts";
import { fine, Readback, statusWords } from "./readback.ts";
import { both } from "./ready.ts";
import { copyBack, restoreKey, restoreProgram } from "./restore.ts";
import { heapBytesOf, ownBytesOf, storageOf } from "./wgsl/types.ts";

const mebibyte = 1024 * 1024;

/** Everything that belongs to one device, from its opening to its loss. */
export class Engine {
  readonly device: GPUDevice;
  readonly adapter: string;
  readonly facilities: Facilities;
  readonly timestamps: boolean;
  readonly pipelines: Pipelines;
  readonly queue = new OperationQueue();
  readonly pool: BufferPool;
  readonly staging: BufferPool;
  /** Set when the device is lost. */
  lost: BackendError | null = null;
  readonly heap: GrowingHeap;
  readonly #uncaught = new Uncaught();
  readonly #maker: BufferMaker;
  readonly #launcher: Launcher;
  readonly #readback: Readback;
  readonly #status: GPUBuffer;
  readonly #statusCreation: Creation;
  #smallArena: HeapPlace = { offset: 0, words: 0, age: 0 };
  #nextStatus = 0;
  /** There was no memory for something, and temporaries may have more than they need. */
  #exhausted = false;
  readonly #restores = new RecentMap<string, WebGpuExecutable>(64);
  #listener: ((timing: KernelTiming) => void) | undefined;
  readonly #rejecters = new Set<(error: Error) => void>();

  /**
   * @param heapBytes up to which size values share the heap.
   * @param shared whether a page uses the device, too.
   */
  constructor(device: GPUDevice, { timestamps, ...abilities }: Abilities, heapBytes: number, shared: boolean) {
    this.device = device;
    this.adapter = adapterName(device);
    this.pipelines = new Pipelines(device);
    this.timestamps = timestamps;
    const { maxBufferSize } = device.limits;
    const largest = { name: "maxBufferSize", bytes: maxBufferSize };
    this.facilities = {
      ...abilities,
      heapBytes,
      workgroupBytes: device.limits.maxComputeWorkgroupStorageSize,
      storageBuffers: device.limits.maxStorageBuffersPerShaderStage,
      workgroupsPerDimension: device.limits.maxComputeWorkgroupsPerDimension,
      binding: bindingLimit(device.limits),
      largest,
      adapter: this.adapter,
      pipeline: (...parts) => this.pipelines.get(...parts),
    };
    const maker = new BufferMaker(device, this.adapter);
    this.#maker = maker;
    this.pool = new BufferPool(maker, {
      label: "value",
      usage: storageUsage,
      cap: 512 * mebibyte,
      limit: largest,
    });
    this.staging = new BufferPool(maker, {
      label: "copy for the host",
      usage: bufferUsage.mapRead | bufferUsage.copyTarget,
      cap: 64 * mebibyte,
      limit: largest,
    });
    maker.exhausted = () => {
      this.#exhausted = true;
      this.pool.drain();
      this.staging.drain();
    };
    this.heap = new GrowingHeap(device, maker, this.queue);
    const status = maker.make("status", 4 * statusWords, storageUsage);
    this.#status = status.buffer;
    this.#statusCreation = status.creation;
    device.queue.writeBuffer(this.#status, 0, new Uint32Array(statusWords).fill(fine));
    const { pipelines, pool, staging, heap } = this;
    const uncaught = this.#uncaught;
    this.#launcher = new Launcher({ device, pipelines, pool, maker, heap, status: this.#status });
    const place = (buffer: WebGpuBuffer) => this.#place(buffer);
    this.#readback = new Readback({ device, staging, status: this.#status, uncaught, place });
    device.addEventListener("uncapturederror", (event) => {
      // A page's errors on a device of its own spoil nothing here.
      if (shared && !isAbout(event.error.message)) return;
      event.preventDefault();
      uncaught.note(new BackendError(`webgpu: ${event.error.message}`));
    });
    void device.lost.then((info) => this.#lose(info));
  }

  /** @throws BackendError if there is no memory for what every program needs. */
  async opened(): Promise<void> {
    const { creation } = this.heap.current;
    await Promise.all([creation.pending, this.#launcher.memory.pending, this.#statusCreation.pending]);
    const error = creation.error ?? this.#launcher.memory.error ?? this.#statusCreation.error;
    if (error !== null) throw error;
    this.check();
  }

  get buffersCreated(): number {
    return this.#maker.made;
  }

  get dispatches(): number {
    return this.#launcher.dispatches;
  }

  /** Command buffers submitted. */
  get submissions(): number {
    return this.#launcher.submissions + this.#readback.submissions;
  }

  /** Launches that were watched for errors. */
  get watched(): number {
    return this.#launcher.watched;
  }

  #lose(info: GPUDeviceLostInfo): void {
    this.lost = new BackendError(
      `webgpu: the device was lost (${info.reason}): ${info.message}. Values that were only there are gone; register the backend again and move what you have on the host.`,
    );
    for (const reject of this.#rejecters) reject(this.lost);
    this.#rejecters.clear();
    this.#readback.abandon(this.lost);
  }

  /** @throws BackendError if the device is lost. */
  check(): void {
    if (this.lost) throw this.lost;
  }

  allocate(dtype: DType, length: number): WebGpuBuffer {
    this.check();
    const heapBytes = heapBytesOf(dtype, length);
    if (heapBytes <= this.facilities.heapBytes) {
      const place = this.heap.allocate(Math.max(4, heapBytes / 4));
      return new WebGpuBuffer(this, dtype, length, storageOf(dtype, false), place);
    }
    const storage = storageOf(dtype, this.facilities.half);
    if (length > mostPoints)
      throw new BackendError(
        `webgpu: a value of ${length} elements has more than the ${mostPoints} that 32-bit indices count on ${this.adapter}. Split the tensor.`,
      );
    const own = this.pool.take(ownBytesOf(dtype, length, this.facilities.half));
    return new WebGpuBuffer(this, dtype, length, storage, own);
  }

  share(buffer: WebGpuBuffer): Promise<{ buffer: GPUBuffer; offset: number; size: number }> {
    return new Promise((resolve, reject) => {
      this.queue.add(null, () => {
        try {
          this.check();
          resolve({ ...this.#place(buffer), size: buffer.bytes });
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  adopt(buffer: GPUBuffer, dtype: DType, length: number): WebGpuBuffer {
    this.check();
    const storage = storageOf(dtype, this.facilities.half);
    if (buffer.size < ownBytesOf(dtype, length, this.facilities.half))
      throw new BackendError(
        `webgpu: a buffer of ${buffer.size} bytes cannot hold ${length} elements of ${dtype}, in whole words`,
      );
    if ((buffer.usage & storageUsage) !== storageUsage)
      throw new BackendError("webgpu: a buffer of a value needs the usages STORAGE, COPY_SRC and COPY_DST");
    if (heapBytesOf(dtype, length) <= this.facilities.heapBytes)
      throw new BackendError(
        `webgpu: ${length} elements of ${dtype} are so few that they live in the heap (heapBytes = ${this.facilities.heapBytes}): read the buffer and make a tensor of its content`,
      );
    return new WebGpuBuffer(this, dtype, length, storage, BufferPool.adopt(buffer));
  }

  release(buffer: WebGpuBuffer): void {
    if (buffer.released || buffer.owner !== this) return;
    buffer.released = true;
    this.queue.add(null, () => {
      if (buffer.own !== null) this.pool.give(buffer.own);
      else this.heap.release(buffer);
    });
  }

  /** @throws BackendError for a value that has no memory, or belongs to a device that was lost. */
  #place(buffer: WebGpuBuffer): Placed {
    const { own, offset } = buffer;
    this.#requireOwn(buffer);
    const error = (own === null ? this.heap.missing(buffer) : own.creation.error) ?? buffer.failed;
    if (error !== null) throw error;
    return own === null ? { buffer: this.heap.current.buffer, offset: 4 * offset } : { buffer: own.buffer, offset: 0 };
  }

  #requireOwn({ owner }: WebGpuBuffer): void {
    if (owner !== this)
      throw owner.lost ?? new BackendError("webgpu: this value is of a device that was opened before");
  }

  write(buffer: WebGpuBuffer, data: HostArray): void {
    this.check();
    this.#requireOwn(buffer);
    if (buffer.length === 0) return;
    const content = toDevice(data, buffer.dtype, buffer.storage);
    // If it has to wait, the caller may change the array meanwhile.
    const source = this.queue.busy && content === data ? data.slice() : content;
    this.queue.add(null, () => {
      if (!this.lost) this.#upload(buffer, source);
    });
  }

  /** `write`, when there is something to write: until then what is asked for later waits. */
  writeLater(buffer: WebGpuBuffer, data: Promise<HostArray>): void {
    this.check();
    this.#requireOwn(buffer);
    let source: ArrayBufferView<ArrayBuffer> | undefined;
    const arrived = data.then(
      (array) => {
        source = toDevice(array, buffer.dtype, buffer.storage);
      },
      (error: Error) => {
        buffer.failed = error;
      },
    );
    this.queue.add(arrived, () => {
      if (this.lost || source === undefined || buffer.length === 0) return;
      this.#upload(buffer, source);
    });
  }

  #upload(buffer: WebGpuBuffer, source: ArrayBufferView<ArrayBuffer>): void {
    try {
      upload(this.device, buffer, this.#place(buffer), source);
    } catch (error) {
      buffer.failed = error as BackendError;
    }
  }

  readMany(buffers: readonly WebGpuBuffer[]): Promise<HostArray[]> {
    return new Promise((resolve, reject) => {
      if (this.lost) {
        reject(this.lost);
        return;
      }
      this.#rejecters.add(reject);
      const done = (): void => {
        this.#rejecters.delete(reject);
      };
      this.queue.add(arrivalsOf(buffers), () => {
        this.#readback.fetch(buffers).then(
          (arrays) => {
            done();
            resolve(arrays);
          },
          (error: unknown) => {
            done();
            reject(this.lost ?? error);
          },
        );
      });
    });
  }

  compile(program: Program): WebGpuExecutable {
    this.check();
    return new WebGpuExecutable(program, this.facilities);
  }

  /** See `Backend.run`. In the usual case, where everything was used before, nobody has to wait for anything. */
  run(
    executable: WebGpuExecutable,
    buffers: readonly WebGpuBuffer[],
    args: readonly Argument[],
    restore?: () => Restored,
  ): RunStatus {
    this.check();
    for (const buffer of buffers) this.#requireOwn(buffer);
    if (this.#exhausted && !this.queue.busy) {
      this.#exhausted = false;
      this.#launcher.trim();
      this.pool.drain();
    }
    const arena = this.#arena(executable);
    const given = [...buffers];
    let ready = both(executable.pending, both(this.#launcher.prepare(executable), arrivalsOf(given)));
    const checked = executable.checks.length > 0;
    if (!checked && ready === null && !this.queue.busy) {
      const watched = this.#launcher.launch(executable, given, args, arena, 0);
      return watched === null ? -1 : watched.then(() => -1);
    }
    // Buffers as they are now: they may be given back before it is their turn, which they outlive.
    const pairs = (restore?.() ?? []).map(([to, from]) => [webGpuBuffer(to), webGpuBuffer(from)] as const);
    const undo = checked && pairs.length > 0 ? this.#restoring(pairs) : null;
    if (undo !== null) ready = both(ready, both(undo.pending, this.#launcher.prepare(undo)));
    const values = [...args];
    return new Promise((resolve, reject) => {
      this.#rejecters.add(reject);
      const settle = (end: number | Error): void => {
        this.#rejecters.delete(reject);
        resolve(end);
      };
      const fail = (error: Error): void => {
        this.#rejecters.delete(reject);
        reject(error);
      };
      this.queue.add(ready, () => {
        if (this.lost) return;
        const slot = checked ? this.#nextStatus : 0;
        if (checked) this.device.queue.writeBuffer(this.#status, 4 * slot, Uint32Array.of(fine));
        let watched: Promise<unknown> | null;
        try {
          watched = this.#launcher.launch(executable, given, values, arena, slot);
        } catch (error) {
          copyBack(this.device, this.pool, pairs, (buffer) => this.#place(buffer));
          settle(error as BackendError);
          return;
        }
        try {
          if (undo !== null) watched = both(watched, this.#launcher.launch(undo, pairs.flat(), [], arena, slot));
        } catch (error) {
          fail(error as BackendError);
          return;
        }
        const end = (status: number): void => {
          if (watched === null) settle(status);
          else watched.then(() => settle(status), fail);
        };
        if (!checked) {
          end(-1);
          return;
        }
        this.#nextStatus = (slot + 1) % statusWords;
        this.#readback.expect({ slot, checks: executable.checks, settle: end, fail });
      });
    });
  }

  /** Given a listener, times what is asked for from now on; given none, ends that, and resolves when all has been told. */
  profile(listener: ((timing: KernelTiming) => void) | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.queue.add(null, () => {
        const ended = this.#launcher.profiler;
        const told = this.#listener;
        this.#listener = listener;
        this.#launcher.profiler = listener === undefined ? null : makeProfiler(this.device, this.timestamps);
        resolve(ended !== null && told !== undefined ? ended.finish(told) : undefined);
      });
    });
  }

  #restoring(pairs: Restored): WebGpuExecutable {
    const key = restoreKey(pairs);
    let found = this.#restores.get(key);
    if (found === undefined) {
      found = new WebGpuExecutable(restoreProgram(pairs), this.facilities, true);
      this.#restores.set(key, found);
    }
    return found;
  }

  /** Room for the small temporaries of a program: all programs share it, as they run one after another. */
  #arena({ smallWords }: WebGpuExecutable): HeapPlace {
    const old = this.#smallArena;
    if (smallWords > old.words || this.heap.missing(old) !== null) {
      this.#smallArena = this.heap.allocate(Math.max(smallWords, 4, Math.ceil(1.5 * old.words)));
      if (old.words > 0) this.queue.add(null, () => this.heap.release(old));
    }
    return this.#smallArena;
  }
}

import {
  type Argument,
  BackendError,
  type DType,
  type HostArray,
  hostArray,
  type KernelTiming,
  type Program,
  RecentMap,
} from "@cresset/core/backend";
import { adapterName, isSoftware, type WebGpuOptions } from "./adapter.ts";
import { type Facilities, WebGpuExecutable } from "./executable.ts";
import { Launcher } from "./launcher.ts";
import { type DeviceBuffer, defaultHeapBytes, WebGpuBuffer, webGpuBuffer } from "./memory/buffer.ts";
import { HeapAllocator } from "./memory/heap.ts";
import { BufferMaker, Uncaught } from "./memory/maker.ts";
import { BufferPool } from "./memory/pool.ts";
import { fromDevice, toDevice } from "./memory/transfer.ts";
import { bufferUsage, mapRead } from "./memory/usage.ts";
import { OperationQueue } from "./operations-queue.ts";
import { Pipelines } from "./pipelines.ts";
import { makeProfiler } from "./profiler.ts";
import { type Restored, restoreKey, restoreProgram } from "./restore.ts";
import { bytesOfStorage, heapBytesOf, storageOf } from "./wgsl/types.ts";

const storageUsage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget;
const firstHeapWords = 1024 * 1024;
/** Words for the outcome of as many runs. */
const statusWords = 4096;
/** Outcomes that may be unknown at a time. */
const mostPending = 256;
const fine = 0xffffffff;

interface PendingStatus {
  readonly slot: number;
  readonly executable: WebGpuExecutable;
  readonly settle: (status: number) => void;
  readonly fail: (error: Error) => void;
}

const both = (a: Promise<unknown> | null, b: Promise<unknown> | null): Promise<unknown> | null =>
  a === null ? b : b === null ? a : Promise.all([a, b]);

/** Everything that belongs to one device, from its opening to its loss. */
export class Engine {
  readonly device: GPUDevice;
  readonly adapter: string;
  readonly facilities: Facilities;
  /** Whether profiles time each dispatch, not each program. */
  readonly timestamps: boolean;
  readonly pipelines: Pipelines;
  readonly queue = new OperationQueue();
  readonly pool: BufferPool;
  readonly staging: BufferPool;
  readonly allocator: HeapAllocator;
  /** Set when the device is lost. */
  lost: BackendError | null = null;
  readonly #uncaught = new Uncaught();
  readonly #maker: BufferMaker;
  readonly #launcher: Launcher;
  /** Command buffers submitted to read. */
  #reads = 0;
  #heap: DeviceBuffer;
  readonly #status: GPUBuffer;
  #smallArena = { offset: 0, words: 0 };
  #nextStatus = 0;
  readonly #restores = new RecentMap<string, WebGpuExecutable>(64);
  #pending: PendingStatus[] = [];
  #listener: ((timing: KernelTiming) => void) | undefined;
  readonly #rejecters = new Set<(error: Error) => void>();

  constructor(device: GPUDevice, options: WebGpuOptions) {
    this.device = device;
    this.adapter = adapterName(device);
    this.pipelines = new Pipelines(device);
    this.timestamps = options.timestamps !== false && device.features.has("timestamp-query");
    const half = options.half !== false && device.features.has("shader-f16");
    const { limits } = device;
    this.facilities = {
      half,
      cooperative: options.cooperative ?? !isSoftware(device),
      heapBytes: options.heapBytes ?? defaultHeapBytes,
      storageBuffers: limits.maxStorageBuffersPerShaderStage,
      workgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      adapter: this.adapter,
      pipeline: (kernel, plan, placement, guard) => this.pipelines.get(kernel, plan, placement, guard),
    };
    const maker = new BufferMaker(device, this.adapter, this.#uncaught);
    this.#maker = maker;
    const common = {
      adapter: this.adapter,
      watch: (create: () => GPUBuffer, what: string) => maker.watch(create, what),
    };
    this.pool = new BufferPool(device, { ...common, usage: storageUsage, cap: 512 * 1024 * 1024, label: "value" });
    this.staging = new BufferPool(device, {
      ...common,
      usage: bufferUsage.mapRead | bufferUsage.copyTarget,
      cap: 64 * 1024 * 1024,
      label: "staging",
    });
    const largest = Math.floor(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize, 2 ** 31) / 4);
    this.allocator = new HeapAllocator(firstHeapWords, largest);
    this.#heap = this.#makeHeap(this.allocator.capacity);
    this.#status = maker.make("status", 4 * statusWords, storageUsage);
    this.device.queue.writeBuffer(this.#status, 0, new Uint32Array(statusWords).fill(fine));
    this.#launcher = new Launcher({
      device,
      pipelines: this.pipelines,
      pool: this.pool,
      maker,
      uncaught: this.#uncaught,
      status: this.#status,
    });
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#uncaught.note(new BackendError(`webgpu: ${event.error.message}`));
    });
    void device.lost.then((info) => this.#lose(info));
  }

  get buffersCreated(): number {
    return this.#maker.made + this.pool.created + this.staging.created;
  }

  get dispatches(): number {
    return this.#launcher.dispatches;
  }

  /** Command buffers submitted. */
  get submissions(): number {
    return this.#launcher.submissions + this.#reads;
  }

  #lose(info: GPUDeviceLostInfo): void {
    this.lost = new BackendError(
      `webgpu: the device was lost (${info.reason}): ${info.message}. Values that were only there are gone; register the backend again and move what you have on the host.`,
    );
    for (const reject of this.#rejecters) reject(this.lost);
    this.#rejecters.clear();
    for (const { fail } of this.#pending) fail(this.lost);
    this.#pending = [];
  }

  #makeHeap(words: number): DeviceBuffer {
    const buffer = this.#maker.make("heap", 4 * words, storageUsage);
    return { ...BufferPool.adopt(buffer), foreign: false };
  }

  #growHeap(words: number): void {
    this.queue.add(null, () => {
      if (this.lost) return;
      const old = this.#heap;
      this.#heap = this.#makeHeap(words);
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(old.buffer, 0, this.#heap.buffer, 0, old.bytes);
      this.device.queue.submit([encoder.finish()]);
      old.buffer.destroy();
    });
  }

  /** @throws BackendError if the device is lost. */
  check(): void {
    if (this.lost) throw this.lost;
  }

  allocate(dtype: DType, length: number): WebGpuBuffer {
    this.check();
    const heapBytes = heapBytesOf(dtype, length);
    if (heapBytes <= this.facilities.heapBytes) {
      const offset = this.allocator.allocate(Math.max(4, heapBytes / 4), (capacity) => this.#growHeap(capacity));
      return new WebGpuBuffer(this, dtype, length, storageOf(dtype, false), offset, null);
    }
    const storage = storageOf(dtype, this.facilities.half);
    const own = this.pool.take(Math.ceil((length * bytesOfStorage(storage)) / 4) * 4);
    return new WebGpuBuffer(this, dtype, length, storage, -1, own);
  }

  share(buffer: WebGpuBuffer): Promise<{ buffer: GPUBuffer; offset: number; size: number }> {
    return new Promise((resolve, reject) => {
      this.queue.add(null, () => {
        if (this.lost) reject(this.lost);
        else resolve({ ...this.#place(buffer), size: buffer.bytes });
      });
    });
  }

  adopt(buffer: GPUBuffer, dtype: DType, length: number): WebGpuBuffer {
    this.check();
    const storage = storageOf(dtype, this.facilities.half);
    const bytes = length * bytesOfStorage(storage);
    if (buffer.size < bytes)
      throw new BackendError(`webgpu: a buffer of ${buffer.size} bytes cannot hold ${length} elements of ${dtype}`);
    if (heapBytesOf(dtype, length) <= this.facilities.heapBytes)
      throw new BackendError(
        `webgpu: ${length} elements of ${dtype} are so few that they live in the heap (heapBytes = ${this.facilities.heapBytes}): read the buffer and make a tensor of its content`,
      );
    return new WebGpuBuffer(this, dtype, length, storage, -1, BufferPool.adopt(buffer));
  }

  release(buffer: WebGpuBuffer): void {
    if (buffer.released || buffer.owner !== this) return;
    buffer.released = true;
    this.queue.add(null, () => {
      if (buffer.own !== null) this.pool.give(buffer.own);
      else this.allocator.release(buffer.offset, Math.max(4, buffer.bytes / 4));
    });
  }

  #place(buffer: WebGpuBuffer): { buffer: GPUBuffer; offset: number } {
    if (buffer.own !== null) return { buffer: buffer.own.buffer, offset: 0 };
    return { buffer: this.#heap.buffer, offset: 4 * buffer.offset };
  }

  write(buffer: WebGpuBuffer, data: HostArray): void {
    this.check();
    if (buffer.length === 0) return;
    const content = toDevice(data, buffer.dtype, buffer.storage);
    // If it has to wait, the caller may change the array meanwhile.
    const source = this.queue.busy && content === data ? data.slice() : content;
    this.queue.add(null, () => {
      if (this.lost) return;
      const { buffer: target, offset } = this.#place(buffer);
      this.device.queue.writeBuffer(target, offset, source);
    });
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
      this.queue.add(null, () => {
        this.#fetch(buffers).then(
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

  /** Copies values, and the outcomes of runs that nobody knows yet, to where the host can see them. */
  async #fetch(buffers: readonly WebGpuBuffer[]): Promise<HostArray[]> {
    this.check();
    // Every part begins where 64-bit elements may.
    const starts: number[] = [];
    let bytes = 0;
    for (const buffer of buffers) {
      starts.push(bytes);
      bytes += Math.ceil(buffer.bytes / 8) * 8;
    }
    const statuses = this.#pending;
    this.#pending = [];
    const statusBytes = statuses.length > 0 ? 4 * statusWords : 0;
    const size = bytes + statusBytes;
    if (size === 0) return buffers.map(({ dtype }) => hostArray(dtype, 0));
    const staging = this.staging.take(size);
    this.device.pushErrorScope("validation");
    const encoder = this.device.createCommandEncoder();
    buffers.forEach((buffer, i) => {
      if (buffer.bytes === 0) return;
      const { buffer: source, offset } = this.#place(buffer);
      encoder.copyBufferToBuffer(source, offset, staging.buffer, starts[i], buffer.bytes);
    });
    if (statusBytes > 0) encoder.copyBufferToBuffer(this.#status, 0, staging.buffer, bytes, statusBytes);
    this.device.queue.submit([encoder.finish()]);
    this.#reads++;
    const scope = this.device.popErrorScope();
    try {
      await staging.buffer.mapAsync(mapRead, 0, size);
      const content = staging.buffer.getMappedRange(0, size).slice(0);
      staging.buffer.unmap();
      this.staging.give(staging);
      const error = await scope;
      if (error) throw new BackendError(`webgpu: a value cannot be read: ${error.message}`);
      const uncaught = this.#uncaught.take();
      if (uncaught) throw uncaught;
      const outcomes = new Uint32Array(content, bytes, statusBytes / 4);
      for (const { slot, executable, settle } of statuses) {
        const outcome = outcomes[slot];
        settle(outcome === fine ? -1 : executable.checks[outcome]);
      }
      return buffers.map(({ dtype, length, storage }, i) => fromDevice(content, starts[i], dtype, length, storage));
    } catch (error) {
      const known = this.lost ?? (error instanceof Error ? error : new BackendError(String(error)));
      for (const { fail } of statuses) fail(known);
      throw known;
    }
  }

  compile(program: Program): WebGpuExecutable {
    this.check();
    return new WebGpuExecutable(program, this.facilities);
  }

  /** @param restore buffers that get the content of others if a check fails. */
  run(
    executable: WebGpuExecutable,
    buffers: readonly WebGpuBuffer[],
    args: readonly Argument[],
    restore: Restored = [],
  ): number | Promise<number> {
    this.check();
    const arena = this.#arena(executable);
    const given = [...buffers];
    const values = [...args];
    if (executable.checks.length === 0) {
      this.queue.add(executable.pending, () => {
        if (!this.lost) this.#launcher.launch(executable, given, values, arena, 0, this.#heap);
      });
      return -1;
    }
    const undo = restore.length > 0 ? this.#restoring(restore) : null;
    const undone = restore.flat().map(webGpuBuffer);
    return new Promise((settle, fail) => {
      this.queue.add(both(executable.pending, undo?.pending ?? null), () => {
        if (this.lost) {
          fail(this.lost);
          return;
        }
        const slot = this.#nextStatus;
        this.#nextStatus = (slot + 1) % statusWords;
        this.device.queue.writeBuffer(this.#status, 4 * slot, Uint32Array.of(fine));
        this.#pending.push({ slot, executable, settle, fail });
        this.#launcher.launch(executable, given, values, arena, slot, this.#heap);
        if (undo !== null) this.#launcher.launch(undo, undone, [], arena, slot, this.#heap);
        // Before words are used again, those who wait for them are told.
        if (this.#pending.length >= mostPending) void this.#fetch([]).catch(() => undefined);
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
  #arena(executable: WebGpuExecutable): number {
    const { smallWords } = executable;
    if (smallWords > this.#smallArena.words) {
      const old = this.#smallArena;
      const words = Math.max(smallWords, Math.ceil(1.5 * old.words));
      this.#smallArena = { offset: this.allocator.allocate(words, (capacity) => this.#growHeap(capacity)), words };
      if (old.words > 0) this.queue.add(null, () => this.allocator.release(old.offset, old.words));
    }
    return this.#smallArena.offset;
  }
}

import { type Argument, BackendError } from "@cresset/core/backend";
import { labelled } from "./adapter.ts";
import { type Dispatch, nameOf, type WebGpuExecutable } from "./executable.ts";
import type { DeviceBuffer, WebGpuBuffer } from "./memory/buffer.ts";
import type { GrowingHeap, HeapPlace } from "./memory/growing-heap.ts";
import type { BufferMaker, Creation } from "./memory/maker.ts";
import { BufferPool } from "./memory/pool.ts";
import { bufferUsage } from "./memory/usage.ts";
import type { Pipelines } from "./pipelines.ts";
import type { Profiler } from "./profiler.ts";
import { both } from "./ready.ts";

/** What a kernel sees of the parameters: its own, and whatever lies behind. */
const parameterWindow = 65_536;

/** What a launcher shares with the rest of its engine. */
interface Shared {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly pool: BufferPool;
  readonly maker: BufferMaker;
  readonly heap: GrowingHeap;
  /** Words for the outcomes of runs. */
  readonly status: GPUBuffer;
}

/** A dispatch with what it binds in one run. */
interface Bound {
  readonly dispatch: Dispatch;
  readonly group: GPUBindGroup;
  /** The buffer of operands that are packed into one. */
  readonly together: DeviceBuffer | null;
}

/** Turns runs of compiled programs into command buffers. */
export class Launcher {
  readonly #shared: Shared;
  /** Times what is sent, while a profile is taken. */
  profiler: Profiler | null = null;
  /** Dispatches and command buffers submitted. */
  dispatches = 0;
  submissions = 0;
  /** Launches that were watched for errors. */
  watched = 0;
  #parameters: DeviceBuffer;
  #parameterGroups: [GPUBindGroup, GPUBindGroup];
  readonly #largeArena: DeviceBuffer[] = [];

  constructor(shared: Shared) {
    this.#shared = shared;
    this.#parameters = this.#makeParameters(4 * parameterWindow);
    this.#parameterGroups = this.#makeParameterGroups();
  }

  /** Whether there is memory for parameters. */
  get memory(): Creation {
    return this.#parameters.creation;
  }

  #makeParameters(size: number): DeviceBuffer {
    const made = this.#shared.maker.make("parameters", size, bufferUsage.uniform | bufferUsage.copyTarget);
    return { ...BufferPool.adopt(made.buffer), creation: made.creation };
  }

  #makeParameterGroups(): [GPUBindGroup, GPUBindGroup] {
    const { device, pipelines, status } = this.#shared;
    const [plain, checked] = pipelines.parameterLayouts;
    const uniform = { binding: 0, resource: { buffer: this.#parameters.buffer, size: parameterWindow } };
    return [
      device.createBindGroup({ layout: plain, entries: [uniform] }),
      device.createBindGroup({
        layout: checked,
        entries: [uniform, { binding: 1, resource: { buffer: status } }],
      }),
    ];
  }

  /**
   * Makes room for what a program needs besides its values, before it is its turn. Resolves when it is known whether there is.
   *
   * @throws BackendError where a temporary is larger than the adapter allows.
   */
  prepare({ parameters, largeTemporaries }: WebGpuExecutable): Promise<unknown> | null {
    const needed = parameters.byteLength + parameterWindow;
    if (needed > this.#parameters.bytes || this.#parameters.creation.error !== null) {
      this.#parameters.buffer.destroy();
      this.#parameters = this.#makeParameters(Math.ceil((1.5 * needed) / 256) * 256);
      this.#parameterGroups = this.#makeParameterGroups();
    }
    let pending: Promise<unknown> | null = this.#parameters.creation.pending;
    const { pool } = this.#shared;
    for (const [slot, size] of largeTemporaries.sizes.entries()) {
      const have = this.#largeArena[slot];
      if (have === undefined || have.bytes < size || have.creation.error !== null) {
        // Kept until there is another, so that the pool does not hand out a larger one in vain.
        this.#largeArena[slot] = pool.take(size);
        if (have !== undefined) pool.give(have);
      }
      pending = both(pending, this.#largeArena[slot].creation.pending);
    }
    return pending;
  }

  /** Gives back the room for large temporaries of programs that ran before. Only while none waits for its turn. */
  trim(): void {
    for (const slot of this.#largeArena.splice(0)) this.#shared.pool.give(slot);
  }

  /**
   * Sends the kernels of a program. `arena` is where small temporaries begin, `status` the word for the outcome. Null, or a
   * promise that rejects if the device did not take it. Only first launches are watched, and those on buffers that somebody else
   * may have destroyed: what a device has taken once, it takes again.
   *
   * @throws BackendError, naming the kernel, if it cannot run; nothing was sent.
   */
  launch(
    executable: WebGpuExecutable,
    buffers: readonly WebGpuBuffer[],
    args: readonly Argument[],
    arena: HeapPlace,
    status: number,
  ): Promise<void> | null {
    if (executable.dispatches.length === 0) return null;
    const { device, pool } = this.#shared;
    const { external, smallTemporaries, largeTemporaries } = executable;
    const places: (WebGpuBuffer | undefined)[] = [];
    external.forEach((n, i) => {
      places[n] = buffers[i];
    });
    const bufferOf = (n: number): DeviceBuffer =>
      places[n]?.own ?? this.#largeArena[largeTemporaries.slotOf.get(n) ?? 0];
    this.#requireMemory(executable, places, bufferOf, arena);
    const guarded = !executable.proven || this.#uncertain || buffers.some(({ own }) => own?.foreign === true);
    if (guarded) device.pushErrorScope("validation");
    const bound = executable.dispatches.map((dispatch) => this.#bind(dispatch, bufferOf));
    executable.fill((n) => places[n]?.offset ?? arena.offset + (smallTemporaries.get(n) ?? 0), args, status);
    device.queue.writeBuffer(this.#parameters.buffer, 0, executable.parameters);
    this.#send(labelled(executable.kernels), bound, bufferOf);
    // Commands run in order: whoever takes what is given back next writes after this.
    for (const { together } of bound) if (together !== null) pool.give(together);
    return guarded ? this.#watch(executable, bound) : null;
  }

  /** Whether a program that is to follow has made room that may not be there. */
  get #uncertain(): boolean {
    return (
      this.#parameters.creation.pending !== null || this.#largeArena.some(({ creation }) => creation.pending !== null)
    );
  }

  #bind(dispatch: Dispatch, bufferOf: (n: number) => DeviceBuffer): Bound {
    const together = dispatch.packed.length > 0 ? this.#shared.pool.take(dispatch.packedBytes) : null;
    return { dispatch, group: this.#group(dispatch, bufferOf, together), together };
  }

  /** Ends the error scope of a launch. Rejects, naming the kernels, if the device did not take it. */
  async #watch(executable: WebGpuExecutable, bound: readonly Bound[]): Promise<void> {
    const packed = bound.flatMap(({ together }) => together ?? []);
    this.watched++;
    executable.watched++;
    const { device, maker } = this.#shared;
    const scope = device.popErrorScope().catch(() => null);
    const [error] = await Promise.all([scope, ...packed.map(({ creation }) => creation.pending)]);
    executable.watched--;
    const missing = packed.find(({ creation }) => creation.error !== null)?.creation.error;
    executable.accepted = error === null && missing === undefined;
    if (executable.accepted) return;
    // Bind groups may be the cause: they are made anew.
    for (const { groups } of executable.dispatches) groups.length = 0;
    const { kernels } = executable;
    if (missing) throw new BackendError(`${missing.message} (for ${kernels})`, { cause: missing });
    throw new BackendError(`webgpu: ${kernels} cannot run on ${maker.adapter}: ${error?.message}`);
  }

  /** @throws BackendError for the first kernel that was not compiled, or that has no memory for an operand. */
  #requireMemory(
    { dispatches, external }: WebGpuExecutable,
    places: readonly (WebGpuBuffer | undefined)[],
    bufferOf: (n: number) => DeviceBuffer,
    arena: HeapPlace,
  ): void {
    const fail = (dispatch: Dispatch, error: Error): never => {
      throw new BackendError(`${error.message} (for ${nameOf(dispatch)})`, { cause: error });
    };
    for (const dispatch of dispatches) {
      if (dispatch.pipeline.error !== null) throw dispatch.pipeline.error;
      for (const { buffer: n } of dispatch.own) {
        const error = bufferOf(n).creation.error ?? places[n]?.failed;
        if (error) fail(dispatch, error);
      }
      for (const { buffer: n } of dispatch.packed) {
        const error = bufferOf(n).creation.error ?? places[n]?.failed;
        if (error) fail(dispatch, error);
      }
    }
    const { heap } = this.#shared;
    let missing = this.#parameters.creation.error ?? heap.missing(arena);
    for (const n of external) {
      const place = places[n];
      if (place === undefined || place.own !== null) continue;
      missing ??= heap.missing(place) ?? place.failed;
    }
    if (missing !== null) fail(dispatches[0], missing);
  }

  /** @param label what an error that no scope catches calls it. */
  #send(label: string, bound: readonly Bound[], bufferOf: (n: number) => DeviceBuffer): void {
    const { device } = this.#shared;
    const encoder = device.createCommandEncoder({ label });
    const times = this.profiler?.program(bound.length);
    let pass: GPUComputePassEncoder | null = null;
    for (const { dispatch, group, together } of bound) {
      const { compiled } = dispatch.pipeline;
      if (compiled === null) throw new Error("a kernel was launched before it was compiled");
      if (together !== null) {
        pass?.end();
        pass = null;
        for (const { buffer, start, bytes, read } of dispatch.packed)
          if (read) encoder.copyBufferToBuffer(bufferOf(buffer).buffer, 0, together.buffer, start, bytes);
      }
      pass ??= encoder.beginComputePass(times?.pass(dispatch));
      pass.setPipeline(compiled);
      pass.setBindGroup(0, group);
      pass.setBindGroup(1, this.#parameterGroups[dispatch.status ? 1 : 0], [dispatch.offset]);
      pass.dispatchWorkgroups(dispatch.workgroups[0], dispatch.workgroups[1]);
      if (together !== null || times !== undefined) {
        pass.end();
        pass = null;
      }
      if (together !== null) {
        for (const { buffer, start, bytes, written } of dispatch.packed)
          if (written) encoder.copyBufferToBuffer(together.buffer, start, bufferOf(buffer).buffer, 0, bytes);
      }
    }
    pass?.end();
    times?.recorded(encoder);
    const now = performance.now();
    device.queue.submit([encoder.finish({ label })]);
    times?.submitted(now);
    this.submissions++;
    this.dispatches += bound.length;
  }

  #group(
    { kernel, pipeline, heap, own, packedBytes, groups }: Dispatch,
    bufferOf: (n: number) => DeviceBuffer,
    together: DeviceBuffer | null,
  ): GPUBindGroup {
    const all = own.map((range) => bufferOf(range.buffer));
    if (together !== null) all.unshift(together);
    if (heap) all.unshift(this.#shared.heap.current);
    for (const { ids, group } of groups) if (ids.every((id, i) => id === all[i].id)) return group;
    const first = all.length - own.length;
    const entries = all.map(({ buffer }, binding): GPUBindGroupEntry => {
      if (binding >= first) {
        const { start, bytes } = own[binding - first];
        return { binding, resource: { buffer, offset: start, size: bytes } };
      }
      // Buffers of the pool may be larger than a binding.
      const isHeap = heap && binding === 0;
      return { binding, resource: isHeap ? { buffer } : { buffer, size: packedBytes } };
    });
    const group = this.#shared.device.createBindGroup({ label: kernel.name, layout: pipeline.layout, entries });
    if (groups.length >= 8) groups.shift();
    groups.push({ ids: all.map(({ id }) => id), group });
    return group;
  }
}

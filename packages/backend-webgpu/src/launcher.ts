import type { Argument, BackendError } from "@cresset/core/backend";
import type { Dispatch, WebGpuExecutable } from "./executable.ts";
import type { DeviceBuffer, WebGpuBuffer } from "./memory/buffer.ts";
import type { BufferMaker, Uncaught } from "./memory/maker.ts";
import type { BufferPool } from "./memory/pool.ts";
import { bufferUsage } from "./memory/usage.ts";
import type { Pipelines } from "./pipelines.ts";
import type { Profiler } from "./profiler.ts";

/** What a kernel sees of the parameters: its own, and whatever lies behind. */
const parameterWindow = 65_536;

/** What a launcher shares with the rest of its engine. */
interface Shared {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly pool: BufferPool;
  readonly maker: BufferMaker;
  readonly uncaught: Uncaught;
  /** Words for the outcomes of runs. */
  readonly status: GPUBuffer;
}

/** Turns runs of compiled programs into command buffers. */
export class Launcher {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #pool: BufferPool;
  readonly #maker: BufferMaker;
  readonly #uncaught: Uncaught;
  readonly #status: GPUBuffer;
  /** Times what is sent, while a profile is taken. */
  profiler: Profiler | null = null;
  /** Dispatches and command buffers submitted. */
  dispatches = 0;
  submissions = 0;
  #parameters: GPUBuffer;
  #parameterGroups: [GPUBindGroup, GPUBindGroup];
  readonly #largeArena: (DeviceBuffer | null)[] = [];

  constructor({ device, pipelines, pool, maker, uncaught, status }: Shared) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#pool = pool;
    this.#maker = maker;
    this.#uncaught = uncaught;
    this.#status = status;
    this.#parameters = this.#makeParameters(4 * parameterWindow);
    this.#parameterGroups = this.#makeParameterGroups();
  }

  #makeParameters(size: number): GPUBuffer {
    return this.#maker.make("parameters", size, bufferUsage.uniform | bufferUsage.copyTarget);
  }

  #makeParameterGroups(): [GPUBindGroup, GPUBindGroup] {
    const [plain, checked] = this.#pipelines.parameterLayouts;
    const uniform = { binding: 0, resource: { buffer: this.#parameters, size: parameterWindow } };
    return [
      this.#device.createBindGroup({ layout: plain, entries: [uniform] }),
      this.#device.createBindGroup({
        layout: checked,
        entries: [uniform, { binding: 1, resource: { buffer: this.#status } }],
      }),
    ];
  }

  /** Sends the kernels of a program. `heap` is where small values are now, `arena` where small temporaries begin, and `status` the word for the outcome. */
  launch(
    executable: WebGpuExecutable,
    buffers: readonly WebGpuBuffer[],
    args: readonly Argument[],
    arena: number,
    status: number,
    heap: DeviceBuffer,
  ): void {
    if (executable.dispatches.length === 0) return;
    for (const { pipeline } of executable.dispatches) {
      if (pipeline.error !== null) {
        this.#uncaught.note(pipeline.error as BackendError);
        return;
      }
    }
    const { external, smallTemporaries, largeTemporaries } = executable;
    const places: (WebGpuBuffer | undefined)[] = [];
    external.forEach((n, i) => {
      places[n] = buffers[i];
    });
    executable.fill((n) => places[n]?.offset ?? arena + (smallTemporaries.get(n) ?? 0), args, status);
    this.#writeParameters(executable.parameters);
    const encoder = this.#device.createCommandEncoder();
    const times = this.profiler?.program(executable.dispatches.length);
    let pass: GPUComputePassEncoder | null = null;
    const bufferOf = (n: number): DeviceBuffer =>
      places[n]?.own ?? this.#largeTemporary(largeTemporaries.slotOf.get(n) ?? 0, largeTemporaries.sizes);
    for (const dispatch of executable.dispatches) {
      const { compiled } = dispatch.pipeline;
      if (compiled === null) continue;
      const bound = dispatch.own.map(bufferOf);
      let together: DeviceBuffer | null = null;
      if (dispatch.packed.length > 0) {
        together = this.#pool.take(dispatch.packed.reduce((sum, { bytes }) => sum + bytes, 0));
        bound.unshift(together);
        pass?.end();
        pass = null;
        for (const { buffer, start, bytes, read } of dispatch.packed)
          if (read) encoder.copyBufferToBuffer(bufferOf(buffer).buffer, 0, together.buffer, start, bytes);
      }
      pass ??= encoder.beginComputePass(times?.pass(dispatch));
      pass.setPipeline(compiled);
      pass.setBindGroup(0, this.#group(dispatch, bound, heap));
      pass.setBindGroup(1, this.#parameterGroups[dispatch.status ? 1 : 0], [dispatch.offset]);
      pass.dispatchWorkgroups(dispatch.workgroups[0], dispatch.workgroups[1]);
      if (together !== null || times !== undefined) {
        pass.end();
        pass = null;
      }
      if (together !== null) {
        for (const { buffer, start, bytes, written } of dispatch.packed)
          if (written) encoder.copyBufferToBuffer(together.buffer, start, bufferOf(buffer).buffer, 0, bytes);
        // Commands run in order: whoever takes it next writes after this.
        this.#pool.give(together);
      }
    }
    pass?.end();
    times?.recorded(encoder);
    const now = performance.now();
    this.#device.queue.submit([encoder.finish()]);
    times?.submitted(now);
    this.submissions++;
    this.dispatches += executable.dispatches.length;
  }

  #largeTemporary(slot: number, sizes: readonly number[]): DeviceBuffer {
    const have = this.#largeArena[slot] ?? null;
    if (have !== null && have.bytes >= sizes[slot]) return have;
    if (have !== null) this.#pool.give(have);
    const taken = this.#pool.take(sizes[slot]);
    this.#largeArena[slot] = taken;
    return taken;
  }

  #writeParameters(parameters: Uint32Array<ArrayBuffer>): void {
    const needed = parameters.byteLength + parameterWindow;
    if (needed > this.#parameters.size) {
      this.#parameters.destroy();
      this.#parameters = this.#makeParameters(Math.ceil((1.5 * needed) / 256) * 256);
      this.#parameterGroups = this.#makeParameterGroups();
    }
    this.#device.queue.writeBuffer(this.#parameters, 0, parameters);
  }

  #group(dispatch: Dispatch, own: readonly DeviceBuffer[], heap: DeviceBuffer): GPUBindGroup {
    const all = dispatch.heap ? [heap, ...own] : own;
    for (const { ids, group } of dispatch.groups) if (ids.every((id, i) => id === all[i].id)) return group;
    const group = this.#device.createBindGroup({
      layout: dispatch.pipeline.layout,
      entries: all.map(({ buffer }, binding) => ({ binding, resource: { buffer } })),
    });
    if (dispatch.groups.length >= 8) dispatch.groups.shift();
    dispatch.groups.push({ ids: all.map(({ id }) => id), group });
    return group;
  }
}

import {
  type Argument,
  type Backend,
  type BackendBuffer,
  BackendError,
  type BufferSpec,
  type Call,
  type DType,
  dtypes,
  type Executable,
  type HostArray,
  hostArray,
  hostView,
  type Kernel,
  type KernelTiming,
  type Program,
  RecentMap,
} from "@cresset/core/backend";
import { canGenerate, generateKernel } from "./codegen/compile.ts";
import { explainProgram } from "./explain.ts";
import { interpretKernel } from "./interpreter/compile.ts";
import type { KernelFunction } from "./kernel-function.ts";

export interface CpuOptions {
  /**
   * "auto" (default): kernels become JavaScript functions where the environment allows it, and are interpreted elsewhere.
   * "off": always interpreted. The results are the same bits.
   */
  readonly codegen?: "auto" | "off";
}

/** A buffer is a typed array. */
class CpuBuffer implements BackendBuffer {
  readonly dtype: DType;
  readonly length: number;
  array: HostArray;

  constructor(dtype: DType, length: number) {
    this.dtype = dtype;
    this.length = length;
    this.array = hostArray(dtype, length);
  }
}

interface Step {
  readonly kernel: Kernel;
  readonly run: KernelFunction;
  readonly call: Call;
}

class CpuExecutable implements Executable {
  readonly program: Program;
  readonly steps: readonly Step[];
  /** Steps from here on write state. */
  readonly stateFrom: number;
  /** The array of each program buffer; those of callers are there only during a run. */
  readonly memory: HostArray[];
  /** Program buffers that callers give, in order. */
  readonly external: readonly number[];
  readonly failed: Uint8Array;
  /** Checks in the order of the commands that make them. */
  readonly checks: readonly number[];
  /** The arena that the temporaries in `memory` lie in. */
  arena: ArrayBuffer | undefined;

  constructor(program: Program, compile: (kernel: Kernel) => KernelFunction) {
    this.program = program;
    const steps: Step[] = [];
    const starts = program.commands.map(({ kernel, calls }) => {
      const start = steps.length;
      const run = compile(kernel);
      for (const call of calls) steps.push({ kernel, run, call });
      return start;
    });
    this.steps = steps;
    this.stateFrom = starts[program.stateFrom] ?? steps.length;
    this.memory = program.buffers.map(() => absent);
    this.external = program.buffers.flatMap((buffer, i) => (buffer.role === "temporary" ? [] : [i]));
    this.failed = new Uint8Array(program.checks);
    this.checks = [...new Set(steps.flatMap((step) => step.call.checks))];
  }

  bindTemporaries(arena: ArrayBuffer): void {
    this.program.buffers.forEach((buffer: BufferSpec, i) => {
      if (buffer.role === "temporary") this.memory[i] = hostView(buffer.dtype, arena, buffer.offset, buffer.length);
    });
    this.arena = arena;
  }

  /** The first failed check, or −1. */
  firstFailure(): number {
    for (const check of this.checks) if (this.failed[check] !== 0) return check;
    return -1;
  }
}

/** Stands in `memory` for the buffers of callers between runs, so that they can be collected. */
const absent: HostArray = new Uint8Array(0);

function arrayOf(buffer: BackendBuffer): HostArray {
  if (buffer instanceof CpuBuffer) return buffer.array;
  throw new BackendError("cpu: this buffer belongs to another backend");
}

function executableOf(executable: Executable): CpuExecutable {
  if (executable instanceof CpuExecutable) return executable;
  throw new BackendError("cpu: this program was compiled by another backend");
}

const bytesIn = (array: HostArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/**
 * The reference backend: plain JavaScript on one thread, every dtype, buffers that are ordinary garbage-collected typed
 * arrays. Float sums accumulate in float64.
 *
 * @example await registerBackend(cpu());
 */
export function cpu(options: CpuOptions = {}): Backend {
  const allowed = options.codegen === "off" ? false : canGenerate();
  const compileKernel = allowed ? generateKernel : interpretKernel;
  const kernels = new RecentMap<string, KernelFunction>(4096);
  let arena = new ArrayBuffer(0);
  let listener: ((timing: KernelTiming) => void) | undefined;

  function compiled(kernel: Kernel): KernelFunction {
    let found = kernels.get(kernel.key);
    if (!found) {
      found = compileKernel(kernel);
      kernels.set(kernel.key, found);
    }
    return found;
  }

  function run(given: Executable, buffers: readonly BackendBuffer[], args: readonly Argument[]): number {
    const executable = executableOf(given);
    const { memory, external, steps, failed, stateFrom, program } = executable;
    if (arena.byteLength < program.arenaBytes) {
      // Growing by half bounds what idle programs keep of outgrown arenas to about the size of this one, twice.
      arena = new ArrayBuffer(Math.max(program.arenaBytes, Math.ceil(arena.byteLength * 1.5)));
    }
    if (executable.arena !== arena) executable.bindTemporaries(arena);
    for (let i = 0; i < external.length; i++) memory[external[i]] = arrayOf(buffers[i]);
    if (failed.length > 0) failed.fill(0);
    let status = -1;
    for (let i = 0; i < steps.length; i++) {
      if (i === stateFrom && failed.length > 0) {
        status = executable.firstFailure();
        if (status >= 0) break;
      }
      const { kernel, run, call } = steps[i];
      const start = listener ? performance.now() : 0;
      run(memory, call, args, failed);
      listener?.({ kernel, calls: 1, start, duration: performance.now() - start });
    }
    for (let i = 0; i < external.length; i++) memory[external[i]] = absent;
    return status >= 0 || failed.length === 0 ? status : executable.firstFailure();
  }

  const read = (buffer: BackendBuffer): HostArray => arrayOf(buffer).slice();

  return {
    name: "cpu",
    dtypes: new Set(dtypes),
    synchronous: true,
    memoryLimit: Number.POSITIVE_INFINITY,
    allocate: (dtype, length) => new CpuBuffer(dtype, length),
    release(buffer) {
      if (buffer instanceof CpuBuffer) buffer.array = hostArray(buffer.dtype, 0);
    },
    write(buffer, data) {
      const array = arrayOf(buffer);
      if (array.constructor !== data.constructor || array.length !== data.length) {
        const got = `${data.constructor.name} of ${data.length}`;
        throw new BackendError(`cpu: a ${buffer.dtype} buffer of ${buffer.length} elements cannot hold a ${got}`);
      }
      bytesIn(array).set(bytesIn(data));
    },
    read: async (buffer) => read(buffer),
    readSync: read,
    compile: (program) => new CpuExecutable(program, compiled),
    run,
    profile(given) {
      listener = given;
    },
    explain: explainProgram,
    info: () => ({
      renderer: allowed ? "generated JavaScript" : "interpreter",
      "why no generated JavaScript": allowed
        ? ""
        : options.codegen === "off"
          ? "switched off by the option codegen"
          : "this environment forbids new Function",
      kernels: kernels.size,
      arenaBytes: arena.byteLength,
    }),
  };
}

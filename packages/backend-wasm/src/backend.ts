import {
  type Argument,
  type Backend,
  type BackendBuffer,
  BackendError,
  bytesOf,
  type DType,
  dtypes,
  type Executable,
  type HostArray,
  hostArray,
  hostView,
  type KernelTiming,
  Pressure,
} from "@cresset/core/backend";
import { commandBytes, Engine } from "./engine.ts";
import { Layouts, WasmExecutable } from "./executable.ts";
import { detectFeatures, requireWebAssembly } from "./features.ts";
import { without } from "./lowering/compile.ts";
import { Allocator, pageBytes } from "./memory/allocator.ts";
import { Workspace } from "./memory/workspace.ts";
import type { Parts } from "./parts.ts";

export interface WasmOptions {
  /** Vector instructions. Default: where the engine has them. */
  readonly simd?: boolean;
  /** Fused multiply-add in contractions. Default: where the engine has it. */
  readonly relaxedSimd?: boolean;
  /**
   * V8's experimental revectorizer, which uses AVX: products then run almost twice as fast. It concerns all WebAssembly of the
   * process, and is tested when the backend is made; where it cannot be had, `info()` says why, and everything works without
   * it. Node 24 and later on x64. Default: off.
   */
  readonly revectorize?: boolean;
  /**
   * Threads that large programs run on, the caller's included; results are the same with any number. More than one need shared
   * memory: a cross-origin isolated page, Node, Deno or Bun. Workers start when there is work for them. Default: one per core.
   */
  readonly threads?: number;
  /**
   * Which programs run on several threads: those that are "large" enough to gain by it, or "all", for tests; then registering
   * the backend waits for the workers, and fails if they do not come. Without shared memory there are none to wait for, and
   * `info()` says so. Default: "large".
   */
  readonly share?: "large" | "all";
  /**
   * Whether a program first runs with code that is compiled sooner but runs slower, until it has run for as long as compiling
   * takes; the results are the same. Default: true.
   */
  readonly haste?: boolean;
  /**
   * The most that `info().memoryLimit` may become, in bytes: what values may take before those that nothing has used lately are
   * moved to host arrays. It starts at 16 MiB, and grows with what is in use. Default: 1 GiB.
   */
  readonly memoryLimit?: number;
}

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;
const addressSpace = 4 * gibibyte;
const firstPages = 16;

/** A memory that may grow to 4 GiB, or to what the engine lets one reserve. */
function makeAllocator(shared: boolean): Allocator {
  for (let maximum = addressSpace / pageBytes; ; maximum /= 2) {
    try {
      const memory = new WebAssembly.Memory({ initial: firstPages, maximum, shared });
      // The end of the last page is an address, too.
      return new Allocator(memory, Math.min(maximum * pageBytes, addressSpace - pageBytes));
    } catch (error) {
      if (maximum > 2 * firstPages) continue;
      const reason = error instanceof Error ? error.message : error;
      throw new BackendError(`wasm: the engine gives no memory: ${reason}`);
    }
  }
}

/** A part of the linear memory. */
class WasmBuffer implements BackendBuffer {
  readonly dtype: DType;
  readonly length: number;
  readonly bytes: number;
  address: number;
  /** Of the memory that it is a part of. */
  readonly allocator: Allocator;

  constructor(dtype: DType, length: number, bytes: number, address: number, allocator: Allocator) {
    this.dtype = dtype;
    this.length = length;
    this.bytes = bytes;
    this.address = address;
    this.allocator = allocator;
  }

  release(): void {
    this.allocator.release(this.address, this.bytes);
    this.address = 0;
  }
}

const bytesIn = (array: HostArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Copies between arrays of one type; TypeScript cannot tell that they are. */
function copyInto(to: HostArray, from: HostArray): void {
  if (to instanceof Float32Array && from instanceof Float32Array) to.set(from);
  else bytesIn(to).set(bytesIn(from));
}

/** The backend of what it is to have: `wasm` of an entry. */
export function backendOf(parts: Parts, options: WasmOptions): Backend {
  requireWebAssembly();
  const found = detectFeatures();
  const simd = found.simd && options.simd !== false;
  const relaxedSimd = simd && found.relaxedSimd && options.relaxedSimd !== false;
  const whyNotRevectorized = parts.revectorizer?.(options.revectorize === true, relaxedSimd) ?? "left out here";
  const features = { simd, relaxedSimd, revectorize: whyNotRevectorized === "" };
  const threads = parts.threads?.count(options.threads) ?? 1;
  const shared = threads > 1 && parts.threads?.sharedMemory() === true;
  const allocator = makeAllocator(shared);
  const engine = new Engine(features, parts, allocator, threads, options.share === "all", options.haste !== false);
  // When moving is over, what is left is in use.
  const pressure = new Pressure(
    Math.min(options.memoryLimit ?? gibibyte, addressSpace),
    16 * mebibyte,
    (count) => 2 * count,
  );
  const workspace = new Workspace(allocator);
  const layouts = new Layouts();
  let listener: ((timing: KernelTiming) => void) | undefined;

  function bufferOf(buffer: BackendBuffer): WasmBuffer {
    if (buffer instanceof WasmBuffer && buffer.allocator === allocator) {
      if (buffer.address === 0) throw new BackendError("wasm: this buffer was released");
      return buffer;
    }
    throw new BackendError("wasm: this buffer belongs to another backend");
  }

  function executableOf(executable: Executable): WasmExecutable {
    if (executable instanceof WasmExecutable) return executable;
    throw new BackendError("wasm: this program was compiled by another backend");
  }

  /** On several threads where that is worth it, and there is memory for what each of them needs. */
  function run(given: Executable, buffers: readonly BackendBuffer[], args: readonly Argument[]): number {
    const executable = executableOf(given);
    layouts.use(executable);
    const { program, external, stateFrom, shared, alone, timing } = executable;
    const pool = shared && timing && listener === undefined ? engine.pool : undefined;
    const arenaBytes = Math.ceil(program.arenaBytes / 64) * 64;
    const take = ({ scratchBytes }: { scratchBytes: number }): number => workspace.take(arenaBytes + scratchBytes);
    const together = shared && timing && pool?.isWorth(shared, timing, take) ? shared : undefined;
    const arena = take(together ?? executable);
    const scratch = arena + arenaBytes;
    executable.bindArena(arena);
    for (let i = 0; i < external.length; i++) executable.bind(external[i], bufferOf(buffers[i]).address);
    if (program.arguments > 0) executable.setArguments(args);
    executable.clearChecks();
    const start = (half: "before" | "state", firstCall: number): void => {
      if (together) engine.share(together[half], scratch, together.time);
      else if (listener) engine.runApart(alone[half], scratch, (i) => executable.kernelOf(firstCall + i), listener);
      else engine.run(alone[half], scratch);
    };
    const { hasty } = executable;
    const begun = pool || hasty ? performance.now() : 0;
    start("before", 0);
    const status = executable.firstFailure();
    if (status >= 0) return status;
    if (stateFrom < program.commands.length) start("state", (alone.before.end - alone.before.first) / commandBytes);
    if (hasty) executable.spent(performance.now() - begun);
    else if (timing) pool?.note(timing, performance.now() - begun, together !== undefined);
    return executable.firstFailure();
  }

  /** The buffer's part of the memory as an array of its dtype. */
  const viewOf = ({ dtype, length, address }: WasmBuffer): HostArray =>
    hostView(dtype, allocator.bytes.buffer, address, length);

  function read(buffer: BackendBuffer): HostArray {
    const given = bufferOf(buffer);
    // Several times as fast as slice() of a view of a large memory.
    const result = hostArray(given.dtype, given.length);
    copyInto(result, viewOf(given));
    pressure.read(result, given.bytes);
    return result;
  }

  return {
    name: "wasm",
    dtypes: new Set(dtypes),
    synchronous: true,
    cutsLoops: parts.rare.loops !== undefined,
    initialize: () => (options.share === "all" ? engine.pool?.started() : undefined),
    get memoryLimit() {
      return pressure.limit;
    },
    allocate(dtype, length) {
      const bytes = length * bytesOf(dtype);
      const address = workspace.orGiveBack(() => allocator.allocate(bytes));
      pressure.allocated(bytes);
      return new WasmBuffer(dtype, length, bytes, address, allocator);
    },
    release(buffer) {
      if (!(buffer instanceof WasmBuffer) || buffer.address === 0) return;
      pressure.released();
      buffer.release();
    },
    write(buffer, data) {
      const given = bufferOf(buffer);
      const view = viewOf(given);
      if (view.constructor !== data.constructor || view.length !== data.length) {
        const got = `${data.constructor.name} of ${data.length}`;
        throw new BackendError(`wasm: a ${given.dtype} buffer of ${given.length} elements cannot hold a ${got}`);
      }
      copyInto(view, data);
      pressure.written(data, given.bytes);
    },
    read: async (buffer) => read(buffer),
    readSync: read,
    compile(program) {
      const executable = new WasmExecutable(parts.share?.(program) ?? { program, constants: [] }, engine, allocator);
      layouts.use(executable);
      return executable;
    },
    run,
    profile(given) {
      listener = given;
    },
    explain: (program) =>
      parts.explain?.(parts.share?.(program).program ?? program, engine) ?? without("explanations").message,
    info: () => ({
      simd: features.simd,
      "why no simd": reason(features.simd, found.simd, "the option simd"),
      relaxedSimd: features.relaxedSimd,
      "why no relaxedSimd": reason(
        features.relaxedSimd,
        found.relaxedSimd,
        simd ? "the option relaxedSimd" : "simd being off",
      ),
      revectorize: features.revectorize,
      "why no revectorize": whyNotRevectorized,
      threads: engine.pool?.threads ?? 1,
      "why no more threads": engine.pool?.whyOne ?? parts.threads?.whyOne(threads) ?? "left out here",
      kernels: engine.kernels,
      modules: engine.modules,
      memoryBytes: allocator.bytes.length,
      usedBytes: allocator.used,
      memoryLimit: pressure.limit,
      buffers: pressure.buffers,
    }),
  };
}

function reason(on: boolean, has: boolean, cause: string): string {
  if (on) return "";
  return has ? `switched off by ${cause}` : "this engine, or its processor, does not have it";
}

import type { DType, HostArray } from "../dtype/dtype.ts";
import type { Argument, Kernel, Program } from "./program.ts";

/** A buffer of a backend; only the backend that made it looks inside. */
export interface BackendBuffer {
  readonly dtype: DType;
  /** Elements. */
  readonly length: number;
}

/** A program made ready to run by `Backend.compile`. */
export interface Executable {
  readonly program: Program;
}

/** How long a kernel took: one call of it, or all calls of one command. */
export interface KernelTiming {
  readonly kernel: Kernel;
  readonly calls: number;
  /** Milliseconds, on the clock of `performance.now()` as nearly as the backend can tell. */
  readonly start: number;
  readonly duration: number;
}

/**
 * The number of the first failed check, or -1. Asynchronous backends may give it when it is known; or the error for which they
 * did not run the program at all, so that nothing was written. They reject where they do not know what was written.
 */
export type RunStatus = number | Promise<number | Error>;

/** The first buffer of each pair is to get the content of the second. */
export type Restored = readonly (readonly [to: BackendBuffer, from: BackendBuffer])[];

/**
 * What a backend implements. It sees programs and buffers: never a tensor, never a derivative.
 *
 * Calls arrive in order and take effect in order: a `read` sees what earlier `run`s wrote.
 */
export interface Backend {
  /** Unique name, used as the device name: "cpu", "wasm", "webgpu". */
  readonly name: string;
  readonly dtypes: ReadonlySet<DType>;
  /** Whether `readSync` works and `run` returns its status at once. */
  readonly synchronous: boolean;
  /**
   * Whether a loop that asks where a coordinate lies takes no longer than one that does not ask: a concatenation is one kernel then,
   * however many parts it has. Elsewhere parts are joined by fours, and these.
   */
  readonly cutsLoops?: boolean;
  /**
   * Bytes after which the runtime moves values that were not used lately to host arrays and releases their buffers.
   * Infinity where buffers are ordinary garbage-collected arrays.
   */
  readonly memoryLimit: number;
  /**
   * Asked before each allocation, of backends where some values share a place that cannot grow without end. Where it is so full that
   * values are to leave, however few bytes there are elsewhere: how many bytes, and which buffers lie there.
   */
  crowded?(): { readonly bytes: number; holds(buffer: BackendBuffer): boolean } | null;
  /** Called once by `registerBackend`, before anything else. May reject with `BackendError`. */
  initialize?(): Promise<void> | void;
  allocate(dtype: DType, length: number): BackendBuffer;
  /** The buffer is not used again. */
  release(buffer: BackendBuffer): void;
  /** Copies `data` (of exactly the buffer's length) into the buffer. */
  write(buffer: BackendBuffer, data: HostArray): void;
  /**
   * Of asynchronous backends: like `write`, of what is not known yet. What is asked for later sees it. Where it rejects, runs that
   * use the buffer are not run, and they and reads of it end with its error.
   */
  writeLater?(buffer: BackendBuffer, data: Promise<HostArray>): void;
  /** False where the device turned out to have no memory for what was written. What the host has too is then written anew. */
  intact?(buffer: BackendBuffer): boolean;
  /** A copy of the buffer's content. */
  read(buffer: BackendBuffer): Promise<HostArray>;
  /** The same of many, where that costs less than one by one. */
  readMany?(buffers: readonly BackendBuffer[]): Promise<HostArray[]>;
  readSync?(buffer: BackendBuffer): HostArray;
  compile(program: Program): Executable;
  /**
   * Runs the program on `buffers` (one for each non-temporary buffer of the program, in order) and `args`.
   *
   * @param restore given to asynchronous backends, which are asked for later runs before it is known whether this one fails. Those
   * that return a promise call it before, and copy what it says if a check fails or the program is not run.
   * @throws BackendError if it is known at once that the program cannot run; then nothing was written.
   */
  run(
    executable: Executable,
    buffers: readonly BackendBuffer[],
    args: readonly Argument[],
    restore?: () => Restored,
  ): RunStatus;
  /**
   * While there is a listener, tells it how long the kernels take that are run; programs may take longer as a whole. Given
   * undefined, it ends that, and resolves when everything has been told. Absent where a backend cannot tell.
   */
  profile?(listener: ((timing: KernelTiming) => void) | undefined): Promise<void> | void;
  /** The program's kernels as readable text. */
  explain(program: Program): string;
  /** Facts about this backend on this machine, and why a feature is off. */
  info(): Record<string, string | number | boolean>;
}

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

/** The number of the first failed check, or -1. Asynchronous backends return it when it is known. */
export type RunStatus = number | Promise<number>;

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
   * Bytes after which the runtime moves values that were not used lately to host arrays and releases their buffers.
   * Infinity where buffers are ordinary garbage-collected arrays.
   */
  readonly memoryLimit: number;
  /** Called once by `registerBackend`, before anything else. May reject with `BackendError`. */
  initialize?(): Promise<void> | void;
  allocate(dtype: DType, length: number): BackendBuffer;
  /** The buffer is not used again. */
  release(buffer: BackendBuffer): void;
  /** Copies `data` (of exactly the buffer's length) into the buffer. */
  write(buffer: BackendBuffer, data: HostArray): void;
  /** A copy of the buffer's content. */
  read(buffer: BackendBuffer): Promise<HostArray>;
  /** The same of many, where that costs less than one by one. */
  readMany?(buffers: readonly BackendBuffer[]): Promise<HostArray[]>;
  readSync?(buffer: BackendBuffer): HostArray;
  compile(program: Program): Executable;
  /**
   * Runs the program on `buffers` (one for each non-temporary buffer of the program, in order) and `args`.
   *
   * @param restore given to asynchronous backends, which are asked for later runs before it is known whether a check of this one
   * fails: if one does, the first buffer of each pair gets the content of the second.
   */
  run(
    executable: Executable,
    buffers: readonly BackendBuffer[],
    args: readonly Argument[],
    restore?: readonly (readonly [to: BackendBuffer, from: BackendBuffer])[],
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

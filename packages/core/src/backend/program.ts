/**
 * What a backend runs: a program is a list of commands over numbered buffers; a command runs one kernel on one or more
 * sets of buffers. Kernels refer to operands, arguments and extents by position, so that equal kernels of different
 * programs are one kernel (`key`), compiled once.
 */
import type { DType } from "../dtype/dtype.ts";
import type { ScalarOp } from "./scalar.ts";

/** An integer computed from the axes of the index space. Quotients and remainders are taken of non-negative numbers. */
export type Index =
  | { readonly kind: "constant"; readonly value: number }
  /** The coordinate along an axis of the kernel. */
  | { readonly kind: "axis"; readonly axis: number }
  /** An integer argument of the kernel (a slice's start). */
  | { readonly kind: "argument"; readonly slot: number }
  | { readonly kind: "sum"; readonly left: Index; readonly right: Index }
  | { readonly kind: "product"; readonly input: Index; readonly by: number }
  | { readonly kind: "quotient"; readonly input: Index; readonly by: number }
  | { readonly kind: "remainder"; readonly input: Index; readonly by: number }
  /** An index read from data: an integer expression, checked or known to lie in [0, extent). Out-of-range values must not read or write outside the buffer. */
  | { readonly kind: "value"; readonly value: Expression; readonly extent: number };

/** Holds where every index lies in [0, extent) and, where `step` is not 1, is a multiple of it. Ranges are tested before multiples. */
export interface Bound {
  readonly index: Index;
  readonly extent: number;
  readonly step: number;
}

/** A scalar computed at one point of the index space. */
export type Expression =
  | { readonly kind: "constant"; readonly dtype: DType; readonly value: number | bigint }
  /** A scalar argument of the kernel, converted to `dtype`. */
  | { readonly kind: "argument"; readonly dtype: DType; readonly slot: number }
  /** An index as a value. */
  | { readonly kind: "index"; readonly dtype: DType; readonly index: Index }
  | { readonly kind: "load"; readonly dtype: DType; readonly operand: number; readonly index: Index }
  | { readonly kind: "register"; readonly dtype: DType; readonly register: number }
  /** An elementwise primitive. Operands have one dtype (`where`: the first is bool); `dtype` is the result's. */
  | { readonly kind: "apply"; readonly op: ScalarOp; readonly dtype: DType; readonly inputs: readonly Expression[] }
  | { readonly kind: "cast"; readonly dtype: DType; readonly input: Expression }
  /** `value` where all bounds hold, else `otherwise`; `value` must not be evaluated (its loads may lie outside) where they do not. */
  | {
      readonly kind: "guard";
      readonly dtype: DType;
      readonly bounds: readonly Bound[];
      readonly value: Expression;
      readonly otherwise: Expression;
    };

/**
 * How a reduction combines values. sum and product of float16 and float32 accumulate with at least float32 precision in
 * an order that depends on the extents only; of integers they wrap. max and min let NaN win. argmax and argmin give the
 * int64 row-major position, within the reduced axes, of the first extreme (the first NaN if there is one).
 */
export type ReduceOp = "sum" | "product" | "max" | "min" | "argmax" | "argmin";

export interface Reduction {
  readonly register: number;
  readonly op: ReduceOp;
  /** dtype of the result: the value's, or int64 for argmax and argmin. */
  readonly dtype: DType;
  readonly value: Expression;
}

export type Statement =
  /** Names a value for the rest of its block (and the blocks inside). */
  | { readonly kind: "let"; readonly register: number; readonly value: Expression }
  | { readonly kind: "store"; readonly operand: number; readonly index: Index; readonly value: Expression }
  /** Records check number `check` of the call as failed where `condition` (bool) is false. */
  | { readonly kind: "check"; readonly check: number; readonly condition: Expression }
  /** An inner loop over `axes`. Afterwards the registers of `reductions` hold their results. Inner loops do not nest. */
  | {
      readonly kind: "inner";
      readonly axes: readonly number[];
      readonly body: readonly Statement[];
      readonly reductions: readonly Reduction[];
    };

export interface Operand {
  readonly dtype: DType;
  readonly access: "read" | "write" | "update";
}

interface KernelBase {
  /** Equal kernels have equal keys. */
  readonly key: string;
  /** A name for people, such as "mul_add_sum". */
  readonly name: string;
  readonly operands: readonly Operand[];
  /** Number of axes; a call gives the extent of each. */
  readonly axes: number;
  /** Number of scalar arguments. */
  readonly arguments: number;
  /** Number of checks. */
  readonly checks: number;
}

/** For each point of the first `outer` axes, in any order or in parallel: run the body. */
export interface LoopKernel extends KernelBase {
  readonly kind: "loop";
  readonly outer: number;
  readonly body: readonly Statement[];
}

/**
 * register := sum over depth of left · right, for each point of (batch, rows, columns); then the body (the epilogue).
 * Axes are numbered batch, rows, columns, depth. `left` uses no column axis, `right` no row axis, the body no depth axis.
 */
export interface ContractionKernel extends KernelBase {
  readonly kind: "contraction";
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly dtype: DType;
  readonly left: Expression;
  readonly right: Expression;
  readonly register: number;
  readonly body: readonly Statement[];
}

export type ScatterMode = "set" | "sum" | "product" | "max" | "min";

/** For each point of all axes, in row-major order: combine `value` into operand `target` (access "update") at `index`. */
export interface ScatterKernel extends KernelBase {
  readonly kind: "scatter";
  readonly mode: ScatterMode;
  readonly target: number;
  readonly index: Index;
  readonly value: Expression;
}

export type ScanOp = "sum" | "product" | "max" | "min" | "argmax" | "argmin" | "logsumexp";

/**
 * For each row (all axes but the last): running reductions along the last axis, stored at `index` of operand `target`.
 * argmax and argmin give the int64 position of the *last* extreme so far, as PyTorch's cummax and cummin do.
 */
export interface ScanKernel extends KernelBase {
  readonly kind: "scan";
  readonly op: ScanOp;
  readonly dtype: DType;
  readonly value: Expression;
  readonly target: number;
  readonly index: Index;
}

/** For each row (all axes but the last): the int64 positions that sort `value` stably along the last axis; NaN is the greatest. */
export interface SortKernel extends KernelBase {
  readonly kind: "sort";
  readonly descending: boolean;
  /** How many positions of each row are read; all, if it is not there. Others may be written or not. */
  readonly first?: number;
  readonly value: Expression;
  readonly target: number;
  readonly index: Index;
}

export type Kernel = LoopKernel | ContractionKernel | ScatterKernel | ScanKernel | SortKernel;

/** One use of a kernel: program buffers by operand, program arguments by slot, extents by axis, program checks by check. */
export interface Call {
  readonly buffers: readonly number[];
  readonly arguments: readonly number[];
  readonly extents: readonly number[];
  readonly checks: readonly number[];
}

/** Calls of one command are independent of each other and may run in any order, or at once. */
export interface Command {
  readonly kernel: Kernel;
  readonly calls: readonly Call[];
}

export interface BufferSpec {
  readonly dtype: DType;
  /** Elements. */
  readonly length: number;
  /**
   * input: read only, given by the caller. output: written, given by the caller. update: read and written in place.
   * temporary: lives in the arena at `offset` (bytes) for part of the program.
   */
  readonly role: "input" | "output" | "update" | "temporary";
  readonly offset: number;
}

export interface Program {
  readonly buffers: readonly BufferSpec[];
  readonly arenaBytes: number;
  /** Number of scalar arguments; each is given as a number, or a bigint where it is exact only so. */
  readonly arguments: number;
  readonly checks: number;
  readonly commands: readonly Command[];
  /** Commands from here on write state (parameters …): they must not run if a check of an earlier command failed. */
  readonly stateFrom: number;
}

/** A scalar argument as the runtime hands it over. */
export type Argument = number | bigint;

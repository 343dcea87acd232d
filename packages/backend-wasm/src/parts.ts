import type {
  ContractionKernel,
  Expression,
  Kernel,
  LoopKernel,
  Program,
  ScanKernel,
  ScatterKernel,
  SharingProgram,
  SortKernel,
  Statement,
} from "@cresset/core/backend";
import type { Engine } from "./engine.ts";
import type { Features } from "./features.ts";
import type { Variable } from "./lowering/code/emitter.ts";
import type { LaneMath } from "./lowering/code/lane-math.ts";
import type { Lanes } from "./lowering/code/lanes.ts";
import type { Accumulator, LaneVariable } from "./lowering/reductions/reduction.ts";
import type { SharedFunction } from "./lowering/values/shared.ts";
import type { KernelWriter } from "./lowering/writer.ts";
import type { Allocator } from "./memory/allocator.ts";
import type { Pool } from "./threads/pool.ts";

/** A reduction of many vectors, each lane of its own. */
export interface LaneReduction {
  /** @param copy which repetition of a loop's body this is. */
  add(x: Lanes, copy: number): void;
  /** The result of each lane. */
  lanes(): Lanes;
}

/** The best value so far, and where it was first. */
interface Found {
  readonly best: LaneVariable;
  readonly position: LaneVariable;
}

/** The search of argmax or argmin along a row. */
export interface PositionSearch extends Found {
  /** The position of the next point. */
  readonly counter: Variable;
  /** Whether `x` is a new extreme after `best`. */
  isBetter(x: Lanes, best: Lanes): Lanes;
  /** Where `better` holds, `x` at `at` is the best. */
  replace(found: Found, better: Lanes, x: Lanes, at: Lanes): void;
}

/** How an accumulator takes four neighbours at a time. */
export type VectorPart = Pick<Accumulator, "enterVector" | "addVector" | "leaveVector">;

/** How kernels are written that few programs have, or faster than they would be otherwise. */
export interface RareKernels {
  /** Contractions that read neighbours: convolutions and products of few rows, which otherwise pack what they read. */
  readonly runs?: {
    /** In which way a call of these extents does that; 0, if in none. */
    way(kernel: ContractionKernel, extents: readonly number[]): number;
    /** Bytes of scratch memory that a call needs. */
    scratch(kernel: ContractionKernel, extents: readonly number[], features: Features): number;
    write(w: KernelWriter, kernel: ContractionKernel): void;
  };
  /**
   * Loops that ask where a coordinate lies, which otherwise ask at every point, and those that read along one axis and write
   * along another, which otherwise go through memory in large steps.
   */
  readonly loops?: {
    /** The axes, bit by bit, along which a call of these extents has less than four points. */
    way(kernel: Kernel, extents: readonly number[]): number;
    /** @param inside writes the loops of a segment; along the axes in `narrow` it has less than four points. */
    write(
      w: KernelWriter,
      kernel: LoopKernel,
      inside: (body: readonly Statement[], narrow: ReadonlySet<number>) => void,
    ): void;
  };
  /** Four elements at another distance than 1, which otherwise are read one by one; undefined where they have to be. */
  readonly near?: (
    w: KernelWriter,
    load: Expression & { readonly kind: "load" },
    stride: number,
    pinned: boolean,
  ) => Lanes | undefined;
  /** Maxima and minima within a kernel, which otherwise are those of two each. */
  readonly extremum?: () => LaneMath["extremum"];
  /** Maxima and minima of float32 along memory, which otherwise take twice the instructions. */
  readonly rowExtremum?: (w: KernelWriter, name: "max" | "min", identity: Lanes) => LaneReduction;
  /** argmax and argmin along memory, which otherwise look at one point at a time. */
  readonly positionLanes?: (w: KernelWriter, search: PositionSearch) => VectorPart;
  /** Scatters of rows, which are otherwise written point by point. */
  readonly scatter?: (w: KernelWriter, kernel: ScatterKernel) => void;
  readonly scan?: { write(w: KernelWriter, kernel: ScanKernel): void };
  readonly sort?: {
    write(w: KernelWriter, kernel: SortKernel): void;
    /** Bytes of scratch memory that a call needs. */
    scratch(kernel: SortKernel, extents: readonly number[]): number;
  };
}

/** Threads; their number includes the caller. */
export interface Threads {
  /** @throws BackendError for a number that cannot be. */
  count(wanted: number | undefined): number;
  /** Whether memory can be shared with workers. */
  sharedMemory(): boolean;
  /** Why there are no more than one, if there are not. */
  whyOne(wanted: number): string;
  /** @param shareAll whether small programs are to be shared, too. */
  make(
    count: number,
    shareAll: boolean,
    allocator: Allocator,
  ): { driver: Uint8Array<ArrayBuffer>; pool(driver: WebAssembly.Module): Pool };
}

/** What a backend can be made without, for pages that count bytes: a bundler leaves out what no entry names. */
export interface Parts {
  /** The function of a name that kernels share, if there is one. */
  readonly functions?: (name: string, features: Features) => SharedFunction | undefined;
  readonly rare: RareKernels;
  /** The program with fewer kernels, where those of several steps differ in positions alone. */
  readonly share?: (program: Program) => SharingProgram;
  /** Threads that share the memory. */
  readonly threads?: Threads;
  /** Switches V8's revectorizer on where it is wanted, and says why it is not, if it is not. */
  readonly revectorizer?: (wanted: boolean, relaxedSimd: boolean) => string;
  /** A program and its kernels as text. */
  readonly explain?: (program: Program, engine: Engine) => string;
}

/** What of the adapter decides how kernels are written. */
export interface Machine {
  /**
   * Whether the threads of a workgroup run at once and share memory cheaply. Software adapters run them one after another, and
   * a barrier makes them change places: there, a thread does everything for its point.
   */
  readonly cooperative: boolean;
  /** Whether the threads of a workgroup may exchange values in subgroups. */
  readonly subgroups: boolean;
  /** How many steps the loops of a thread may take, all together; infinity, unless an adapter ends them early. */
  readonly loopSteps: number;
  /** What a workgroup's threads can share. Every adapter has 16 KiB, but not every device asks for more. */
  readonly workgroupBytes: number;
  /** Values up to this size live in the heap. */
  readonly heapBytes: number;
}

/** How a kernel runs for given extents. */
export interface Plan {
  /** Part of the pipeline's key: what of the extents is baked into the text. */
  readonly key: string;
  readonly workgroups: number;
  /** How many steps the loops of a thread may take, about. */
  readonly steps: number;
}

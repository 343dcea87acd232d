/** How a kernel runs for given extents. */
export interface Plan {
  /** Part of the pipeline's key: what of the extents is baked into the text. */
  readonly key: string;
  readonly workgroups: number;
}

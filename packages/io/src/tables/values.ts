/** A table's values of any type, some rows at a time. */
export interface TableValues {
  /** Names of the columns. */
  readonly names: readonly string[];
  /** The values of some rows, by column; can be gone through once. A file is open while that is done, and no longer. */
  readonly groups: AsyncIterable<ReadonlyMap<string, readonly unknown[]>>;
}

/** What tables of all formats are read with. */
export interface TableOptions {
  /** The columns to read, in that order; default: all. */
  readonly columns?: readonly string[];
  /** What stands where a value is missing: a number that the column's dtype has, such as `NaN` for floats. Default: refused. */
  readonly nulls?: number;
  /**
   * Dates and times: refused (the default), or as the whole numbers that the table has for them, such as days or microseconds
   * since 1970.
   */
  readonly dates?: "refuse" | "integers";
  /** Name of the device; default: the default device. */
  readonly device?: string;
}

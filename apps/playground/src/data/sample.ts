/** The columns of a built-in table; NaN is an empty cell. */
export type SampleColumns = Readonly<Record<string, readonly number[]>>;

/** As a table has it: four decimals. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

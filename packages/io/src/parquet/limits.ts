/** Whole numbers that a column's dtype has not: a page is looked at for them before any column is decoded. */
import type { DType } from "@cresset/core/functions";
import type { SchemaElement } from "hyparquet";
import type { FormatError } from "../errors.ts";
import { rangeOf, refusedValue } from "../tables/column.ts";

/** The whole numbers that a column's values may be, of those that are stored in 32 or 64 bits. */
export class Limits {
  readonly #column: string;
  readonly #dtype: DType;
  readonly #least: bigint;
  readonly #most: bigint;

  constructor(column: string, dtype: DType, [least, most]: readonly [bigint, bigint]) {
    this.#column = column;
    this.#dtype = dtype;
    this.#least = least;
    this.#most = most;
  }

  holds(value: bigint): boolean {
    return value >= this.#least && value <= this.#most;
  }

  /** @param row where it is, from 0; null where that is not known, as values are missing. */
  refused(value: bigint, row: number | null): FormatError {
    // Those that are stored as negative ones are beyond 2⁶³, as no others are refused in columns without a sign.
    const shown = this.#dtype === "int64" ? BigInt.asUintN(64, value) : value;
    return refusedValue(this.#column, this.#dtype, shown, row);
  }
}

/** What limits a column; null where its dtype has all that can be stored. */
export function limitsOf(
  { name, type, logical_type: logical, converted_type: converted }: SchemaElement,
  dtype: DType,
): Limits | null {
  if (type !== "INT32" && type !== "INT64") return null;
  if (dtype === "int64") {
    const unsigned =
      converted === "UINT_64" || (logical?.type === "INTEGER" && logical.bitWidth === 64 && !logical.isSigned);
    return unsigned ? new Limits(name, dtype, [0n, 2n ** 63n - 1n]) : null;
  }
  const range = rangeOf(dtype);
  if (range === null || (dtype === "int32" && type === "INT32")) return null;
  return new Limits(name, dtype, [BigInt(range[0]), BigInt(range[1])]);
}

/** Goes over `count` whole numbers that are stored one after the other; `each` is given them with their places. */
export function forEachPlain(
  page: Uint8Array,
  at: number,
  count: number,
  width: number,
  each: (value: bigint, i: number) => void,
): void {
  const view = new DataView(page.buffer, page.byteOffset + at, count * width);
  for (let i = 0; i < count; i++)
    each(width === 4 ? BigInt(view.getInt32(4 * i, true)) : view.getBigInt64(8 * i, true), i);
}

/** The same for numbers of which all first bytes stand together, then all second ones, and so on. */
export function forEachSplit(
  page: Uint8Array,
  at: number,
  count: number,
  width: number,
  each: (value: bigint, i: number) => void,
): void {
  const one = new Uint8Array(width);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < width; k++) one[k] = page[at + k * count + i];
    forEachPlain(one, 0, 1, width, (value) => each(value, i));
  }
}

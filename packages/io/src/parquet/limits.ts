/** Whole numbers that a column's dtype has not: a page is looked at for them before any column is decoded. */
import type { DType } from "@cresset/core/functions";
import type { SchemaElement } from "hyparquet";
import type { Content } from "../compression/content.ts";
import type { FormatError } from "../errors.ts";
import { rangeOf, refusedValue } from "../tables/column.ts";

/** Is given a number as its upper 32 bits, with the sign, and its lower ones, and how many came before it. */
export type Each = (upper: number, lower: number, i: number) => void;

/** The whole numbers that a column's values may be, of those that are stored in 32 or 64 bits. */
export class Limits {
  readonly #column: string;
  readonly #dtype: DType;
  readonly #least: number;
  readonly #most: number;

  constructor(column: string, dtype: DType, [least, most]: readonly [number, number]) {
    this.#column = column;
    this.#dtype = dtype;
    this.#least = least;
    this.#most = most;
  }

  /** Whether they are told by a number's sign, as it is stored. */
  get areOfSign(): boolean {
    return this.#dtype === "int64";
  }

  holds(upper: number, lower: number): boolean {
    // Rounded, beyond 2⁵³, but no bound is near there except for 2⁶³, which is beyond.
    const value = upper * 2 ** 32 + lower;
    return value >= this.#least && value <= this.#most;
  }

  /** @param row where it is, from 0; null where that is not known, as values are missing. */
  refused(upper: number, lower: number, row: number | null): FormatError {
    const value = BigInt(upper) * 2n ** 32n + BigInt(lower);
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
    return unsigned ? new Limits(name, dtype, [0, 2 ** 63]) : null;
  }
  const range = rangeOf(dtype);
  if (range === null || (dtype === "int32" && type === "INT32")) return null;
  return new Limits(name, dtype, range);
}

/** Goes over `count` whole numbers that are stored one after the other. */
export function forEachPlain(content: Content, count: number, width: number, each: Each): void {
  for (let done = 0; done < count; ) {
    const part = content.some(width, (count - done) * width);
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    const end = done + part.length / width;
    if (width === 4)
      for (let i = done; i < end; i++) {
        const value = view.getInt32(4 * (i - done), true);
        each(value >> 31, value >>> 0, i);
      }
    else
      for (let i = done, at = 0; i < end; i++, at += 8) each(view.getInt32(at + 4, true), view.getUint32(at, true), i);
    done = end;
  }
}

/** The same for numbers of 4 or 8 bytes whose first bytes are one content, the second ones another, and so on. */
export function forEachSplit(contents: readonly Content[], count: number, each: Each): void {
  const part = (k: number): number =>
    contents[k].next() |
    (contents[k + 1].next() << 8) |
    (contents[k + 2].next() << 16) |
    (contents[k + 3].next() << 24);
  for (let i = 0; i < count; i++) {
    const lower = part(0);
    each(contents.length === 4 ? lower >> 31 : part(4), lower >>> 0, i);
  }
}

/** Whether compressed columns hold what is to be read, as far as can be told before they are unpacked. */
import type { Field } from "apache-arrow";
import { refused } from "../tables/column.ts";
import { type ArrowType, arrowTypes } from "./arrow.ts";
import { bitsOf } from "./types.ts";
import { type BatchOutline, verifyArrow } from "./verify.ts";

/** How many buffers columns of each type have, besides those of what is inside of them; of types that are not here nobody knows. */
const buffers: Readonly<Record<number, number>> = {
  1: 0, 2: 2, 3: 2, 4: 3, 5: 3, 6: 2, 7: 2, 8: 2, 9: 2, 10: 2, 11: 2, 12: 2, 13: 1, 15: 2, 16: 1, 17: 2, 18: 2, 19: 3, 20: 3,
  [arrowTypes.dictionary]: 2,
}; // biome-ignore format: a table

/**
 * @param bytes a file that was verified.
 * @throws FormatError for the first of the columns that has fewer values than it says, or lacks some where that is refused.
 */
export function requireWholeColumns(
  fields: readonly Field[],
  names: ReadonlySet<string>,
  bytes: Uint8Array,
  refuseMissing: boolean,
): void {
  verifyArrow(bytes, (batch) => {
    if (!batch.isCompressed) return;
    const walk = new Walk(batch, refuseMissing);
    for (const { name, type } of fields) if (!walk.over(type, names.has(name) ? name : null, batch.rows)) return;
  });
}

/** Goes over a batch's columns in the order in which they are described. */
class Walk {
  readonly #batch: BatchOutline;
  readonly #refuseMissing: boolean;
  #column = 0;
  #buffer = 0;

  constructor(batch: BatchOutline, refuseMissing: boolean) {
    this.#batch = batch;
    this.#refuseMissing = refuseMissing;
  }

  /** Goes on behind a column, which is looked at if it has a name: it has a value for each row. Whether that could be done. */
  over(type: ArrowType, name: string | null, rows: number): boolean {
    const { typeId } = type;
    const own = buffers[typeId];
    if (own === undefined) return false;
    const [column, buffer] = [this.#column++, this.#buffer];
    this.#buffer += own;
    if (name !== null) this.#require(name, type, column, buffer, rows);
    // Those of a dictionary's values lie elsewhere.
    const inner = typeId === arrowTypes.dictionary ? [] : (type.children ?? []);
    return inner.every((child) => this.over(child.type, name, rows * Number(type.listSize ?? 1)));
  }

  #require(name: string, type: ArrowType, column: number, buffer: number, rows: number): void {
    const { length, missing } = this.#batch.values(column);
    const isList = type.typeId === arrowTypes.fixedSizeList;
    const bitmap = this.#batch.bufferLength(buffer);
    const has = isList || length * bitsOf(type) <= 8 * this.#batch.bufferLength(buffer + 1);
    if (!has || length < rows || (bitmap > 0 && length > 8 * bitmap))
      throw refused(name, `has not the ${Math.max(rows, length)} values that it says`, "the table is damaged");
    if (missing > 0 && (isList || this.#refuseMissing))
      throw refused(name, `lacks ${missing} values`, "the option nulls says what stands for missing values");
  }
}

/** Whether columns hold what is to be read, before any of them is made: what is compressed may take a thousand times the file. */
import type { Field } from "apache-arrow";
import { Content } from "../compression/content.ts";
import { missing, refused, refusedValue } from "../tables/column.ts";
import { type ArrowType, arrowTypes } from "./arrow.ts";
import { damaged } from "./flatbuffer.ts";
import { bitsOf } from "./types.ts";
import { type BatchOutline, verifyArrow } from "./verify.ts";

/** How many buffers columns of each type have, besides those of what is inside of them; of types that are not here nobody knows. */
const buffers: Readonly<Record<number, number>> = {
  1: 0,
  2: 2,
  3: 2,
  4: 3,
  5: 3,
  6: 2,
  7: 2,
  8: 2,
  9: 2,
  10: 2,
  11: 2,
  12: 2,
  13: 1,
  15: 2,
  16: 1,
  17: 2,
  18: 2,
  19: 3,
  20: 3,
  21: 2,
  23: 2,
  24: 2,
  [arrowTypes.dictionary]: 2,
};

/** Types that have more buffers, and those whose buffers depend on how they are. */
const [binaryView, utf8View, union] = [23, 24, 14];

interface Requirements {
  /** Whether missing values are refused. */
  readonly noneMissing: boolean;
  /** Whether numbers beyond int64 are refused. */
  readonly int64: boolean;
}

/**
 * @param bytes a file that was verified.
 * @throws FormatError for the first of the columns that has fewer values than it says, or such as are refused.
 */
export function requireWholeColumns(
  fields: readonly Field[],
  names: ReadonlySet<string>,
  bytes: Uint8Array,
  required: Requirements,
): void {
  let firstRow = 0;
  const dictionaries = new Map<number, ArrowType>();
  for (const { type } of fields) addDictionaries(type, dictionaries);
  verifyArrow(bytes, (batch) => {
    const walk = new Walk(batch, firstRow, required);
    if (batch.dictionary !== null) {
      const type = dictionaries.get(batch.dictionary);
      if (type === undefined) throw damaged();
      walk.over(type, null, batch.rows);
      return;
    }
    for (const { name, type } of fields) if (!walk.over(type, names.has(name) ? name : null, batch.rows)) break;
    firstRow += batch.rows;
  });
}

function addDictionaries(
  type: ArrowType & { readonly id?: unknown; readonly dictionary?: unknown },
  into: Map<number, ArrowType>,
): void {
  if (type.typeId === arrowTypes.dictionary) {
    const values = type.dictionary as ArrowType;
    into.set(Number(type.id), values);
    addDictionaries(values, into);
  } else for (const child of type.children ?? []) addDictionaries(child.type, into);
}

/** Goes over a batch's columns in the order in which they are described. */
class Walk {
  readonly #batch: BatchOutline;
  readonly #firstRow: number;
  readonly #required: Requirements;
  #column = 0;
  #buffer = 0;
  /** Columns that have more buffers. */
  #longer = 0;

  constructor(batch: BatchOutline, firstRow: number, required: Requirements) {
    this.#batch = batch;
    this.#firstRow = firstRow;
    this.#required = required;
  }

  /** Goes on behind a column, which is looked at if it has a name: it has a value for each row. Whether that could be done. */
  over(type: ArrowType, name: string | null, rows: number, isInList = false): boolean {
    const { typeId } = type;
    const own = this.#buffersOf(type);
    if (own === undefined) return false;
    const [column, buffer] = [this.#column++, this.#buffer];
    this.#buffer += own;
    this.#batch.require(this.#column, this.#buffer);
    if (name !== null) {
      this.#requireWhole(name, type, column, buffer, rows);
      this.#requireValues(name, type, column, buffer, isInList);
    }
    // Those of a dictionary's values lie elsewhere.
    const inner = typeId === arrowTypes.dictionary ? [] : (type.children ?? []);
    return inner.every((child) => this.over(child.type, name, rows * Number(type.listSize ?? 1), true));
  }

  #buffersOf(type: ArrowType & { readonly mode?: unknown }): number | undefined {
    const { typeId } = type;
    // A union has its types, and if it is dense, places.
    if (typeId === union) return (type.mode === 1 ? 2 : 1) + (this.#batch.hasUnionBitmaps ? 1 : 0);
    const own = buffers[typeId];
    const isLonger = typeId === binaryView || typeId === utf8View;
    return own !== undefined && isLonger ? own + this.#batch.moreBuffers(this.#longer++) : own;
  }

  #requireWhole(name: string, type: ArrowType, column: number, buffer: number, rows: number): void {
    const { length, missing: lacking } = this.#batch.values(column);
    const isList = type.typeId === arrowTypes.fixedSizeList;
    const bitmap = this.#batch.bufferLength(buffer);
    const has = isList || length * bitsOf(type) <= 8 * this.#batch.bufferLength(buffer + 1);
    if (!has || length < rows || (bitmap > 0 && length > 8 * bitmap))
      throw refused(name, `has not the ${Math.max(rows, length)} values that it says`, "the table is damaged");
    if (lacking > 0 && (isList || this.#required.noneMissing)) {
      this.#requirePresent(name, length, buffer);
      throw refused(name, `lacks ${lacking} values`, "the option nulls says what stands for missing values");
    }
  }

  /** @throws FormatError for a value that is missing where that is refused, or one that no tensor holds. */
  #requireValues(name: string, type: ArrowType, column: number, buffer: number, isInList: boolean): void {
    const { length, missing: lacking } = this.#batch.values(column);
    if (lacking > 0 && !isInList && this.#required.noneMissing) this.#requirePresent(name, length, buffer);
    const isUint64 = type.typeId === arrowTypes.int && Number(type.bitWidth) === 64 && type.isSigned !== true;
    if (!isUint64 || !this.#required.int64) return;
    const present = presence(lacking > 0 ? this.#batch.content(buffer) : Content.of(new Uint8Array()));
    const values = this.#batch.content(buffer + 1);
    for (let i = 0; i < length && values.left >= 8; ) {
      const part = values.some(8, 8 * (length - i));
      const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
      for (let at = 0; at < part.length; at += 8, i++) {
        const isPresent = present();
        if (view.getInt32(at + 4, true) < 0 && isPresent)
          throw refusedValue(name, "int64", view.getBigUint64(at, true), isInList ? null : this.#firstRow + i);
      }
    }
  }

  #requirePresent(name: string, length: number, buffer: number): void {
    const bitmap = this.#batch.content(buffer);
    const count = Math.min(length, 8 * bitmap.left);
    const present = presence(bitmap);
    for (let i = 0; i < count; i++) if (!present()) throw missing(name, this.#firstRow + i);
  }
}

/** Whether the next value is there, as a bitmap says; beyond it, all are. */
function presence(bitmap: Content): () => boolean {
  let [byte, bit] = [0, 8];
  return () => {
    if (bit === 8) {
      byte = bitmap.left > 0 ? bitmap.next() : 255;
      bit = 0;
    }
    return (byte >> bit++) % 2 === 1;
  };
}

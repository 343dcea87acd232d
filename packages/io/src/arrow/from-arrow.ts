import { halfToFloat, hostArray, hostView } from "@cresset/core/backend";
import type { DType, HostArray } from "@cresset/core/functions";
import { fromHost, type Tensor, ValueError } from "@cresset/core/functions";
import { type CellValue, chosen, columnOf, missing, refused } from "../tables/column.ts";
import type { TableOptions } from "../tables/options.ts";
import { type ArrowData, type ArrowTable, type ArrowType, type ArrowVector, arrowTypes } from "./arrow.ts";
import { layoutOf } from "./types.ts";

/**
 * The columns of an Arrow table (or record batch) as tensors of shape `[rows]`, or `[rows, n]` where each value is a list of n
 * numbers; or one column as a tensor.
 *
 * A column in one piece, without missing values, of a dtype that both have, is not copied: the tensor is made over Arrow's
 * memory, which is not written to. Unsigned numbers become the next wider dtype that holds them all (uint16 int32, uint32
 * int64); uint64 becomes int64, and a number beyond is refused.
 *
 * @param table of the package `apache-arrow`, any version from 17 on.
 * @throws FormatError naming the first column that no tensor can hold: texts, decimals, dates unless `options.dates` says
 *   otherwise, dictionaries, nested values, missing values unless `options.nulls` says what stands for them.
 * @example
 * const { x, y } = fromArrow(tableFromIPC(bytes), { columns: ["x", "y"] });
 */
export function fromArrow(table: ArrowTable, options?: TableOptions): Record<string, Tensor>;
export function fromArrow(vector: ArrowVector, options?: Omit<TableOptions, "columns">): Tensor;
export function fromArrow(
  input: ArrowTable | ArrowVector,
  options: TableOptions = {},
): Record<string, Tensor> | Tensor {
  if (isVector(input)) return tensorOf("the vector", input, options);
  if (!isTable(input)) throw new ValueError("fromArrow() takes a Table, a RecordBatch or a Vector of apache-arrow");
  const names = input.schema.fields.map(({ name }) => name);
  const found: Record<string, Tensor> = Object.create(null);
  for (const name of chosen(names, options.columns)) {
    const vector = input.getChildAt(names.indexOf(name));
    if (vector !== null && vector !== undefined) found[name] = tensorOf(name, vector, options);
  }
  return found;
}

const isVector = (input: unknown): input is ArrowVector =>
  typeof input === "object" && input !== null && "data" in input && Array.isArray(input.data) && "type" in input;

const isTable = (input: unknown): input is ArrowTable =>
  typeof input === "object" && input !== null && "schema" in input && "getChildAt" in input;

function tensorOf(name: string, vector: ArrowVector, { nulls, dates, device }: TableOptions): Tensor {
  const { dtype, width, inner } = layoutOf(name, vector.type, dates ?? "refuse");
  const parts = width === null ? vector.data : vector.data.map((part) => listed(name, part, width));
  for (const part of parts) requireWhole(name, inner, part);
  const rows = vector.data.reduce((sum, { length }) => sum + length, 0);
  const data = dataOf(name, dtype, parts, inner, nulls);
  return fromHost(data, width === null ? [rows] : [rows, width], dtype, device);
}

/** @throws FormatError for a part that has less than its length says: a damaged file, which apache-arrow does not notice. */
function requireWhole(name: string, type: ArrowType, { values, length, offset, nullBitmap }: ArrowData): void {
  const has = ArrayBuffer.isView(values) ? (values as unknown as ArrayLike<unknown>).length : 0;
  const whole = type.typeId === arrowTypes.bool ? offset + length <= 8 * has : length <= has;
  requireRows(name, length, whole && hasBits(nullBitmap, offset + length));
}

function requireRows(name: string, length: number, whole: boolean): void {
  if (!whole || !Number.isSafeInteger(length) || length < 0)
    throw refused(name, `has not the ${length} values that it says`, "the table is damaged");
}

/** Whether a part says of so many values whether they are missing, if it says so of any. */
const hasBits = (bitmap: ArrowData["nullBitmap"], count: number): boolean =>
  !bitmap || bitmap.length === 0 || count <= 8 * bitmap.length;

/** The numbers in a part of lists of equal length. A missing list has no numbers that could stand for it. */
function listed(name: string, part: ArrowData, width: number): ArrowData {
  const { children, length, offset, nullBitmap } = part;
  requireRows(name, length, children[0]?.length >= width * length && hasBits(nullBitmap, offset + length));
  if (part.nullCount > 0) throw missing(name, firstMissing(part));
  return children[0].length === width * length ? children[0] : children[0].slice(0, width * length);
}

function firstMissing(part: ArrowData): number {
  let at = 0;
  while (at < part.length && part.getValid(at)) at++;
  return at;
}

function dataOf(
  name: string,
  dtype: DType,
  parts: readonly ArrowData[],
  type: ArrowType,
  nulls: number | undefined,
): HostArray {
  const same = parts.every((part) => part.nullCount === 0) ? parts.map((part) => hostPart(dtype, part)) : [];
  if (same.length === 1 && same[0] !== null) return same[0];
  const whole = same.filter((part) => part !== null);
  if (whole.length > 0 && whole.length === parts.length) return joined(dtype, whole);
  return columnOf(
    name,
    dtype,
    parts.map((part) => cells(name, type, part)),
    nulls,
  );
}

/** A part's own memory as a host array, where that is the same; null where it is not. */
function hostPart(dtype: DType, { values, length }: ArrowData): HostArray | null {
  if (dtype === "bool" || !ArrayBuffer.isView(values) || !(values.buffer instanceof ArrayBuffer)) return null;
  const empty = hostArray(dtype, 0);
  if (values.constructor !== empty.constructor) return null;
  return hostView(dtype, values.buffer, values.byteOffset, length);
}

function joined(dtype: DType, parts: readonly HostArray[]): HostArray {
  const data = hostArray(
    dtype,
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    (data as { set(values: HostArray, at: number): void }).set(part, at);
    at += part.length;
  }
  return data;
}

/** A part's values one by one. */
function cells(name: string, type: ArrowType, part: ArrowData): CellValue[] {
  const { values, length, offset } = part;
  const bits = type.typeId === arrowTypes.bool;
  if (!ArrayBuffer.isView(values)) {
    if (length === 0) return [];
    throw refused(name, "has no memory", "it is no column of apache-arrow");
  }
  const numbers = values as ArrayLike<number | bigint> & ArrayBufferView;
  const halves = type.typeId === arrowTypes.float && type.precision === 0;
  return Array.from({ length }, (_, i) => {
    if (!part.getValid(i)) return null;
    if (halves) return halfToFloat(Number(numbers[i]));
    if (!bits) return numbers[i];
    const bit = offset + i;
    return ((Number(numbers[bit >> 3]) >> (bit & 7)) & 1) === 1;
  });
}

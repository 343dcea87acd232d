import type { FileLike, OpenOptions } from "../source.ts";
import type { TableValues } from "../tables/values.ts";
import { arrowTypes } from "./arrow.ts";
import { decoding, openArrow } from "./load-arrow.ts";
import { requireWholeColumns } from "./whole-columns.ts";

/** apache-arrow gives dates as milliseconds. */
const isDate = (typeId: number): boolean => typeId === arrowTypes.date || typeId === arrowTypes.timestamp;

const numbers: readonly number[] = [arrowTypes.int, arrowTypes.float, arrowTypes.bool, arrowTypes.timestamp];
const isNumber = (typeId: number): boolean => numbers.includes(typeId);

/**
 * Opens an Arrow file for its values, whatever their type: numbers, bigints, booleans, texts, `Date`s; null where there is
 * none. The file is read whole.
 *
 * @throws FormatError, here or while values are read, for what is no Arrow file.
 */
export async function openArrowValues(file: FileLike, options: OpenOptions = {}): Promise<TableValues> {
  const table = await openArrow(file, options, (fields, bytes) => {
    const counted = fields.filter(({ type }) => isNumber(type.typeId)).map(({ name }) => name);
    requireWholeColumns(fields, new Set(counted), bytes, { noneMissing: false, int64: false });
  });
  const { fields } = table.schema;
  return {
    names: fields.map(({ name }) => name),
    groups: (async function* () {
      for (const batch of table.batches)
        yield decoding(
          "this",
          () =>
            new Map(
              fields.map(({ name, type }, i): [string, unknown[]] => {
                const values: unknown[] = [...(batch.getChildAt(i) ?? [])];
                return [
                  name,
                  isDate(type.typeId) ? values.map((ms) => (ms === null ? null : new Date(Number(ms)))) : values,
                ];
              }),
            ),
        );
    })(),
  };
}

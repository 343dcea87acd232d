/** Columns of tables as host arrays: every value is exact, or the column is refused by name. */
import { bytesOf, floatToHalf, halfToFloat, hostArray, hostView } from "@cresset/core/backend";
import type { DType, HostArray } from "@cresset/core/functions";
import { ValueError } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";

/** The error for a column that no tensor can hold, with what to do about it. */
export function refused(column: string, problem: string, advice: string): FormatError {
  return new FormatError(`the column "${column}" ${problem}: ${advice}`);
}

const ranges: Partial<Readonly<Record<DType, readonly [number, number]>>> = {
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  int32: [-2_147_483_648, 2_147_483_647],
  uint8: [0, 255],
  bool: [0, 1],
};
/** The least and the largest number of a dtype of whole numbers of up to 32 bits; null for others. */
export const rangeOf = (dtype: DType): readonly [number, number] | null => ranges[dtype] ?? null;
const least64 = -(2n ** 63n);
const most64 = 2n ** 63n - 1n;

/** The bits of a float16; null for a number that is none. */
function toHalf(value: number): number | null {
  const bits = floatToHalf(value);
  return Object.is(halfToFloat(bits), value) ? bits : null;
}

/** What stands for missing values in a column, checked. @throws ValueError for a number that its dtype has not. */
function fillOf(column: string, dtype: DType, nulls: number): number | bigint {
  const fits =
    dtype === "float64" || dtype === "float16" || dtype === "float32"
      ? dtype === "float64" || Number.isNaN(nulls) || roundTrips(dtype, nulls)
      : Number.isSafeInteger(nulls) && nulls >= (ranges[dtype]?.[0] ?? nulls) && nulls <= (ranges[dtype]?.[1] ?? nulls);
  if (!fits)
    throw new ValueError(`${nulls} cannot stand for missing values of the column "${column}", which is ${dtype}`);
  return dtype === "int64" ? BigInt(nulls) : nulls;
}

function roundTrips(dtype: "float32" | "float16", value: number): boolean {
  return dtype === "float32" ? Math.fround(value) === value : toHalf(value) !== null;
}

/** A value of a column as a reader gives it; missing ones are null or undefined. */
export type CellValue = number | bigint | boolean | null | undefined;

/**
 * A column from parts with values.
 *
 * @throws FormatError for missing values, unless `nulls` says what stands for them, and for values that the dtype has not.
 */
export function columnOf(
  column: string,
  dtype: DType,
  parts: readonly ArrayLike<CellValue>[],
  nulls: number | undefined,
): HostArray {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const only = parts.length === 1 ? sameArray(dtype, parts[0]) : null;
  if (only !== null) return only;
  const data = hostArray(dtype, length) as { [index: number]: number | bigint } & HostArray;
  const put = writerOf(column, dtype);
  let at = 0;
  let fill: number | bigint | null = null;
  for (const part of parts)
    for (let i = 0; i < part.length; i++, at++) {
      const value = part[i];
      if (value !== null && value !== undefined) {
        data[at] = put(value, at);
        continue;
      }
      if (nulls === undefined) throw missing(column, at);
      fill ??= put(fillOf(column, dtype, nulls), at);
      data[at] = fill;
    }
  return data;
}

/** The error for a missing value in row `at`, from 0. */
export function missing(column: string, at: number): FormatError {
  return refused(column, `has no value in row ${at + 1}`, "the option nulls says what stands for missing values");
}

/** The error for a value that the column's dtype has not. @param row from 0; null where it is not known. */
export function refusedValue(column: string, dtype: DType, value: unknown, row: number | null): FormatError {
  return refused(column, `has ${value}${row === null ? "" : ` in row ${row + 1}`}`, `${dtype} has no such number`);
}

/** A part that is the host array already, and alone in its memory. */
function sameArray(dtype: DType, part: ArrayLike<CellValue>): HostArray | null {
  if (!ArrayBuffer.isView(part) || dtype === "bool" || dtype === "float16") return null;
  const { buffer, byteOffset, byteLength } = part;
  if (
    !(buffer instanceof ArrayBuffer) ||
    byteLength !== buffer.byteLength ||
    byteLength !== part.length * bytesOf(dtype)
  )
    return null;
  const view = hostView(dtype, buffer, byteOffset, part.length);
  return view.constructor === part.constructor ? view : null;
}

/** How one value of a column becomes one of the host array. */
function writerOf(column: string, dtype: DType): (value: number | bigint | boolean, at: number) => number | bigint {
  const wrong = (value: unknown, at: number): FormatError => refusedValue(column, dtype, value, at);
  switch (dtype) {
    case "float64":
      return Number;
    case "float32":
      return Number;
    case "float16":
      return (value, at) => {
        const half = toHalf(Number(value));
        if (half === null) throw wrong(value, at);
        return half;
      };
    case "int64":
      return (value, at) => {
        const whole = BigInt(value);
        if (whole < least64 || whole > most64) throw wrong(value, at);
        return whole;
      };
    default: {
      const [least, most] = ranges[dtype] ?? [0, 0];
      return (value, at) => {
        const whole = Number(value);
        if (!(whole >= least && whole <= most)) throw wrong(value, at);
        return whole;
      };
    }
  }
}

/** Names of the columns to read. @throws ValueError for one that is not there. */
export function chosen(names: readonly string[], columns: readonly string[] | undefined): readonly string[] {
  const known = new Set(names);
  for (const name of columns ?? [])
    if (!known.has(name)) throw new ValueError(`there is no column "${name}"; there are ${names.join(", ")}`);
  const wanted = new Set(columns ?? names);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name) && wanted.has(name)) throw new FormatError(`there are two columns called "${name}"`);
    seen.add(name);
  }
  return columns ?? names;
}

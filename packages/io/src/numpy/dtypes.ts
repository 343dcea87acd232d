/** NumPy's names of dtypes. */
import { bytesOf } from "@cresset/core/backend";
import type { DType } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";

const dtypes: Readonly<Record<string, DType>> = {
  b1: "bool",
  u1: "uint8",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

const lacking: Readonly<Record<string, string>> = {
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  c8: "complex64",
  c16: "complex128",
  c32: "complex256",
  f16: "float128",
};

const kinds: Readonly<Record<string, string>> = {
  O: "objects, which are pickles that may run anything",
  S: "texts of bytes",
  a: "texts of bytes",
  U: "texts",
  V: "raw records",
  M: "dates",
  m: "durations",
};

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/**
 * The dtype of a description such as "<f4".
 *
 * @throws FormatError for one that Cresset lacks, by name.
 */
export function dtypeOfDescription(descr: unknown): { readonly dtype: DType; readonly swapped: boolean } {
  const parts = typeof descr === "string" ? /^([<>|=]?)([A-Za-z])(\d*)(\[\w+\])?$/.exec(descr) : null;
  if (parts === null)
    throw new FormatError(
      `the array has the ${Array.isArray(descr) ? "structured" : "unknown"} dtype ${JSON.stringify(descr)}`,
    );
  const [, order, kind, size] = parts;
  const dtype = own(dtypes, kind + size);
  if (dtype !== undefined) return { dtype, swapped: order === ">" };
  const name = own(lacking, kind + size);
  if (name !== undefined) throw new FormatError(`the array is of ${name}, which Cresset has no dtype for`);
  const holds = own(kinds, kind);
  throw new FormatError(
    holds === undefined
      ? `the array has the unknown dtype ${JSON.stringify(descr)}`
      : `the array holds ${holds} (dtype ${JSON.stringify(descr)}), not numbers`,
  );
}

const codes = new Map(Object.entries(dtypes).map(([code, dtype]) => [dtype, code]));

/** The description of a dtype of Cresset in NumPy, such as "<f4". */
export function descriptionOf(dtype: DType): string {
  const code = codes.get(dtype);
  if (code === undefined) throw new TypeError(`NumPy has no ${dtype}`);
  return `${bytesOf(dtype) === 1 ? "|" : "<"}${code}`;
}

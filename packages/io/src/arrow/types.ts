import type { DType } from "@cresset/core/functions";
import { refused } from "../tables/column.ts";
import type { TableOptions } from "../tables/options.ts";
import { type ArrowType, arrowTypes } from "./arrow.ts";

/** What a column becomes. */
export interface Layout {
  readonly dtype: DType;
  /** How many numbers each value has, where it is a list of them. */
  readonly width: number | null;
  /** The type of the numbers. */
  readonly inner: ArrowType;
}

const advice: Readonly<Record<number, string>> = {
  [arrowTypes.decimal]: "floats would not be exact; cast it to float64 where that will do",
  [arrowTypes.dictionary]:
    "its values are codes of a dictionary; decode it, or take the codes and turn them into one-hot columns",
};

/** @throws FormatError for what no tensor can hold. */
export function layoutOf(column: string, type: ArrowType, dates: NonNullable<TableOptions["dates"]>): Layout {
  if (type.typeId === arrowTypes.fixedSizeList) {
    const inner = type.children?.[0]?.type;
    if (typeof type.listSize === "number" && inner !== undefined && inner.typeId !== arrowTypes.fixedSizeList)
      return { dtype: dtypeOf(column, inner, dates), width: type.listSize, inner };
  }
  return { dtype: dtypeOf(column, type, dates), width: null, inner: type };
}

function dtypeOf(column: string, type: ArrowType, dates: NonNullable<TableOptions["dates"]>): DType {
  const { typeId } = type;
  if (typeId === arrowTypes.int) return integerOf(Number(type.bitWidth), type.isSigned === true);
  if (typeId === arrowTypes.float) return (["float16", "float32", "float64"] as const)[Number(type.precision)];
  if (typeId === arrowTypes.bool) return "bool";
  const isDate = [arrowTypes.date, arrowTypes.time, arrowTypes.timestamp, arrowTypes.duration].includes(typeId as 8);
  if (isDate && dates === "integers") return integerOf(bitsOf(type), true);
  throw refused(
    column,
    `has values of the type ${type}`,
    isDate
      ? 'the option dates: "integers" takes the numbers that stand for them'
      : (advice[typeId] ?? "tensors hold numbers; the option columns names those to read"),
  );
}

/** How many bits a number takes in a table. */
export function bitsOf(type: ArrowType): number {
  if (type.typeId === arrowTypes.bool) return 1;
  if (type.typeId === arrowTypes.float) return 16 << Number(type.precision);
  return Number(type.bitWidth ?? (isDays(type) ? 32 : 64));
}

/** A date is a number of days in 32 bits (unit 0), or of milliseconds in 64. */
const isDays = (type: ArrowType): boolean =>
  type.typeId === arrowTypes.date && (type as { readonly unit?: unknown }).unit === 0;

/** The dtype that has all integers of a width. */
export function integerOf(bits: number, signed: boolean): DType {
  if (bits === 8) return signed ? "int8" : "uint8";
  if (bits === 16) return signed ? "int16" : "int32";
  return bits === 32 && signed ? "int32" : "int64";
}

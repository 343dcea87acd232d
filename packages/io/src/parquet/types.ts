import type { DType } from "@cresset/core/functions";
import type { SchemaElement } from "hyparquet";
import { integerOf } from "../arrow/types.ts";
import { refused } from "../tables/column.ts";
import type { TableOptions } from "../tables/options.ts";

/**
 * What a column becomes. A file says it in up to three ways: how a value is stored, and in an old and a new form what it means.
 *
 * @throws FormatError for what no tensor can hold.
 */
export function dtypeOf(element: SchemaElement, dates: NonNullable<TableOptions["dates"]>): DType {
  const { name, type, converted_type: converted, logical_type: logical } = element;
  const stored = type ?? "a group";
  const refuse = (what: string, advice = "tensors hold numbers; the option columns names those to read"): Error =>
    refused(name, `has values of the type ${what}`, advice);
  const date = (what: string, dtype: DType): DType => {
    if (dates === "integers") return dtype;
    throw refuse(what, 'the option dates: "integers" takes the numbers that stand for them');
  };
  if (type === undefined || element.repetition_type === "REPEATED" || (element.num_children ?? 0) > 0)
    throw refuse("list or group");
  if (converted === "DECIMAL" || logical?.type === "DECIMAL")
    throw refuse("DECIMAL", "floats would not be exact; cast it to a float where that will do");
  if (type === "BOOLEAN") return "bool";
  if (type === "FLOAT") return "float32";
  if (type === "DOUBLE") return "float64";
  if (type === "FIXED_LEN_BYTE_ARRAY" && logical?.type === "FLOAT16") return "float16";
  if (type === "INT32" && (converted === "DATE" || logical?.type === "DATE")) return date("DATE", "int32");
  if (type === "INT64" && /^TIMESTAMP/.test(converted ?? logical?.type ?? "")) return date("TIMESTAMP", "int64");
  if (/^TIME/.test(converted ?? logical?.type ?? "")) return date("TIME", type === "INT32" ? "int32" : "int64");
  if (type !== "INT32" && type !== "INT64") throw refuse(converted ?? logical?.type ?? stored);
  if (logical?.type === "INTEGER") return integerOf(logical.bitWidth, logical.isSigned);
  const match = /^(U?)INT_(\d+)$/.exec(converted ?? "");
  if (match !== null) return integerOf(Number(match[2]), match[1] === "");
  if (converted !== undefined || (logical !== undefined && logical !== null))
    throw refuse(converted ?? `${logical?.type}`);
  return type === "INT32" ? "int32" : "int64";
}

/** Columns of Arrow, for tests of tables in whatever file. */
import * as arrow from "apache-arrow";

export const column = (values: readonly unknown[], type: arrow.DataType): arrow.Vector =>
  arrow.vectorFromArray(values, type);

type Numbers = readonly [
  name: string,
  type: arrow.DataType,
  values: readonly unknown[],
  dtype: string,
  expected: readonly unknown[],
];

/** Columns of numbers, and what each becomes. */
export const numberColumns: readonly Numbers[] = [
  ["int8", new arrow.Int8(), [-128, 127], "int8", [-128, 127]],
  ["int16", new arrow.Int16(), [-32768, 32767], "int16", [-32768, 32767]],
  ["int32", new arrow.Int32(), [-(2 ** 31), 2 ** 31 - 1], "int32", [-(2 ** 31), 2 ** 31 - 1]],
  ["int64", new arrow.Int64(), [-(2n ** 63n), 2n ** 53n + 1n], "int64", [-(2n ** 63n), 2n ** 53n + 1n]],
  ["uint8", new arrow.Uint8(), [0, 255], "uint8", [0, 255]],
  ["uint16", new arrow.Uint16(), [0, 65535], "int32", [0, 65535]],
  ["uint32", new arrow.Uint32(), [0, 4294967295], "int64", [0n, 4294967295n]],
  ["uint64", new arrow.Uint64(), [0n, 2n ** 63n - 1n], "int64", [0n, 2n ** 63n - 1n]],
  ["float32", new arrow.Float32(), [0.5, -0, Number.NaN], "float32", [0.5, -0, Number.NaN]],
  ["float64", new arrow.Float64(), [0.1, -1e300, Number.NaN], "float64", [0.1, -1e300, Number.NaN]],
  ["bool", new arrow.Bool(), [true, false, true], "bool", [1, 0, 1]],
];

type Refused = [name: string, column: arrow.Vector, message: string];

const dates = 'the option dates: "integers"';

/** Columns that no tensor can hold, and what is said of them. */
export const refusedColumns: readonly Refused[] = [
  ["dates", column([new Date(0)], new arrow.DateDay()), `${dates} takes the numbers`],
  ["times", column([1], new arrow.TimeMillisecond()), dates],
  ["decimals", column([new Uint32Array(4)], new arrow.Decimal(2, 20)), "floats would not be exact"],
  ["missing values", column([1, null], new arrow.Float32()), "has no value in row 2: the option nulls says"],
  ["numbers beyond int64", column([2n ** 63n], new arrow.Uint64()), "has 9223372036854775808 in row 1: int64 has no"],
];

import {
  binaryMeaning,
  binaryMeaningInt64,
  binaryMeaningInteger,
  castArgument,
  exp32,
  floatToHalf,
  floatToInt64,
  halfToFloat,
  int64ToFloat32,
  nextafterOf,
  roundToHalf,
  unaryMeaning,
  unaryMeaningInt64,
  unaryMeaningInteger,
} from "@cresset/core/backend";
import { argsort } from "../argsort.ts";
import { clampIndex } from "../clamp-index.ts";
import { multiply, multiplyBigInt, multiplyInteger, panels } from "../multiply.ts";
import { logAddExp, newRecord } from "../scan-state.ts";

function prefixed(prefix: string, table: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [`${prefix}_${name}`, value]));
}

/** Every function that generated code may call, by the name it has there. */
export const helpers: Readonly<Record<string, unknown>> = {
  ...prefixed("float", unaryMeaning),
  ...prefixed("float", binaryMeaning),
  ...prefixed("integer", unaryMeaningInteger),
  ...prefixed("integer", binaryMeaningInteger),
  ...prefixed("int64", unaryMeaningInt64),
  ...prefixed("int64", binaryMeaningInt64),
  float_nextafter: nextafterOf("float64"),
  float32_nextafter: nextafterOf("float32"),
  float16_nextafter: nextafterOf("float16"),
  argsort,
  castArgument,
  clampIndex,
  exp32,
  floatToHalf,
  floatToInt64,
  halfToFloat,
  int64ToFloat32,
  logAddExp,
  multiply,
  multiplyBigInt,
  multiplyInteger,
  newRecord,
  panels,
  roundToHalf,
};

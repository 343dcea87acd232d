import {
  binaryMeaning,
  binaryMeaningInt64,
  binaryMeaningInteger,
  nextafterOf,
  unaryMeaning,
  unaryMeaningInt64,
  unaryMeaningInteger,
} from "@cresset/core/backend";
import type { ValueType } from "../assembler/opcodes.ts";
import { logAddExp } from "./log-add-exp.ts";

/** A function of the host that kernels may call. */
export interface HostFunction {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly call: CallableFunction;
}

const tables: Readonly<
  Record<string, [ValueType, Readonly<Record<string, CallableFunction>>, Readonly<Record<string, CallableFunction>>]>
> = {
  float: ["f64", unaryMeaning, binaryMeaning],
  integer: ["i32", unaryMeaningInteger, binaryMeaningInteger],
  int64: ["i64", unaryMeaningInt64, binaryMeaningInt64],
};

const others: Readonly<Record<string, HostFunction>> = {
  float64_nextafter: { parameters: ["f64", "f64"], results: ["f64"], call: nextafterOf("float64") },
  float32_nextafter: { parameters: ["f64", "f64"], results: ["f64"], call: nextafterOf("float32") },
  float16_nextafter: { parameters: ["f64", "f64"], results: ["f64"], call: nextafterOf("float16") },
  // The engine converts the result as `x | 0` does.
  float_to_int32: { parameters: ["f64"], results: ["i32"], call: (x: number) => x },
  log_add_exp: { parameters: ["f64", "f64"], results: ["f64"], call: logAddExp },
};

/** The function of a name such as "float_exp": a table of core's meanings, and an operation. */
export function hostFunction(name: string): HostFunction {
  const other = others[name];
  if (other) return other;
  const at = name.indexOf("_");
  const table = tables[name.slice(0, at)];
  const op = name.slice(at + 1);
  if (table) {
    const [type, unary, binary] = table;
    if (unary[op]) return { parameters: [type], results: [type], call: unary[op] };
    if (binary[op]) return { parameters: [type, type], results: [type], call: binary[op] };
  }
  throw new Error(`no host function ${name}`);
}

import { camelCase, functionAt, methodOf } from "../api/library.ts";
import { operationAt } from "../api/operation.ts";
import { compareValues } from "../compare/value.ts";
import type { TensorReference } from "../read/bench.ts";
import type { Json, JsonObject } from "../read/json.ts";
import type { Case } from "../read/manifest.ts";
import { argument, indexArgument } from "../read/values.ts";
import type { Kind } from "./kind.ts";

interface ReprCase extends Case {
  readonly input: TensorReference;
  readonly op?: string;
  readonly args?: readonly Json[];
  readonly printoptions?: JsonObject;
  readonly repr: string;
}

/** The printed form of a tensor, to the letter. */
export const repr: Kind = async (one, bench) => {
  const recorded = one as ReprCase;
  let tensor: unknown = bench.leaf(recorded.input).tensor;
  if (recorded.op !== undefined) {
    const index = recorded.op.endsWith("item__") ? indexArgument : argument;
    const args = (recorded.args ?? []).map((value) => index(value, bench));
    tensor = await operationAt(recorded.op)([tensor, ...args], {});
  }
  const options = Object.entries(recorded.printoptions ?? {}).map(([name, value]) => [camelCase(name), value]);
  const setPrintoptions = options.length > 0 ? functionAt("setPrintoptions") : undefined;
  setPrintoptions?.(Object.fromEntries(options));
  try {
    const text = await methodOf(tensor, "repr")();
    const mismatch = compareValues(text, recorded.repr);
    return mismatch === null ? [] : [mismatch];
  } finally {
    setPrintoptions?.({ profile: "default" });
  }
};

import type { Tensor } from "@cresset/core";
import { functionAt } from "../api/library.ts";
import { operationAt } from "../api/operation.ts";
import { expectError } from "../compare/error.ts";
import { compareResult, compareResults, type Expected } from "../compare/results.ts";
import { compareValues } from "../compare/value.ts";
import type { Json, JsonObject } from "../read/json.ts";
import type { Case, Tolerance } from "../read/manifest.ts";
import { argument, plainValue } from "../read/values.ts";
import { buildModule, buildSequential, type ModuleRecipe, plainNumbers } from "./build-module.ts";
import type { Kind } from "./kind.ts";

interface InitCase extends Case {
  readonly fn: string;
  readonly nonlinearity?: string;
  readonly param?: Json;
  readonly value?: Json;
  readonly shape?: readonly number[];
  readonly tol: Tolerance;
  readonly [quantity: string]: unknown;
}

interface InitValuesCase extends Case {
  readonly fn: string;
  readonly shape: readonly number[];
  readonly seed: number;
  readonly kwargs: JsonObject;
  readonly outputs: readonly Expected[];
  readonly tol: Tolerance;
}

interface ModuleInitCase extends Case, ModuleRecipe {
  readonly layers?: readonly (readonly Json[])[];
  readonly seed: number;
  readonly state: Readonly<Record<string, string>>;
  readonly rand2_after: string;
  readonly tol: Tolerance;
}

/** Formulas of initialisation: gains, fans, bounds. */
export const init: Kind = async (one) => {
  const recorded = one as InitCase;
  if (recorded.error) {
    const mismatch = await expectError(recorded.error, async () => formulas(recorded));
    return mismatch === null ? [] : [mismatch];
  }
  return formulas(recorded).flatMap(([name, got, want]) => {
    const mismatch = compareValues(got, want, recorded.tol);
    return mismatch === null ? [] : [`${name}: ${mismatch}`];
  });
};

/** Name, computed and recorded value of each quantity. */
function formulas(recorded: InitCase): [string, unknown, unknown][] {
  if (recorded.fn === "calculate_gain") {
    const param = recorded.param === null || recorded.param === undefined ? [] : [plainValue(recorded.param)];
    return [
      [
        "gain",
        functionAt("nn.init.calculateGain")(recorded.nonlinearity, ...param),
        plainValue(recorded.value ?? null),
      ],
    ];
  }
  if (recorded.fn !== "fans") throw new Error(`an unknown formula: ${recorded.fn}`);
  const zeros = functionAt("zeros")(recorded.shape);
  const [fanIn, fanOut] = functionAt("nn.init.calculateFanInAndFanOut")(zeros) as number[];
  const gain = functionAt("nn.init.calculateGain");
  const relu = gain("relu") as number;
  const leaky = gain("leaky_relu", Math.sqrt(5)) as number;
  const found: Record<string, number> = {
    fan_in: fanIn,
    fan_out: fanOut,
    xavier_uniform_bound: Math.sqrt(3) * Math.sqrt(2 / (fanIn + fanOut)),
    xavier_normal_std: Math.sqrt(2 / (fanIn + fanOut)),
    kaiming_uniform_bound_relu_fan_in: (Math.sqrt(3) * relu) / Math.sqrt(fanIn),
    kaiming_uniform_bound_a_sqrt5: (Math.sqrt(3) * leaky) / Math.sqrt(fanIn),
    kaiming_normal_std_relu_fan_out: relu / Math.sqrt(fanOut),
    linear_bias_bound: 1 / Math.sqrt(fanIn),
  };
  return Object.entries(found).flatMap(([name, got]): [string, unknown, unknown][] =>
    recorded[name] === undefined ? [] : [[name, got, plainValue(recorded[name] as Json)]],
  );
}

/** Values that an initialiser draws from a seed. */
export const initValues: Kind = async (one, bench) => {
  const recorded = one as InitValuesCase;
  functionAt("manualSeed")(recorded.seed);
  const tensor = functionAt("empty")(recorded.shape);
  const keywords = Object.entries(recorded.kwargs).map(([name, value]) => [name, plainNumbers(argument(value, bench))]);
  const result = operationAt(recorded.fn)([tensor], Object.fromEntries(keywords));
  return compareResults([result ?? tensor], recorded.outputs, bench, recorded.tol, { name: "output" });
};

/** Parameters that a module draws from a seed, and how many numbers it drew. */
export const moduleInit: Kind = async (one, bench) => {
  const recorded = one as ModuleInitCase;
  functionAt("manualSeed")(recorded.seed);
  const built = recorded.layers === undefined ? buildModule(recorded, bench) : buildSequential(recorded.layers, bench);
  const after = functionAt("rand")([2]) as Tensor;
  const state = built.stateDict();
  const mismatches: string[] = [];
  for (const [name, key] of Object.entries(recorded.state)) {
    const mismatch = await compareResult(state[name], key, bench, { tolerance: recorded.tol });
    if (mismatch !== null) mismatches.push(`${name}: ${mismatch}`);
  }
  const mismatch = await compareResult(after, recorded.rand2_after, bench, { tolerance: recorded.tol });
  if (mismatch !== null) mismatches.push(`rand(2) afterwards: ${mismatch}`);
  return mismatches;
};

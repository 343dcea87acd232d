import type { Tensor } from "@cresset/core";
import { camelCase, functionAt } from "../api/library.ts";
import { expectError } from "../compare/error.ts";
import { compareResult, compareResults, type Expected, flatten, isTensor } from "../compare/results.ts";
import { compareValues } from "../compare/value.ts";
import type { Bench, TensorReference } from "../read/bench.ts";
import type { Json, JsonObject } from "../read/json.ts";
import type { Case, Tolerance } from "../read/manifest.ts";
import { argument } from "../read/values.ts";
import {
  buildModule,
  buildSequential,
  type LibraryModule,
  type ModuleRecipe,
  plainNumbers,
  stateOf,
} from "./build-module.ts";
import { compareGradients, gradients } from "./gradients.ts";
import type { Kind } from "./kind.ts";

export interface ModuleInput extends TensorReference {
  readonly name: string;
  readonly list?: readonly TensorReference[];
  readonly value?: { readonly tuple: readonly TensorReference[] };
}

export interface ModuleCase extends Case, ModuleRecipe {
  readonly training: boolean;
  readonly inputs: readonly ModuleInput[];
  readonly call_kwargs: JsonObject;
  readonly state: Readonly<Record<string, string>>;
  readonly repr?: string;
  readonly repeat?: number;
  readonly packed_lengths?: readonly number[];
  readonly outputs?: readonly Expected[];
  readonly buffers_after?: Readonly<Record<string, string>>;
  readonly cotangent?: readonly (string | null)[];
  readonly grads?: Readonly<Record<string, string | null>>;
  readonly param_grads?: Readonly<Record<string, string | null>>;
  readonly tol?: Tolerance;
  readonly grad_tol?: Tolerance;
}

interface LoadErrorCase extends Case {
  readonly layers: readonly (readonly Json[])[];
  readonly state: Readonly<Record<string, string>>;
}

/** A module with a given state: printed form, outputs, gradients of inputs and parameters, changed buffers. */
export const module: Kind = async (one, bench) => {
  const recorded = one as ModuleCase;
  if (recorded.error) {
    const mismatch = await expectError(recorded.error, async () => {
      const { outputs } = forward(recorded, prepareModule(recorded, bench), bench);
      for (const output of outputs) if (isTensor(output)) await output.data();
    });
    return mismatch === null ? [] : [mismatch];
  }
  const built = prepareModule(recorded, bench);
  const mismatches: string[] = [];
  if (recorded.repr !== undefined) {
    const mismatch = compareValues(String(built), recorded.repr);
    if (mismatch !== null) mismatches.push(`repr: ${mismatch}`);
  }
  const { outputs, leaves } = forward(recorded, built, bench);
  const parameters = new Map(built.namedParameters());
  const inputs = Object.entries(recorded.grads ?? {}).map(([name, want]) => ({ name, want, of: named(leaves, name) }));
  const weights = Object.entries(recorded.param_grads ?? {}).map(([name, want]) => ({
    name,
    want,
    of: named(parameters, name),
  }));
  const wanted = [...inputs, ...weights];
  const of = wanted.map((gradient) => gradient.of);
  const found = of.length === 0 ? [] : gradients(outputs, recorded.cotangent ?? [], of, bench);
  const tolerance = recorded.tol ?? "exact";
  mismatches.push(...(await compareResults(outputs, recorded.outputs ?? [], bench, tolerance, { name: "output" })));
  mismatches.push(...(await compareGradients(found, wanted, bench, recorded.grad_tol ?? tolerance)));
  const after = built.stateDict();
  for (const [name, key] of Object.entries(recorded.buffers_after ?? {})) {
    const mismatch = await compareResult(after[name], key, bench, { tolerance });
    if (mismatch !== null) mismatches.push(`buffer ${name}: ${mismatch}`);
  }
  return mismatches;
};

function named(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`there is no ${name} to take the gradient of`);
  return found;
}

/** A recorded module with its state. */
export function prepareModule(recorded: ModuleCase, bench: Bench): LibraryModule {
  const built = buildModule(recorded, bench);
  const state = stateOf(recorded.state, bench);
  const dtype = Object.values(state).find((tensor) => tensor.dtype.startsWith("float"))?.dtype;
  if (dtype !== undefined && dtype !== "float32") built.to(dtype);
  built.loadStateDict(state);
  built.train(recorded.training);
  return built;
}

function forward(
  recorded: ModuleCase,
  built: LibraryModule,
  bench: Bench,
): { outputs: unknown[]; leaves: Map<string, Tensor> } {
  const leaves = new Map<string, Tensor>();
  const take = (name: string, reference: TensorReference): Tensor => {
    const leaf = bench.leaf(reference);
    leaves.set(name, leaf.base);
    return leaf.tensor;
  };
  let args: unknown[] = recorded.inputs.map((input) => {
    const items = input.list ?? input.value?.tuple;
    return items === undefined ? take(input.name, input) : items.map((item, i) => take(`${input.name}[${i}]`, item));
  });
  const keywords = Object.entries(recorded.call_kwargs ?? {}).map(([name, value]) => [
    camelCase(name),
    plainNumbers(argument(value, bench)),
  ]);
  const options = keywords.length === 0 ? [] : [Object.fromEntries(keywords)];
  const lengths = recorded.packed_lengths;
  const batchFirst = recorded.kwargs.batch_first === true;
  if (lengths !== undefined)
    args = [
      functionAt("nn.utils.rnn.packPaddedSequence")(args[0], lengths, { batchFirst, enforceSorted: false }),
      ...args.slice(1),
    ];
  let result: unknown;
  for (let i = 0; i < (recorded.repeat ?? 1); i++) result = built(...args, ...options);
  if (lengths !== undefined && Array.isArray(result)) {
    const [padded] = functionAt("nn.utils.rnn.padPackedSequence")(result[0], { batchFirst }) as unknown[];
    result = [padded, ...result.slice(1)];
  }
  return { outputs: flatten(result, recorded.outputs ?? []), leaves };
}

/** A state dict that does not fit a Sequential. */
export const loadStateDictError: Kind = async (one, bench) => {
  const recorded = one as LoadErrorCase;
  if (!recorded.error) throw new Error("the case records no error");
  const mismatch = await expectError(recorded.error, async () => {
    buildSequential(recorded.layers, bench).loadStateDict(stateOf(recorded.state, bench));
  });
  return mismatch === null ? [] : [mismatch];
};

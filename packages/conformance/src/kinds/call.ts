import type { Tensor } from "@cresset/core";
import type { HostTensor } from "@cresset/io";
import { operationAt } from "../api/operation.ts";
import { expectError } from "../compare/error.ts";
import { compareResults, type Expected, flatten, isTensor } from "../compare/results.ts";
import type { Bench, TensorReference } from "../read/bench.ts";
import type { Json, JsonObject } from "../read/json.ts";
import type { Case, Tolerance } from "../read/manifest.ts";
import { argument, asIndex, indexArgument } from "../read/values.ts";
import { compareGradients, type ExpectedGradient, gradients } from "./gradients.ts";
import type { Kind } from "./kind.ts";

interface Input extends TensorReference {
  readonly name: string;
  readonly list?: readonly Json[];
  readonly value?: Json;
}

export interface CallCase extends Case {
  readonly op: string;
  readonly inputs: readonly Input[];
  readonly kwargs: JsonObject;
  readonly outputs?: readonly Expected[];
  readonly cotangent?: readonly (string | null)[];
  readonly grads?: Readonly<Record<string, string | null>>;
  readonly tol?: Tolerance;
  readonly grad_tol?: Tolerance;
  readonly build_dependent?: {
    readonly outputs?: Readonly<Record<string, readonly number[]>>;
    readonly grads?: Readonly<Record<string, readonly number[]>>;
  };
}

/** What is passed to the operation, and the leaves behind it by the names under which gradients are recorded. */
interface Arguments {
  readonly positional: unknown[];
  readonly keywords: Record<string, unknown>;
  readonly leaves: Map<string, Tensor>;
}

/** Operations whose zeros must carry PyTorch's sign. */
const signed = /\.(neg_?|negative|copysign|round_?|trunc_?|ceil_?)$/;

/** One operation: its results, its gradients, or its refusal. */
export const call: Kind = async (one, bench) => {
  const recorded = one as CallCase;
  const args = prepare(recorded, bench);
  if (recorded.error) {
    const mismatch = await expectError(recorded.error, async () => {
      const result = await run(recorded, args);
      for (const output of flatten(result, [])) if (isTensor(output)) await output.data();
    });
    return mismatch === null ? [] : [mismatch];
  }
  const expected = recorded.outputs ?? [];
  const outputs = flatten(await run(recorded, args), expected);
  const wanted = expectedGradients(recorded, args);
  let gotten: readonly (Tensor | null)[] = [];
  const failed: string[] = [];
  if (wanted.length > 0) {
    try {
      gotten = gradients(
        outputs,
        recorded.cotangent ?? [],
        wanted.map(({ of }) => of),
        bench,
      );
    } catch (error) {
      failed.push(`backward: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const tolerance = recorded.tol ?? "exact";
  const operands = operandsOf(recorded, bench);
  const values = await compareResults(outputs, expected, bench, tolerance, {
    name: "output",
    ignore: recorded.build_dependent?.outputs,
    signOfZero: tolerance === "exact" && (signed.test(recorded.op) || bench.areaName === "creation"),
    operands,
  });
  if (failed.length > 0) return [...values, ...failed];
  return [...values, ...(await compareGradients(gotten, wanted, bench, recorded.grad_tol ?? tolerance, operands))];
};

/** The tensors that a call is given as they are stored, which broadcast as they do; of other views it is another matter what is where. */
function operandsOf({ inputs }: CallCase, bench: Bench): HostTensor[] {
  return inputs.flatMap(({ tensor, view = [] }) =>
    tensor !== undefined && view.every(([step]) => step === "expand") ? [bench.stored(tensor)] : [],
  );
}

/** The arguments of a recorded call. */
export function prepare(recorded: CallCase, bench: Bench): Arguments {
  const leaves = new Map<string, Tensor>();
  const take = (name: string, reference: TensorReference): Tensor => {
    const leaf = bench.leaf(reference);
    leaves.set(name, leaf.base);
    return leaf.tensor;
  };
  const item = (name: string, value: Json): unknown =>
    typeof value === "object" && value !== null && "tensor" in value
      ? take(name, value as unknown as TensorReference)
      : argument(value, bench);
  const indexed = recorded.op.endsWith("item__");
  const positional = recorded.inputs.map((input, at) => {
    if (input.tensor !== undefined) return take(input.name, input);
    if (input.list !== undefined) {
      const list = input.list.map((value, i) => item(`${input.name}[${i}]`, value));
      return indexed && at === 1 ? asIndex(list) : list;
    }
    return indexed && at === 1 ? indexArgument(input.value ?? null, bench) : argument(input.value ?? null, bench);
  });
  const keywords: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(recorded.kwargs)) keywords[name] = item(name, value);
  return { positional, keywords, leaves };
}

async function run(recorded: CallCase, { positional, keywords }: Arguments): Promise<unknown> {
  const operation = operationAt(recorded.op);
  if (recorded.op.endsWith("__setitem__")) {
    const copy = operationAt("torch.clone")([positional[0]], {});
    return operation([copy, ...positional.slice(1)], keywords);
  }
  const result = await operation(positional, keywords);
  if (recorded.op === "torch.nn.functional.batch_norm" && keywords.training === true) {
    const running = positional.slice(1, 3);
    return running[0] === null || running[0] === undefined ? result : [result, ...running];
  }
  return result;
}

function expectedGradients(recorded: CallCase, { leaves }: Arguments): ExpectedGradient[] {
  return Object.entries(recorded.grads ?? {}).map(([name, want]) => {
    const of = leaves.get(name);
    if (of === undefined) throw new Error(`the case records a gradient of ${name}, which is not an input`);
    return { name, of, want, ignore: recorded.build_dependent?.grads?.[name] };
  });
}

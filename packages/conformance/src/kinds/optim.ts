import type { Tensor } from "@cresset/core";
import type { HostTensor } from "@cresset/io";
import { camelCase, classAt, functionAt } from "../api/library.ts";
import { expectError } from "../compare/error.ts";
import { compareResult, isTensor } from "../compare/results.ts";
import { compareTensors } from "../compare/tensor.ts";
import { compareValues } from "../compare/value.ts";
import { type Bench, onDevice, readTensor } from "../read/bench.ts";
import type { Json, JsonObject } from "../read/json.ts";
import type { Case, Tolerance } from "../read/manifest.ts";
import { argument, plainValue } from "../read/values.ts";
import { plainNumbers } from "./build-module.ts";
import type { Kind } from "./kind.ts";

/** What the suite uses of an optimizer. */
export interface LibraryOptimizer {
  step(closure?: () => unknown): unknown;
  zeroGrad(): void;
  readonly paramGroups: Record<string, unknown>[];
  readonly state?: unknown;
  stateDict(): { state: Record<string, Record<string, unknown>> };
}

interface GradsCase extends Case {
  readonly optimizer: string;
  readonly kwargs: JsonObject;
  readonly n_steps: number;
  readonly params: readonly { name: string; init: string; grads: string; none_steps?: readonly number[] }[];
  readonly groups?: readonly JsonObject[];
  readonly expect: Readonly<Record<string, string>>;
  readonly state_p0: Readonly<Record<string, Json>>;
  readonly tol: readonly [number, number];
  readonly step_atol: readonly number[];
}

/** Options of an optimizer or scheduler, in camelCase. */
export function optionsOf(kwargs: JsonObject, bench: Bench): Record<string, unknown> {
  const entries = Object.entries(kwargs).map(([name, value]) => [
    camelCase(name),
    plainNumbers(argument(value, bench)),
  ]);
  return Object.fromEntries(entries);
}

export function buildOptimizer(path: string, params: unknown, kwargs: JsonObject, bench: Bench): LibraryOptimizer {
  const Optimizer = classAt(path.replace(/^torch\./, ""));
  return new Optimizer(params, optionsOf(kwargs, bench)) as LibraryOptimizer;
}

/** One step of a `[n, …]` tensor. */
export function slice(tensor: HostTensor, step: number): HostTensor {
  const shape = tensor.shape.slice(1);
  const size = shape.reduce((n, m) => n * m, 1);
  return { dtype: tensor.dtype, shape, data: tensor.data.slice(step * size, (step + 1) * size) };
}

/** A leaf that requires grad, with a stored value. */
export function parameter(key: string, bench: Bench): Tensor {
  return bench.leaf({ tensor: key, requires_grad: true }).base;
}

/** The update rule by itself: given gradients, parameters after each step. */
export const optimGrads: Kind = async (one, bench) => {
  const recorded = one as GradsCase;
  const params = new Map(recorded.params.map(({ name, init }) => [name, parameter(init, bench)]));
  const tensor = (name: string): Tensor => {
    const found = params.get(name);
    if (found === undefined) throw new Error(`no parameter ${name}`);
    return found;
  };
  const groups = recorded.groups?.map(({ params: names, ...rest }) => ({
    params: (names as string[]).map(tensor),
    ...optionsOf(rest, bench),
  }));
  const optimizer = buildOptimizer(recorded.optimizer, groups ?? [...params.values()], recorded.kwargs, bench);
  const mismatches: string[] = [];
  for (let t = 0; t < recorded.n_steps; t++) {
    for (const { name, grads, none_steps: none = [] } of recorded.params)
      tensor(name).grad = none.includes(t) ? null : onDevice(slice(bench.stored(grads), t));
    await optimizer.step();
    for (const [name, key] of Object.entries(recorded.expect)) {
      const tolerance: Tolerance = [recorded.tol[0], recorded.step_atol[t] ?? recorded.tol[1]];
      const mismatch = compareTensors(await readTensor(tensor(name)), slice(bench.stored(key), t), { tolerance });
      if (mismatch !== null) mismatches.push(`${name} after step ${t + 1}: ${mismatch}`);
    }
    if (mismatches.length > 0) return mismatches;
  }
  const state = optimizer.stateDict().state[0] ?? {};
  for (const [name, want] of Object.entries(recorded.state_p0)) {
    const mismatch = await compareState(state[name], want, recorded.tol, bench);
    if (mismatch !== null) mismatches.push(`state ${name}: ${mismatch}`);
  }
  return mismatches;
};

async function compareState(got: unknown, want: Json, tolerance: Tolerance, bench: Bench): Promise<string | null> {
  if (typeof want === "string") return compareResult(got, want, bench, { tolerance });
  return compareValues(isTensor(got) ? await got.item() : got, plainValue(want), tolerance);
}

interface ClipCase extends Case {
  readonly grads: readonly string[];
  readonly max_norm?: Json;
  readonly norm_type?: Json;
  readonly clip_value?: Json;
  readonly error_if_nonfinite?: boolean;
  readonly total_norm?: string;
  readonly after?: readonly string[];
  readonly tol?: Tolerance;
}

/** Parameters of the gradients' shapes that hold them. */
function withGradients(keys: readonly string[], bench: Bench): Tensor[] {
  return keys.map((key) => {
    const { shape, dtype } = bench.stored(key);
    const tensor = functionAt("zeros")(shape, { dtype, requiresGrad: true }) as Tensor;
    tensor.grad = bench.tensor(key);
    return tensor;
  });
}

export const clipGradNorm: Kind = async (one, bench) => {
  const recorded = one as ClipCase;
  const params = withGradients(recorded.grads, bench);
  const options = optionsOf(
    {
      norm_type: recorded.norm_type ?? 2,
      ...(recorded.error_if_nonfinite === undefined ? {} : { error_if_nonfinite: recorded.error_if_nonfinite }),
    },
    bench,
  );
  const clip = async (): Promise<unknown> =>
    functionAt("nn.utils.clipGradNorm_")(params, plainValue(recorded.max_norm ?? null), options);
  if (recorded.error) {
    const mismatch = await expectError(recorded.error, async () => {
      const total = await clip();
      if (isTensor(total)) await total.data();
    });
    return mismatch === null ? [] : [mismatch];
  }
  const tolerance = recorded.tol ?? "exact";
  const total = await compareResult(await clip(), recorded.total_norm ?? null, bench, { tolerance });
  return [...(total === null ? [] : [`total norm: ${total}`]), ...(await compareClipped(params, recorded, bench))];
};

export const clipGradValue: Kind = async (one, bench) => {
  const recorded = one as ClipCase;
  const params = withGradients(recorded.grads, bench);
  functionAt("nn.utils.clipGradValue_")(params, plainValue(recorded.clip_value ?? null));
  return compareClipped(params, recorded, bench);
};

async function compareClipped(params: readonly Tensor[], recorded: ClipCase, bench: Bench): Promise<string[]> {
  const mismatches: string[] = [];
  for (const [i, key] of (recorded.after ?? []).entries()) {
    const mismatch = await compareResult(params[i].grad, key, bench, { tolerance: recorded.tol ?? "exact" });
    if (mismatch !== null) mismatches.push(`gradient ${i}: ${mismatch}`);
  }
  return mismatches;
}

interface ConstructorCase extends Case {
  readonly optimizer: string;
  readonly kwargs: JsonObject;
  readonly params_empty?: boolean;
}

/** Arguments that an optimizer refuses. */
export const optimConstructorError: Kind = async (one, bench) => {
  const recorded = one as ConstructorCase;
  if (!recorded.error) throw new Error("the case records no error");
  const mismatch = await expectError(recorded.error, async () => {
    const params = recorded.params_empty ? [] : [functionAt("zeros")([2], { requiresGrad: true })];
    buildOptimizer(recorded.optimizer, params, recorded.kwargs, bench);
  });
  return mismatch === null ? [] : [mismatch];
};

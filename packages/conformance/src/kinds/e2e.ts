import type { Tensor } from "@cresset/core";
import { methodOf } from "../api/library.ts";
import { expectError } from "../compare/error.ts";
import { compareResult } from "../compare/results.ts";
import { close } from "../compare/tensor.ts";
import { compareValues } from "../compare/value.ts";
import { trainingPrograms } from "../programs/index.ts";
import { layer, load, type Training } from "../programs/program.ts";
import type { Bench } from "../read/bench.ts";
import type { JsonObject } from "../read/json.ts";
import type { Case } from "../read/manifest.ts";
import { floatValue } from "../read/values.ts";
import { type LibraryModule, stateOf } from "./build-module.ts";
import type { Kind } from "./kind.ts";

type Keys = Readonly<Record<string, string>>;

interface TrainingCase extends Case {
  readonly config: JsonObject;
  readonly data: Keys;
  readonly init: Keys;
  readonly losses: readonly number[];
  readonly loss_repr: Readonly<Record<string, string>>;
  readonly grads0: Keys;
  readonly checkpoints: Readonly<Record<string, Keys>>;
  readonly final: Keys;
  readonly outputs: Keys;
  readonly tol: {
    readonly loss_atol: readonly number[];
    readonly final_atol: Readonly<Record<string, number>>;
    readonly outputs_atol: Readonly<Record<string, number>>;
    readonly grads0_atol: Readonly<Record<string, number>>;
  };
}

/** Mismatches after which a training is not followed further. */
const enough = 3;

/** A whole training: every loss, some of the states on the way, the end. */
export const e2e: Kind = async (one, bench) => {
  const recorded = one as TrainingCase;
  const name = recorded.id.split("/")[1];
  const program = trainingPrograms[name];
  if (program === undefined) throw new Error(`an unknown training program: ${name}`);
  const mismatches: string[] = [];
  const training: Training = {
    data: stateOf(recorded.data, bench),
    state: stateOf(recorded.init, bench),
    config: Object.fromEntries(Object.entries(recorded.config).map(([key, value]) => [key, floatValue(value)])),
    log: async (iteration, loss, model) => {
      if (mismatches.length < enough) mismatches.push(...(await compareStep(recorded, bench, iteration, loss, model)));
    },
  };
  const { model, outputs } = await program(training);
  if (mismatches.length >= enough) return mismatches;
  const { final_atol: finalTolerance, outputs_atol: outputTolerance } = recorded.tol;
  mismatches.push(
    ...(await compareNamed("final", model.stateDict(), recorded.final, bench, (key) => finalTolerance[key])),
  );
  mismatches.push(...(await compareNamed("output", outputs, recorded.outputs, bench, (key) => outputTolerance[key])));
  return mismatches;
};

async function compareStep(
  recorded: TrainingCase,
  bench: Bench,
  iteration: number,
  loss: Tensor,
  model: LibraryModule,
): Promise<string[]> {
  const mismatches: string[] = [];
  const text = recorded.loss_repr[iteration];
  if (text !== undefined) {
    const got = await methodOf(loss, "repr")();
    const mismatch = compareRepr(String(got), text);
    if (mismatch !== null) mismatches.push(`printed loss at ${iteration}: ${mismatch}`);
  }
  const value = await loss.item();
  const want = recorded.losses[iteration];
  const atol = recorded.tol.loss_atol[iteration];
  if (!close(value, want, [0, atol]))
    mismatches.push(`loss at iteration ${iteration}: expected ${want}, got ${value} (atol ${atol})`);
  if (iteration === 0) {
    const gradients = Object.fromEntries([...model.namedParameters()].map(([key, { grad }]) => [key, grad]));
    const { grads0_atol: tolerance } = recorded.tol;
    mismatches.push(
      ...(await compareNamed("first gradient", gradients, recorded.grads0, bench, (key) => tolerance[key])),
    );
  }
  const checkpoint = recorded.checkpoints[iteration];
  if (checkpoint !== undefined) {
    const { final_atol: tolerance } = recorded.tol;
    const found = await compareNamed(
      `iteration ${iteration}`,
      model.stateDict(),
      checkpoint,
      bench,
      (key) => tolerance[key],
    );
    mismatches.push(...found);
  }
  return mismatches;
}

/** The printed value may be the neighbouring one where the loss is within its tolerance; the rest must be the same. */
function compareRepr(got: string, want: string): string | null {
  const number = /-?\d+\.\d+(e[+-]\d+)?/;
  return compareValues(got.replace(number, "#"), want.replace(number, "#"));
}

async function compareNamed(
  what: string,
  got: Readonly<Record<string, unknown>>,
  want: Keys,
  bench: Bench,
  atol: (key: string) => number,
): Promise<string[]> {
  const mismatches: string[] = [];
  for (const [name, key] of Object.entries(want)) {
    const mismatch = await compareResult(got[name], key, bench, { tolerance: [0, atol(name)] });
    if (mismatch !== null) mismatches.push(`${what} ${name}: ${mismatch}`);
  }
  return mismatches;
}

interface TargetCase extends Case {
  readonly data: Keys;
  readonly init: Keys;
}

/** The binary classifier with a target of shape [N] for outputs of [N, 1]. */
export const e2eError: Kind = async (one, bench) => {
  const recorded = one as TargetCase;
  if (!recorded.error) throw new Error("the case records no error");
  const mismatch = await expectError(recorded.error, async () => {
    const { X, y_flat: target } = stateOf(recorded.data, bench);
    const [hidden, inputs] = bench.stored(recorded.init["0.weight"]).shape;
    const model = layer(
      "Sequential",
      layer("Linear", inputs, hidden),
      layer("ELU"),
      layer("Linear", hidden, 1),
      layer("Sigmoid"),
    );
    load(model, stateOf(recorded.init, bench));
    const loss = layer("BCELoss")(model(X), target) as Tensor;
    await loss.item();
  });
  return mismatch === null ? [] : [mismatch];
};

import type { Tensor } from "@cresset/core";
import { functionAt, methodOf } from "../api/library.ts";
import { close, compareTensors } from "../compare/tensor.ts";
import { type Bench, readTensor } from "../read/bench.ts";
import type { JsonObject } from "../read/json.ts";
import type { Tolerance } from "../read/manifest.ts";
import type { Kind } from "./kind.ts";
import { buildOptimizer, slice } from "./optim.ts";
import { Program, type ProgramCase } from "./program.ts";

interface TrainCase extends Omit<ProgramCase, "tol"> {
  readonly optimizer: string;
  readonly kwargs: JsonObject;
  readonly params: readonly string[];
  readonly loss: string;
  readonly n_steps: number;
  readonly closure?: boolean;
  readonly clip_grad_norm?: number;
  readonly expect: { readonly losses: readonly number[]; readonly params: Readonly<Record<string, string>> };
  readonly n_evals?: number;
  readonly tol: readonly [number, number];
  readonly step_atol: readonly number[];
}

/** A training loop: losses before each update, parameters after it. */
export const optimTrain: Kind = async (one, bench) => {
  const recorded = one as unknown as TrainCase;
  const program = new Program(bench, recorded.tol);
  program.declare(recorded.vars);
  const params = recorded.params.map((name) => program.tensor(name));
  const optimizer = buildOptimizer(recorded.optimizer, params, recorded.kwargs, bench);
  const mismatches: string[] = [];
  let evaluations = 0;
  for (let t = 0; t < recorded.n_steps && mismatches.length === 0; t++) {
    const tolerance: Tolerance = [recorded.tol[0], recorded.step_atol[t] ?? recorded.tol[1]];
    let first: number | undefined;
    const evaluate = async (): Promise<Tensor> => {
      evaluations++;
      optimizer.zeroGrad();
      await program.run(recorded.steps);
      const loss = program.tensor(recorded.loss);
      methodOf(loss, "backward")();
      first ??= await loss.item();
      return loss;
    };
    if (recorded.closure) await optimizer.step(evaluate);
    else {
      await evaluate();
      if (recorded.clip_grad_norm !== undefined)
        await functionAt("nn.utils.clipGradNorm_")(params, recorded.clip_grad_norm);
      await optimizer.step();
    }
    const want = recorded.expect.losses[t];
    if (first === undefined || !close(first, want, tolerance))
      mismatches.push(`loss at step ${t}: expected ${want}, got ${first}`);
    mismatches.push(...(await compareParams(recorded, program, bench, t, tolerance)));
  }
  if (mismatches.length === 0 && recorded.n_evals !== undefined && evaluations !== recorded.n_evals)
    mismatches.push(`expected ${recorded.n_evals} evaluations of the closure, got ${evaluations}`);
  return mismatches;
};

async function compareParams(
  recorded: TrainCase,
  program: Program,
  bench: Bench,
  step: number,
  tolerance: Tolerance,
): Promise<string[]> {
  const mismatches: string[] = [];
  for (const [name, key] of Object.entries(recorded.expect.params)) {
    const got = await readTensor(program.tensor(name));
    const mismatch = compareTensors(got, slice(bench.stored(key), step), { tolerance });
    if (mismatch !== null) mismatches.push(`${name} after step ${step + 1}: ${mismatch}`);
  }
  return mismatches;
}

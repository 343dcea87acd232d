import { classAt, functionAt } from "../api/library.ts";
import { expectError } from "../compare/error.ts";
import { compareValues } from "../compare/value.ts";
import type { Bench } from "../read/bench.ts";
import type { Json, JsonObject } from "../read/json.ts";
import type { Case, Tolerance } from "../read/manifest.ts";
import { pythonFunction } from "../read/python.ts";
import { plainValue } from "../read/values.ts";
import type { Kind } from "./kind.ts";
import { buildOptimizer, type LibraryOptimizer, optionsOf } from "./optim.ts";

interface Recipe {
  readonly scheduler: string;
  readonly kwargs: JsonObject;
  readonly schedulers?: readonly Recipe[];
  readonly milestones?: readonly number[];
  readonly lambda?: string | readonly string[];
  readonly scale_fn?: string;
}

interface SchedulerCase extends Case, Recipe {
  readonly optimizer: string;
  readonly lrs0: readonly number[];
  readonly opt_kwargs?: JsonObject;
  readonly n: number;
  readonly step_args?: readonly number[];
  readonly metrics?: readonly Json[];
  readonly lrs?: readonly Json[];
  readonly momentum?: readonly Json[];
  readonly tol?: Tolerance;
}

interface LibraryScheduler {
  step(argument?: number): void;
}

/** Parameters that come right after the optimizer, positionally; all others are options. */
const positional: Readonly<Record<string, readonly string[]>> = {
  StepLR: ["step_size"],
  MultiStepLR: ["milestones"],
  ExponentialLR: ["gamma"],
  CosineAnnealingLR: ["T_max"],
  CosineAnnealingWarmRestarts: ["T_0"],
  CyclicLR: ["base_lr", "max_lr"],
  OneCycleLR: ["max_lr"],
};

/** Learning rates (and momenta) over steps. */
export const scheduler: Kind = async (one, bench) => {
  const recorded = one as SchedulerCase;
  const optimizer = withGroups(recorded, bench);
  if (recorded.error) {
    const mismatch = await expectError(recorded.error, async () => build(recorded, optimizer, bench));
    return mismatch === null ? [] : [mismatch];
  }
  const running = build(recorded, optimizer, bench);
  const rates = [groups(optimizer, ({ lr }) => lr)];
  const momenta = [groups(optimizer, momentum)];
  for (let t = 0; t < recorded.n; t++) {
    await optimizer.step();
    if (recorded.metrics !== undefined) running.step(Number(plainValue(recorded.metrics[t])));
    else if (recorded.step_args !== undefined) running.step(recorded.step_args[t]);
    else running.step();
    rates.push(groups(optimizer, ({ lr }) => lr));
    momenta.push(groups(optimizer, momentum));
  }
  const mismatches = compareSeries("lr", rates, recorded.lrs ?? [], recorded.tol);
  if (recorded.momentum !== undefined)
    mismatches.push(...compareSeries("momentum", momenta, recorded.momentum, recorded.tol));
  return mismatches;
};

function compareSeries(name: string, got: readonly unknown[], want: readonly Json[], tolerance?: Tolerance): string[] {
  if (got.length !== want.length) return [`expected ${want.length} values of ${name}, got ${got.length}`];
  return got
    .flatMap((value, t) => {
      const mismatch = compareValues(value, plainValue(want[t]), tolerance);
      return mismatch === null ? [] : [`${name} at ${t}: ${mismatch}`];
    })
    .slice(0, 3);
}

function withGroups(recorded: SchedulerCase, bench: Bench): LibraryOptimizer {
  const params = recorded.lrs0.map((lr) => ({ params: [functionAt("zeros")([1], { requiresGrad: true })], lr }));
  return buildOptimizer(recorded.optimizer, params, { lr: recorded.lrs0[0], ...recorded.opt_kwargs }, bench);
}

function groups(optimizer: LibraryOptimizer, of: (group: Record<string, unknown>) => unknown): unknown[] {
  return optimizer.paramGroups.map(of);
}

function momentum(group: Record<string, unknown>): unknown {
  return group.momentum ?? (group.betas as number[] | undefined)?.[0];
}

function build(recipe: Recipe, optimizer: LibraryOptimizer, bench: Bench): LibraryScheduler {
  const Scheduler = classAt(`optim.lrScheduler.${recipe.scheduler}`);
  if (recipe.schedulers !== undefined) {
    const inner = recipe.schedulers.map((one) => build(one, optimizer, bench));
    if (recipe.scheduler === "ChainedScheduler") return new Scheduler(inner) as LibraryScheduler;
    return new Scheduler(optimizer, inner, recipe.milestones) as LibraryScheduler;
  }
  if (recipe.lambda !== undefined) {
    const functions =
      typeof recipe.lambda === "string" ? pythonFunction(recipe.lambda) : recipe.lambda.map(pythonFunction);
    return new Scheduler(optimizer, functions) as LibraryScheduler;
  }
  const first = positional[recipe.scheduler] ?? [];
  const leading = first.map((name) => plainValue(recipe.kwargs[name] ?? null));
  const rest = Object.fromEntries(Object.entries(recipe.kwargs).filter(([name]) => !first.includes(name)));
  const options = optionsOf(rest, bench);
  if (recipe.scale_fn !== undefined) options.scaleFn = pythonFunction(recipe.scale_fn);
  return new Scheduler(optimizer, ...leading, options) as LibraryScheduler;
}

import type { Tensor } from "@cresset/core";
import { functionAt, library, methodOf, type Namespace } from "../api/library.ts";
import { operationAt } from "../api/operation.ts";
import { describeError, expectError } from "../compare/error.ts";
import { compareResult, type Expected, isTensor } from "../compare/results.ts";
import type { Bench, TensorReference } from "../read/bench.ts";
import type { Json, JsonObject } from "../read/json.ts";
import type { Case, ExpectedError, Tolerance } from "../read/manifest.ts";
import { argument, floatValue, indexArgument } from "../read/values.ts";
import { addHook } from "./hook.ts";
import type { Kind } from "./kind.ts";

/** A step of the program language: an operation, a change of mode, a check. */
export type Step = JsonObject;

export interface ProgramCase extends Case {
  readonly vars: Readonly<Record<string, TensorReference>>;
  readonly steps: readonly Step[];
  readonly tol: Tolerance;
}

/** A running program: its variables, and what did not agree so far. */
export class Program {
  readonly variables = new Map<string, unknown>();
  readonly mismatches: string[] = [];
  /** Values to compare when the program has ended: reading inside a mode would not be possible. */
  private readonly checks: (() => Promise<void>)[] = [];
  private readonly handles = new Map<string, unknown>();
  readonly bench: Bench;
  private readonly tolerance: Tolerance;

  constructor(bench: Bench, tolerance: Tolerance) {
    this.bench = bench;
    this.tolerance = tolerance;
  }

  declare(vars: Readonly<Record<string, TensorReference>>): void {
    for (const [name, reference] of Object.entries(vars)) this.variables.set(name, this.bench.leaf(reference).tensor);
  }

  tensor(name: Json): Tensor {
    const found = this.variables.get(String(name));
    if (!isTensor(found)) throw new Error(`${String(name)} is not a tensor of the program`);
    return found;
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if ("raises" in step) await this.raises(step);
      else {
        const pending = this.step(step);
        if (pending !== undefined) await pending;
      }
    }
  }

  /** Runs steps without waiting, for modes that end when their function returns. */
  private runNow(steps: Json): void {
    for (const step of steps as Step[]) {
      const pending = this.step(step);
      if (pending !== undefined) throw new Error(`a step inside a mode is asynchronous: ${JSON.stringify(step)}`);
    }
  }

  /** Compares what `check` steps have seen. */
  async settle(): Promise<void> {
    for (const check of this.checks.splice(0)) await check();
  }

  private step(step: Step): Promise<void> | undefined {
    if ("op" in step) return this.operation(step);
    if ("backward" in step) this.backward(step);
    else if ("autograd_grad" in step) this.gradients(step);
    else if ("no_grad" in step) functionAt("noGrad")(() => this.runNow(step.no_grad));
    else if ("enable_grad" in step) functionAt("enableGrad")(() => this.runNow(step.enable_grad));
    else if ("inference_mode" in step) functionAt("inferenceMode")(() => this.runNow(step.inference_mode));
    else if ("set_grad_enabled" in step)
      functionAt("setGradEnabled")(step.set_grad_enabled, () => this.runNow(step.steps));
    else if ("requires_grad_" in step) methodOf(this.tensor(step.requires_grad_), "requiresGrad_")(step.value);
    else if ("retain_grad" in step) methodOf(this.tensor(step.retain_grad), "retainGrad")();
    else if ("zero_grad" in step) zeroGrad(this.tensor(step.zero_grad), step.set_to_none !== false);
    else if ("set_grad" in step) this.tensor(step.set_grad).grad = this.value(step.value) as Tensor | null;
    else if ("hook" in step) this.hook(step);
    else if ("remove_hook" in step) methodOf(this.handles.get(String(step.remove_hook)), "remove")();
    else if ("get" in step) this.variables.set(String(step.out), this.path(String(step.get)));
    else if ("check" in step) this.check(step);
    else throw new Error(`an unknown step: ${JSON.stringify(step)}`);
    return undefined;
  }

  private value(value: Json): unknown {
    return argument(value, this.bench, this.variables);
  }

  private operation(step: Step): Promise<void> | undefined {
    const path = String(step.op);
    const indexed = path.endsWith("item__");
    const positional = ((step.args ?? []) as Json[]).map((value, at) =>
      indexed && at === 1 ? indexArgument(value, this.bench, this.variables) : this.value(value),
    );
    const keywords: Record<string, unknown> = {};
    for (const [name, value] of Object.entries((step.kwargs ?? {}) as JsonObject)) keywords[name] = this.value(value);
    const result = operationAt(path)(positional, keywords);
    if (result instanceof Promise) return result.then((value) => this.store(step.out, value));
    this.store(step.out, result);
    return undefined;
  }

  private store(out: Json | undefined, result: unknown): void {
    if (Array.isArray(out))
      for (const [i, name] of out.entries()) this.variables.set(String(name), (result as unknown[])[i]);
    else if (typeof out === "string") this.variables.set(out, result);
  }

  private backward(step: Step): void {
    const gradient = step.gradient === undefined ? undefined : this.value(step.gradient);
    const options: Record<string, unknown> = {};
    if (step.retain_graph !== undefined) options.retainGraph = step.retain_graph;
    if (step.create_graph !== undefined) options.createGraph = step.create_graph;
    if (step.inputs !== undefined) options.inputs = (step.inputs as Json[]).map((name) => this.tensor(name));
    methodOf(this.tensor(step.backward), "backward")(gradient, options);
  }

  private gradients(step: Step): void {
    const given = step.autograd_grad as JsonObject;
    const options: Record<string, unknown> = {};
    if (given.grad_outputs) options.gradOutputs = (given.grad_outputs as Json[]).map((value) => this.gradOutput(value));
    if (given.create_graph !== undefined) options.createGraph = given.create_graph;
    if (given.retain_graph !== undefined) options.retainGraph = given.retain_graph;
    if (given.allow_unused !== undefined) options.allowUnused = given.allow_unused;
    const tensors = (names: Json) => (names as Json[]).map((name) => this.tensor(name));
    this.store(step.out, functionAt("autograd.grad")(tensors(given.outputs), tensors(given.inputs), options));
  }

  private gradOutput(value: Json): unknown {
    return typeof value === "string" ? this.tensor(value) : this.value(value);
  }

  private hook(step: Step): void {
    const handle = addHook(this.tensor(step.hook), String(step.kind), {
      factor: () => floatValue(step.value),
      replacement: () => this.value(step.value),
      record: (gradient) => {
        const name = String(step.name);
        this.variables.set(name, gradient);
        this.variables.set(`${name}_count`, Number(this.variables.get(`${name}_count`) ?? 0) + 1);
      },
    });
    if (step.name !== undefined) this.handles.set(String(step.name), handle);
  }

  /** What a path such as "x.grad" or "y.grad_fn" leads to. */
  private path(path: string): unknown {
    const [name, ...parts] = path.split(".");
    if (!this.variables.has(name)) return undefined;
    return parts.reduce(attribute, this.variables.get(name));
  }

  private check(step: Step): void {
    const path = String(step.check);
    const got = this.path(path);
    const equals = step.equals as { tensor?: string; value?: Json };
    const want: Expected = equals.tensor ?? { value: equals.value ?? null };
    // The value as of now: later steps may write the tensor in place.
    const seen = isTensor(got) && equals.tensor !== undefined ? snapshot(got) : got;
    this.checks.push(async () => {
      const mismatch = await compareResult(seen, want, this.bench, { tolerance: this.tolerance });
      if (mismatch !== null) this.mismatches.push(`${path}: ${mismatch}`);
    });
  }

  private async raises(step: Step): Promise<void> {
    const before = new Set(this.variables.keys());
    const mismatch = await expectError(step as unknown as ExpectedError, async () => {
      await this.run(step.raises as Step[]);
      for (const [name, value] of this.variables) if (!before.has(name) && isTensor(value)) await value.data();
    });
    if (mismatch !== null) this.mismatches.push(mismatch);
  }
}

function snapshot(tensor: Tensor): Tensor {
  const { noGrad } = library;
  if (typeof noGrad !== "function") return tensor;
  return noGrad(() => methodOf(methodOf(tensor, "detach")(), "clone")()) as Tensor;
}

function attribute(object: unknown, name: string): unknown {
  if (object === null || object === undefined) throw new Error(`nothing has the attribute ${name}`);
  const value = (object as Namespace)[name === "_version" ? name : camelAttribute(name)];
  if (name === "grad_fn") return value === null || value === undefined ? null : (value as Namespace).name;
  return value;
}

function camelAttribute(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `optimizer.zero_grad()` for one tensor. */
function zeroGrad(tensor: Tensor, setToNone: boolean): void {
  if (setToNone || tensor.grad === null) tensor.grad = null;
  else tensor.grad = functionAt("zerosLike")(tensor.grad) as Tensor;
}

/** Steps with variables, and checks of what they hold. */
export const program: Kind = async (one, bench) => {
  const recorded = one as ProgramCase;
  const running = new Program(bench, recorded.tol);
  running.declare(recorded.vars);
  try {
    await running.run(recorded.steps);
  } catch (error) {
    running.mismatches.push(describeError(error));
  }
  try {
    await running.settle();
  } catch (error) {
    running.mismatches.push(describeError(error));
  }
  return running.mismatches;
};

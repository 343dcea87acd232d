import type { Node, Value } from "@cresset/core/extend";
import { fromHost, type HostArray, type Tensor, tensor } from "@cresset/core/functions";
import type { AnyModule } from "@cresset/nn";
import { type FileTarget, writeAtomically } from "../../target.ts";
import { dataTypes } from "../dtypes.ts";
import { OnnxExportError } from "../errors.ts";
import type { Context } from "./emitted.ts";
import { type ScalarInputs, writeGraph } from "./graph.ts";
import { requireNothingLeft } from "./left.ts";
import { pair } from "./lower.ts";
import { namesOf, only, requireOpset, statesOf, tracedWith } from "./module.ts";
import { converted, evaluateFormula, formulasOf, lowerFormula, mentions } from "./optimizer-numbers.ts";
import { type Group, type GroupNumber, OptimizerStates, type TrainingOptimizer } from "./optimizer-states.ts";
import {
  type DynamicAxes,
  exampleInputs,
  resultsOf,
  type Traces,
  tensorsIn,
  traceProgram,
  withTensors,
} from "./traces.ts";

export interface TrainingStepOptions {
  /** What is trained: gives the parameters and buffers their names. */
  readonly module: AnyModule;
  /** What trains it: any optimizer of `@cresset/optim` but `LBFGS`. */
  readonly optimizer: TrainingOptimizer;
  /** "constant" (default), or "input": the learning rate is an input "lr" (float64), or "lr_0", "lr_1" … of several groups. */
  readonly learningRate?: "constant" | "input";
  /** Names of the inputs, in order; default "input", or "input_0", "input_1" … of several. */
  readonly inputNames?: readonly string[];
  /** Names of what the step returns, in order; default "loss", or "loss_0" … of several. */
  readonly outputNames?: readonly string[];
  /** Dimensions of inputs whose size may change; see `export`. */
  readonly dynamicAxes?: DynamicAxes;
  /** The version of ONNX's operators, from 17 to 23; default 18. */
  readonly opsetVersion?: number;
}

/** A tensor that goes from step to step: what comes out as `output` goes in as `input`. */
export interface TrainingState {
  readonly input: string;
  readonly output: string;
  /** What goes in first. */
  readonly initial: Tensor;
}

/** A training step as a graph. */
export interface TrainingStep {
  /** The ONNX file. */
  readonly model: Uint8Array<ArrayBuffer>;
  readonly state: readonly TrainingState[];
}

/**
 * The whole of a training step as one ONNX graph: forward, backward and the optimizer's update, with parameters, buffers and
 * optimizer states as inputs and outputs. The step is the body of the training loop; it is run for its graph, computes nothing,
 * and leaves model and optimizer as they were. It must be the same in every iteration. Until the promise is settled, nothing else may
 * train the model.
 *
 * @param step calls the model, `optimizer.zeroGrad()`, `loss.backward()` and `optimizer.step()`, and returns the loss (or several
 * tensors).
 * @param args the arguments of the step: tensors, also inside arrays, become inputs in their order.
 * @param file where to write too, in Node, Deno and Bun. Default nowhere.
 * @throws OnnxExportError where the graph would not be that of the next step too: an optimizer that ONNX cannot follow, numbers
 * that change from step to step, random numbers, gradients that add up over steps.
 * @example
 * const step = (x: Tensor, y: Tensor) => {
 *   const loss = lossFunc(model(x), y);
 *   optimizer.zeroGrad();
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * };
 * const { model: bytes, state } = await onnx.exportTrainingStep(step, [x, y], undefined, { module: model, optimizer });
 */
export async function exportTrainingStep<Args extends readonly unknown[]>(
  step: (...args: Args) => Tensor | readonly Tensor[],
  args: Args,
  file: FileTarget | undefined,
  options: TrainingStepOptions,
): Promise<TrainingStep> {
  const { module, optimizer, dynamicAxes = {} } = options;
  const opset = requireOpset(options.opsetVersion);
  if ("stepSync" in optimizer) throw new OnnxExportError("LBFGS decides by values what it does: no graph can");
  const tensors = tensorsIn(args);
  const inputNames = namesOf("inputNames", options.inputNames, "input", tensors.length);
  const inputs = await exampleInputs(tensors, inputNames, dynamicAxes);
  const named = await statesOf(module);
  const states = new OptimizerStates(optimizer, named);
  const run = (replaced: readonly Tensor[]): Tensor[] => {
    states.begin();
    const results = resultsOf(step(...(withTensors(args, replaced.values()) as unknown as Args)));
    states.end();
    return results;
  };
  try {
    const earlier: Traces[] = [];
    const trace = (all: readonly Tensor[]): Traces => {
      const traces = traceProgram(run, inputs, all, "example");
      requireNothingLeft(traces, earlier, "step", states.oldGradients);
      earlier.push(traces);
      return traces;
    };
    await states.prepare(trace);
    const all = [...states.tensors.values()];
    requireRepeatable(states, () => trace(all));
    const result = await tracedWith(run, inputs, all, (traces) =>
      writeStep(traces, states, inputNames, options, opset),
    );
    if (file !== undefined) await writeAtomically(file, only(result.model));
    return result;
  } finally {
    states.restore();
  }
}

/** Traces this step and the next one. @throws OnnxExportError where they differ in more than the optimizer's formulas. */
function requireRepeatable(states: OptimizerStates, trace: () => Traces): void {
  const now = trace();
  const before = states.now();
  states.advance();
  const next = trace();
  const after = states.now();
  states.rewind();
  const outputs = (traces: Traces): readonly Value[] => [...traces.results[0], ...traces.after[0]];
  const leaves = new Set([...now.inputs[0], ...now.states]);
  const partners = new Map([...now.inputs[0].entries()].map(([i, value]) => [value, next.inputs[0][i]]));
  const later = outputs(next);
  const nodes = paired(
    outputs(now).map((value, i) => [value, later[i]]),
    leaves,
    partners,
    now.since,
  );
  for (const [node, other] of nodes) {
    const group = states.groupOf(node);
    const formulas = group === null ? {} : formulasOf(node, group.options);
    for (const [slot, value] of node.args.entries()) {
      const formula = formulas[slot];
      const { name } = node.template.operation;
      if (formula === undefined) {
        if (Object.is(value, other.args[slot])) continue;
        throw new OnnxExportError(
          `${name} takes a number that is ${value} in this step and ${other.args[slot]} in the next one: the graph would hold the first. ` +
            "Make it an input, as a tensor. Of optimizers, only those of @cresset/optim can be exported",
        );
      }
      const g = group?.index ?? 0;
      const expected = [evaluateFormula(formula, before[g]), evaluateFormula(formula, after[g])];
      for (const [i, number] of [value, other.args[slot]].entries())
        if (Math.abs(Number(number) - expected[i]) > 1e-12 * Math.abs(expected[i]))
          throw new OnnxExportError(
            `${name} computes its numbers in a way that is not known: ${number} where ${expected[i]} was expected`,
          );
    }
  }
}

function paired(
  outputs: readonly (readonly Value[])[],
  leaves: ReadonlySet<Value>,
  partners: ReadonlyMap<Value, Value>,
  since: number,
): readonly (readonly Node[])[] {
  try {
    return pair(outputs, (value) => leaves.has(value) || partners.has(value), since).nodes;
  } catch (error) {
    throw new OnnxExportError(
      "the next step would be another graph than this one: the step must do the same in every iteration",
      { cause: error },
    );
  }
}

async function writeStep(
  traces: Traces,
  states: OptimizerStates,
  inputNames: readonly string[],
  { learningRate = "constant", outputNames: given }: TrainingStepOptions,
  opset: number,
): Promise<TrainingStep> {
  const names = [...states.tensors.keys()];
  const tensors = [...states.tensors.values()];
  const changed = names.map((_, i) => traces.after[0][i] !== traces.states[i]);
  const outputNames = namesOf("outputNames", given, "loss", traces.results[0].length);
  const stateOf = (i: number): { name: string; values: Value[] } => ({
    name: names[i],
    values: traces.inputs.map(() => traces.states[i]),
  });
  const indices = names.map((_, i) => i);
  const model = await writeGraph({
    inputs: [
      ...inputNames.map((name, i) => ({ name, values: traces.inputs.map((each) => each[i]) })),
      ...indices.filter((i) => changed[i]).map(stateOf),
    ],
    initializers: indices.filter((i) => !changed[i]).map(stateOf),
    outputs: [
      ...outputNames.map((name, i) => ({ name, values: traces.results.map((each) => each[i]) })),
      ...indices
        .filter((i) => changed[i])
        .map((i) => ({ name: nextName(names[i]), values: traces.after.map((each) => each[i]) })),
    ],
    scalars: (c) => scalarInputs(c, states, learningRate),
    forbidden: states.oldGradients,
    since: traces.since,
    sources: traces.sources,
    symbols: traces.symbols,
    exactDivision: traces.exactDivision,
    opset,
    name: "training_step",
    metadata: {
      "cresset.state": JSON.stringify(
        Object.fromEntries([
          ...indices.filter((i) => changed[i]).map((i) => [names[i], nextName(names[i])]),
          ...numbersIn(states).map(({ input }) => [input, nextName(input)]),
          ...(states.counts ? [[stepName, nextName(stepName)]] : []),
        ]),
      ),
    },
  });
  const state: TrainingState[] = [];
  for (const i of indices)
    if (changed[i]) state.push({ input: names[i], output: nextName(names[i]), initial: await copied(tensors[i]) });
  for (const { input, value } of numbersIn(states))
    state.push({ input, output: nextName(input), initial: tensor(value, { dtype: "float32" }) });
  if (states.counts) {
    const initial = tensor(BigInt(states.steps), { dtype: "int64" });
    state.push({ input: stepName, output: nextName(stepName), initial });
  }
  return { model, state };
}

/** How many steps have been done. */
const stepName = "optimizer.step";

/** Numbers that the optimizer carries from step to step, as inputs of the graph. */
function numbersIn(states: OptimizerStates): (GroupNumber & { group: Group; input: string })[] {
  return states.groups.flatMap((group) =>
    states.numbersOf(group).map((number) => {
      const suffix = states.groups.length === 1 ? "" : `_${group.index}`;
      return { ...number, group, input: `optimizer.${number.name}${suffix}` };
    }),
  );
}

const nextName = (name: string): string => `${name}.next`;

function scalarInputs(c: Context, states: OptimizerStates, learningRate: "constant" | "input"): ScalarInputs {
  const { builder } = c;
  const groups = states.groups;
  const lrNames = groups.map((_, g) => (groups.length === 1 ? "lr" : `lr_${g}`));
  const inputs: { name: string; dtype: "int64" | "float32" | "float64" }[] = [];
  if (learningRate === "input") for (const name of lrNames) inputs.push({ name, dtype: "float64" });
  const outputs: { name: string; value: string; dtype: "int64" | "float32" }[] = [];
  let number = "";
  if (states.counts) {
    inputs.push({ name: stepName, dtype: "int64" });
    const next = builder.node("Add", [stepName, builder.integers([1], [])]);
    outputs.push({ name: nextName(stepName), value: next, dtype: "int64" });
    number = builder.node("Cast", [next], { to: dataTypes.float64 });
  }
  const carried = numbersIn(states);
  const namesOfGroup = groups.map((group, g) => {
    const own = carried.filter((one) => one.group === group);
    const wide = own.map(({ name, input }) => [name, builder.node("Cast", [input], { to: dataTypes.float64 })]);
    const lr = learningRate === "input" ? lrNames[g] : Number(group.options.lr);
    return { lr, step: number, states: Object.fromEntries(wide) as Record<string, string> };
  });
  for (const { input, next, group } of carried) {
    inputs.push({ name: input, dtype: "float32" });
    const value = converted(c, lowerFormula(c, next(group.options), namesOfGroup[group.index]), "float32");
    outputs.push({ name: nextName(input), value, dtype: "float32" });
  }
  return {
    inputs,
    outputs,
    given: ([node], slot, dtype) => {
      const group = states.groupOf(node);
      const formula = group === null ? undefined : formulasOf(node, group.options)[slot];
      if (group === null || formula === undefined) return null;
      const changes = learningRate === "input" || mentions(formula, "step") || mentions(formula, "state");
      return changes ? converted(c, lowerFormula(c, formula, namesOfGroup[group.index]), dtype) : null;
    },
  };
}

async function copied(source: Tensor): Promise<Tensor> {
  const data: HostArray = await source.data();
  return fromHost(data, source.shape, source.dtype, source.device);
}

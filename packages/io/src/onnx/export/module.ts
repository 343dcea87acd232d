import { CressetError, noGrad, type Tensor, ValueError } from "@cresset/core/functions";
import type { AnyModule } from "@cresset/nn";
import { type FileTarget, writeAtomically } from "../../target.ts";
import { type NamedTensor, writeGraph } from "./graph.ts";
import { requireNoBufferGoesOn, requireNothingLeft } from "./left.ts";
import { DependsOnSizesError } from "./lower.ts";
import {
  type Attempt,
  type DynamicAxes,
  type ExampleInput,
  exampleInputs,
  type Traces,
  tensorsIn,
  traceProgram,
  withTensors,
} from "./traces.ts";

export interface ExportOptions {
  /** Names of the inputs, in order; default "input", or "input_0", "input_1" … of several. */
  readonly inputNames?: readonly string[];
  /** Names of the outputs, in order; default "output", or "output_0" … of several. */
  readonly outputNames?: readonly string[];
  /**
   * Dimensions of inputs whose size may change, by the input's name: `{ input: { 0: "batch" } }`. Dimensions with one name
   * have one size. Default: all are fixed.
   */
  readonly dynamicAxes?: DynamicAxes;
  /** The version of ONNX's operators, from 17 to 23; default 18. */
  readonly opsetVersion?: number;
  /** Whether the file holds the parameters and buffers, under their names in the state dict; otherwise they are inputs. Default true. */
  readonly exportParams?: boolean;
  /** "eval" (default) exports the model as after `eval()`, "train" as after `train()`, "preserve" as it is. */
  readonly training?: "eval" | "train" | "preserve";
  /** Texts that travel in the file, by name; `open` reads them. Default none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Tensors that are no part of the graph: what a training goes on with, such as the state of an optimizer. They lie in the file's
   * `training_info`, which engines for inference pass over; `open` reads them. Default none.
   */
  readonly trainingState?: Readonly<Record<string, Tensor>>;
}

/**
 * A model as an ONNX file. The model is called with the inputs and its graph is recorded; nothing is computed, and the model is
 * left as it was. What the program does with values that it reads (`item()`, a condition on a tensor) is no part of a graph.
 *
 * @param args one tensor, or the arguments of the call: tensors, also inside arrays, become inputs in their order; all else
 * stays as it is.
 * @param file where to write, in Node, Deno and Bun; the file is replaced when all is written. Without one, the bytes are returned.
 * @throws OnnxExportError listing what ONNX has no operators for, or for a tensor that one call leaves to the next; TraceError if
 *   the model reads values; ValueError for options that do not fit.
 * @example
 * await onnx.export(model, torch.randn([1, 4]), "model.onnx", { dynamicAxes: { input: { 0: "batch" } } });
 */
export async function exportModule(
  module: AnyModule,
  args: Tensor | readonly unknown[],
  file: FileTarget,
  options?: ExportOptions,
): Promise<void>;
export async function exportModule(
  module: AnyModule,
  args: Tensor | readonly unknown[],
  file?: undefined,
  options?: ExportOptions,
): Promise<Uint8Array<ArrayBuffer>>;
export async function exportModule(
  module: AnyModule,
  args: Tensor | readonly unknown[],
  file?: FileTarget,
  options: ExportOptions = {},
): Promise<unknown> {
  const bytes = await modelOf(module, args, options);
  return file === undefined ? bytes : writeAtomically(file, only(bytes));
}

export async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function modelOf(
  module: AnyModule,
  given: Tensor | readonly unknown[],
  options: ExportOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const args: readonly unknown[] = Array.isArray(given) ? given : [given];
  const { exportParams = true, dynamicAxes = {} } = options;
  const opset = requireOpset(options.opsetVersion);
  const states = await statesOf(module);
  const trainingState = await Promise.all(Object.entries(options.trainingState ?? {}).map(hostTensor));
  const tensors = tensorsIn(args);
  const inputNames = namesOf("inputNames", options.inputNames, "input", tensors.length);
  const inputs = await exampleInputs(tensors, inputNames, dynamicAxes);
  const restore = setTraining(module, options.training ?? "eval");
  const call = module as unknown as (...args: unknown[]) => unknown;
  const program = (replaced: readonly Tensor[]): Tensor[] =>
    tensorsIn(noGrad(() => call(...(withTensors(args, replaced.values()) as unknown[]))));
  try {
    const [first, second] = [1, 2].map(() => traceProgram(program, inputs, [...states.values()], "example"));
    requireNothingLeft(second, [first], "model");
    requireNoBufferGoesOn(first);
    return await tracedWith(program, inputs, [...states.values()], async (traces) => {
      const outputNames = namesOf("outputNames", options.outputNames, "output", traces.results[0].length);
      const values = [...states.keys()].map((name, i) => ({ name, values: traces.inputs.map(() => traces.states[i]) }));
      return writeGraph({
        inputs: [
          ...inputNames.map((name, i) => ({ name, values: traces.inputs.map((each) => each[i]) })),
          ...(exportParams ? [] : values),
        ],
        initializers: exportParams ? values : [],
        outputs: outputNames.map((name, i) => ({ name, values: traces.results.map((each) => each[i]) })),
        since: traces.since,
        sources: traces.sources,
        symbols: traces.symbols,
        exactDivision: traces.exactDivision,
        opset,
        name: module.typeName(),
        metadata: options.metadata ?? {},
        trainingState,
      });
    });
  } finally {
    restore();
  }
}

/**
 * Traces a program and writes its graph. Sizes that may change are traced as they are and plus small numbers, and where that
 * does not do (a program may take even sizes only) as their multiples.
 */
export async function tracedWith<T>(
  program: (tensors: readonly Tensor[]) => readonly Tensor[],
  inputs: readonly ExampleInput[],
  states: readonly Tensor[],
  write: (traces: Traces) => Promise<T>,
): Promise<T> {
  if (inputs.every(({ axes }) => axes.size === 0)) return write(traceProgram(program, inputs, states, "example"));
  // What is wrong with the program itself is better said of the sizes that were given.
  const example = traceProgram(program, inputs, states, "example");
  const attempt = async (kind: Attempt): Promise<T> => {
    const traces = traceProgram(program, inputs, states, kind);
    requireShapesOf(example, traces);
    return write(traces);
  };
  try {
    return await attempt("steps");
  } catch (error) {
    if (!(error instanceof CressetError)) throw error;
    // The example's size may be that of a fixed dimension, where a program takes short cuts.
    const others: readonly Attempt[] = error instanceof DependsOnSizesError ? ["apart", "factors"] : ["factors"];
    for (const kind of others) {
      try {
        return await attempt(kind);
      } catch (reason) {
        if (!(reason instanceof CressetError)) throw reason;
      }
    }
    throw error;
  }
}

/**
 * Where the example's own size is not among those that were traced (it is 1), results must have as many dimensions for it.
 *
 * @throws OnnxExportError if they do not, as after `squeeze()`.
 */
function requireShapesOf(example: Traces, traces: Traces): void {
  for (const [i, { type }] of example.results[0].entries()) {
    const shapes = traces.results.map((results) => results[i]?.type.shape);
    const fits = shapes.every(
      (shape) =>
        shape !== undefined &&
        shape.length === type.shape.length &&
        shape.every((size, d) => size === type.shape[d] || shapes.some((other) => other?.[d] !== size)),
    );
    if (!fits)
      throw new DependsOnSizesError(
        `a result is [${type.shape.join(", ")}] for the example, but [${shapes[0]?.join(", ")}] for larger inputs: the program does something else ` +
          "for dimensions of size 1. Make those dimensions fixed",
      );
  }
}

async function hostTensor([name, tensor]: readonly [string, Tensor]): Promise<NamedTensor> {
  return { name, dtype: tensor.dtype, shape: tensor.shape, data: await tensor.data() };
}

/** Parameters and buffers by name, computed. */
export async function statesOf(module: AnyModule): Promise<Map<string, Tensor>> {
  const states = new Map<string, Tensor>();
  const seen = new Set<Tensor>();
  for (const [name, tensor] of [...module.namedParameters(), ...module.namedBuffers()]) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    states.set(name, tensor);
    await tensor.data();
  }
  return states;
}

export function requireOpset(opset = 18): number {
  if (!Number.isInteger(opset) || opset < 17 || opset > 23)
    throw new ValueError(`opsetVersion must be a whole number from 17 to 23, but got ${opset}`);
  return opset;
}

export function namesOf(option: string, given: readonly string[] | undefined, base: string, count: number): string[] {
  if (given === undefined) return count === 1 ? [base] : Array.from({ length: count }, (_, i) => `${base}_${i}`);
  if (given.length !== count)
    throw new ValueError(`${option} has ${given.length} names, but there are ${count} tensors`);
  return [...given];
}

function setTraining(module: AnyModule, mode: "eval" | "train" | "preserve"): () => void {
  const before = module.modules().map((each) => [each, each.training] as const);
  if (mode !== "preserve") for (const [each] of before) each.training = mode === "train";
  return () => {
    for (const [each, training] of before) each.training = training;
  };
}

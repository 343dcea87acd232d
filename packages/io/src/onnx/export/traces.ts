import type { RandomSource, Value } from "@cresset/core/extend";
import { traced } from "@cresset/core/extend";
import { type DType, fromHost, type HostArray, Tensor, ValueError } from "@cresset/core/functions";
import { OnnxExportError } from "../errors.ts";
import { recurrentLayer } from "./recurrent.ts";
import type { Size } from "./sizes.ts";

/** Names of dimensions whose size may change, by input: `{ x: { 0: "batch" } }`, or `{ x: [0] }`. */
export type DynamicAxes = Readonly<Record<string, readonly number[] | Readonly<Record<number, string>>>>;

/** An input of the program with its content, to be repeated to other sizes. */
export interface ExampleInput {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly device: string;
  readonly data: HostArray;
  /** The names of its dimensions that may change. */
  readonly axes: ReadonlyMap<number, string>;
}

/** What a program takes: tensors become inputs; all else stays as it is. */
export type Arguments = readonly unknown[];

/** The tensors among arguments, also those inside arrays, in order. */
export function tensorsIn(args: unknown): Tensor[] {
  if (args instanceof Tensor) return [args];
  if (Array.isArray(args)) return args.flatMap(tensorsIn);
  if (isRecord(args)) return Object.values(args).flatMap(tensorsIn);
  return [];
}

/** The tensors of what a program returned. @throws OnnxExportError for a promise: what runs later is in no graph. */
export function resultsOf(result: unknown): Tensor[] {
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new OnnxExportError("the step returns a promise, and what it does later is in no graph");
  }
  return tensorsIn(result);
}

/** The same arguments with other tensors in their places. */
export function withTensors(args: unknown, tensors: Iterator<Tensor>): unknown {
  if (args instanceof Tensor) return tensors.next().value;
  if (Array.isArray(args)) return args.map((arg) => withTensors(arg, tensors));
  if (isRecord(args))
    return Object.fromEntries(Object.entries(args).map(([key, arg]) => [key, withTensors(arg, tensors)]));
  return args;
}

const isRecord = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype;

/** @throws ValueError for names or dimensions that there are not. */
export async function exampleInputs(
  tensors: readonly Tensor[],
  names: readonly string[],
  dynamicAxes: DynamicAxes,
): Promise<ExampleInput[]> {
  for (const name of Object.keys(dynamicAxes))
    if (!names.includes(name))
      throw new ValueError(`dynamicAxes names "${name}", but the inputs are ${names.join(", ")}`);
  const inputs: ExampleInput[] = [];
  for (const [i, tensor] of tensors.entries()) {
    const { dtype, shape, device } = tensor;
    const name = names[i];
    inputs.push({
      name,
      dtype,
      shape,
      device,
      data: await tensor.data(),
      axes: axesOf(name, shape, dynamicAxes[name] ?? {}),
    });
  }
  const sizes = new Map<string, number>();
  for (const { name, shape, axes } of inputs) {
    for (const [axis, symbol] of axes) {
      const known = sizes.get(symbol);
      if (known !== undefined && known !== shape[axis])
        throw new ValueError(
          `dynamicAxes: "${symbol}" is ${known} elsewhere, but dimension ${axis} of "${name}" is of size ${shape[axis]}`,
        );
      sizes.set(symbol, shape[axis]);
    }
  }
  return inputs;
}

function axesOf(name: string, shape: readonly number[], given: DynamicAxes[string]): Map<number, string> {
  const entries: [number, string][] = Array.isArray(given)
    ? given.map((axis: number) => [axis, ""])
    : Object.entries(given as Readonly<Record<number, string>>).map(([axis, symbol]) => [Number(axis), symbol]);
  return new Map(
    entries.map(([axis, symbol]) => {
      const at = axis < 0 ? axis + shape.length : axis;
      if (!Number.isInteger(at) || at < 0 || at >= shape.length)
        throw new ValueError(`dynamicAxes: "${name}" has no dimension ${axis}: its shape is [${shape.join(", ")}]`);
      return [at, symbol === "" ? `${name}_dim_${at}` : symbol];
    }),
  );
}

/**
 * Sizes to trace with: added to the example's size, or, for programs that only take multiples, factors of it. The first is the
 * example itself. No row is a line of another, and each has all remainders of small divisors.
 */
const steps: readonly Size[] = [
  [0, 1, 2, 3, 4, 5],
  [0, 3, 6, 1, 5, 10],
  [0, 5, 2, 7, 4, 1],
  [0, 2, 7, 5, 9, 4],
];
const factors: readonly Size[] = [
  [1, 2, 3, 4, 5, 6],
  [1, 3, 5, 2, 8, 4],
  [1, 8, 2, 7, 4, 5],
  [1, 2, 9, 4, 7, 3],
];

/**
 * How sizes are chosen. "example": the example's, once; "steps", "factors": six of them; "apart": the steps without the example's
 * own size, which may be that of a fixed dimension too.
 */
export type Attempt = "example" | "steps" | "apart" | "factors";

function sizesFor(attempt: Attempt, i: number, size: number): Size {
  if (attempt === "example") return [size];
  // Dimensions of size 1 are repeated, empty ones computed with by nobody: neither shows what a program does with others.
  const base = Math.max(size, 2);
  if (attempt === "factors") return factors[i].map((n) => base * n);
  return steps[i].map((n) => base + n + (attempt === "apart" ? 1 : 0));
}

/** What was traced: by trace, the values of inputs, states and results. */
export interface Traces {
  readonly count: number;
  readonly inputs: readonly (readonly Value[])[];
  readonly states: readonly Value[];
  readonly results: readonly (readonly Value[])[];
  /** The states' values afterwards. */
  readonly after: readonly (readonly Value[])[];
  /** The number of the first node that belongs to the program: what older ones compute is a constant of it. */
  readonly since: number;
  /** The memory of tensors besides those that the program wrote. */
  readonly written: ReadonlySet<Tensor["storage"]>;
  /** Random numbers that another engine draws itself. */
  readonly sources: ReadonlyMap<Value, RandomSource>;
  /** What a size of an input was in each trace, by its name. */
  readonly symbols: ReadonlyMap<string, Size>;
  readonly exactDivision: boolean;
}

/** @throws OnnxExportError if the program draws random numbers: the graph would hold those. */
export function traceProgram(
  program: (tensors: readonly Tensor[]) => readonly Tensor[],
  inputs: readonly ExampleInput[],
  states: readonly Tensor[],
  attempt: Attempt,
): Traces {
  const names = [...new Set(inputs.flatMap(({ axes }) => [...axes.values()]))];
  if (names.length > steps.length)
    throw new OnnxExportError(
      `${names.length} independent dynamic dimensions are more than can be told apart: there may be ${steps.length}`,
    );
  const example = new Map(
    inputs.flatMap(({ axes, shape }) => [...axes].map(([axis, name]) => [name, shape[axis]] as const)),
  );
  const symbols = new Map<string, Size>(
    names.map((name, i): [string, Size] => {
      return [name, sizesFor(attempt, i, example.get(name) as number)];
    }),
  );
  const count = attempt === "example" ? 1 : steps[0].length;
  const sources = new Map<Value, RandomSource>();
  const traces = Array.from({ length: count }, (_, k) => {
    const tensors = inputs.map((input) =>
      ofSizes(
        input,
        input.shape.map((n, d) => symbols.get(input.axes.get(d) ?? "")?.[k] ?? n),
      ),
    );
    const {
      result,
      before,
      after,
      since,
      written,
      random,
      sources: drawn,
    } = traced([...tensors, ...states], () => program(tensors).map((t) => t.current()), recurrentLayer);
    if (random)
      throw new OnnxExportError(
        "the program draws random numbers in a way that ONNX has not, and the graph would hold those of this run. Of random numbers there are uniform ones, normal ones, and dropout",
      );
    const { length } = tensors;
    for (const [value, source] of drawn) sources.set(value, source);
    const [own, found] = [before.slice(0, length), before.slice(length)];
    return { result, inputs: own, states: found, after: after.slice(length), since, written };
  });
  return {
    count,
    inputs: traces.map((trace) => trace.inputs),
    states: traces[0].states,
    results: traces.map((trace) => trace.result),
    after: traces.map((trace) => trace.after),
    since: traces[0].since,
    written: new Set(traces.flatMap((trace) => trace.written)),
    sources,
    symbols,
    exactDivision: attempt === "factors",
  };
}

/** An example's content, repeated along each dimension to other sizes. */
function ofSizes({ dtype, shape, device, data }: ExampleInput, sizes: readonly number[]): Tensor {
  const count = sizes.reduce((n, size) => n * size, 1);
  const kind = data.constructor as new (length: number) => HostArray;
  const repeated = new kind(count);
  if (data.length > 0) {
    const at = new Array<number>(sizes.length).fill(0);
    for (let i = 0; i < count; i++) {
      let from = 0;
      for (let d = 0; d < shape.length; d++) from = from * shape[d] + (at[d] % shape[d]);
      repeated[i] = data[from];
      for (let d = sizes.length - 1; d >= 0 && ++at[d] === sizes[d]; d--) at[d] = 0;
    }
  }
  return fromHost(repeated, sizes, dtype, device);
}

/** Every module of the recorded data, exported to ONNX and run by another engine. */
import * as onnx from "@cresset/io/onnx";
import * as torch from "cresset";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import { camelCase, functionAt } from "./api/library.ts";
import { dataFolder, folderSource } from "./command/folder.ts";
import { plainNumbers } from "./kinds/build-module.ts";
import { type ModuleCase, prepareModule } from "./kinds/module.ts";
import { Bench } from "./read/bench.ts";
import { readArea } from "./read/manifest.ts";
import { argument } from "./read/values.ts";

const { Tensor } = torch;

const area = await readArea(await folderSource(dataFolder()), "modules");
const bench = new Bench(area);
const cases = (area.cases as unknown as readonly ModuleCase[]).filter((one) => one.kind === "module" && !one.error);

beforeAll(() => torch.setDefaultDevice("cpu"));

type Callable = (...args: unknown[]) => unknown;

/** A recorded call as a module of tensors: with its keyword arguments, sequences packed and unpacked inside. */
class RecordedCall extends torch.nn.Module<unknown[], unknown> {
  static override readonly typeName = "RecordedCall";
  readonly inner: Callable;
  readonly recorded: ModuleCase;
  readonly options: readonly unknown[];

  constructor(recorded: ModuleCase) {
    super();
    this.inner = prepareModule(recorded, bench);
    this.recorded = recorded;
    const entries = Object.entries(recorded.call_kwargs ?? {});
    const options = entries.map(([name, value]) => [camelCase(name), plainNumbers(argument(value, bench))]);
    this.options = options.length === 0 ? [] : [Object.fromEntries(options)];
    this.training = recorded.training;
  }

  forward(...args: unknown[]): unknown {
    const { packed_lengths: lengths, kwargs } = this.recorded;
    if (lengths === undefined) return this.inner(...args, ...this.options);
    const batchFirst = kwargs.batch_first === true;
    const pack = functionAt("nn.utils.rnn.packPaddedSequence");
    const packed = pack(args[0], lengths, { batchFirst, enforceSorted: false });
    const [output, ...states] = this.inner(packed, ...args.slice(1), ...this.options) as unknown[];
    const [padded] = functionAt("nn.utils.rnn.padPackedSequence")(output, { batchFirst }) as unknown[];
    return [padded, ...states];
  }
}

function tensorsOf(value: unknown): torch.Tensor[] {
  if (value instanceof Tensor) return [value];
  return Array.isArray(value) ? value.flatMap(tensorsOf) : [];
}

function argumentsOf(recorded: ModuleCase): unknown[] {
  return recorded.inputs.map((input) => {
    const items = input.list ?? input.value?.tuple;
    return items === undefined ? bench.leaf(input).tensor : items.map((item) => bench.leaf(item).tensor);
  });
}

async function run(
  bytes: Uint8Array,
  names: readonly string[],
  tensors: readonly torch.Tensor[],
): Promise<ort.Tensor[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const feeds: Record<string, ort.Tensor> = {};
  for (const [i, name] of names.entries()) {
    if (!session.inputNames.includes(name)) continue;
    const { dtype, shape } = tensors[i];
    feeds[name] = new ort.Tensor(dtype as "float32", (await tensors[i].data()) as Float32Array, shape);
  }
  const results = await session.run(feeds);
  const outputs = session.outputNames.map((name) => results[name]);
  await session.release();
  return outputs;
}

/** Float32 sums in another order: relative to 1 or the value, whichever is larger. */
const tolerance = 1e-5;

async function expectEqual(got: readonly ort.Tensor[], want: readonly torch.Tensor[]): Promise<void> {
  expect(got.length).toBe(want.length);
  for (const [i, tensor] of want.entries()) {
    expect(got[i].dims).toEqual(tensor.shape);
    expect(got[i].type).toBe(tensor.dtype);
    const actual = got[i].data as ArrayLike<number | bigint>;
    for (const [j, expected] of (await tensor.data()).entries())
      expectClose(actual[j], expected, `output ${i}, element ${j}`);
  }
}

function expectClose(actual: number | bigint, expected: number | bigint, where: string): void {
  const [got, want] = [Number(actual), Number(expected)];
  if (!(Math.abs(got - want) <= tolerance * (1 + Math.abs(want))) && !Object.is(got, want))
    expect.fail(`${where}: ${got}, but Cresset has ${want}`);
}

async function check(
  recorded: ModuleCase,
  dynamicAxes: onnx.DynamicAxes,
  names: readonly string[],
  opsetVersion: number,
): Promise<void> {
  const args = argumentsOf(recorded);
  const module = new RecordedCall(recorded);
  const options = { inputNames: names, training: "preserve", dynamicAxes, opsetVersion } as const;
  const bytes = await onnx.export(module, args, undefined, options);
  const want = tensorsOf(module(...args));
  await expectEqual(await run(bytes, names, tensorsOf(args)), want);
}

/** Exported and imported again, a module computes the same here. */
async function checkImported(recorded: ModuleCase): Promise<void> {
  const args = argumentsOf(recorded);
  const module = new RecordedCall(recorded);
  const names = namesFor(recorded);
  const bytes = await onnx.export(module, args, undefined, { inputNames: names, training: "preserve" });
  const imported = await onnx.load(bytes);
  const tensors = tensorsOf(args);
  const results = [imported(...imported.inputs.map(({ name }) => tensors[names.indexOf(name)]))].flat();
  const want = tensorsOf(module(...args));
  expect(results.length).toBe(want.length);
  for (const [i, tensor] of want.entries()) {
    expect([results[i].dtype, results[i].shape]).toEqual([tensor.dtype, tensor.shape]);
    const actual = await results[i].data();
    for (const [j, expected] of (await tensor.data()).entries())
      expectClose(actual[j], expected, `output ${i}, element ${j}`);
  }
}

const namesFor = (recorded: ModuleCase): string[] => tensorsOf(argumentsOf(recorded)).map((_, i) => `x${i}`);

test("the recorded modules are all there", () => expect(cases.length).toBe(146));

describe.each([17, 18, 22])("with operators of version %i, modules agree", (opset) => {
  const chosen = opset === 18 ? cases : cases.filter((_, i) => i % 4 === 0);
  test.each(chosen.map((one) => [one.id, one] as const))("%s", async (_, one) => check(one, {}, namesFor(one), opset));
});

const sequential = /\.(RNN|LSTM|GRU|MultiheadAttention|Transformer\w*)$/;

/** The batch's dimension of each tensor; null for calls without one, or whose lengths are given for each element. */
function batchAxes(
  recorded: ModuleCase,
  tensors: readonly torch.Tensor[],
): Record<string, Record<number, string>> | null {
  const [first] = tensors;
  const { module, kwargs, inputs } = recorded;
  if (recorded.packed_lengths !== undefined || first.ndim < 2) return null;
  if (!sequential.test(module)) return { x0: { 0: "batch" } };
  if (first.ndim < 3) return null;
  // Masks are given by name, and so are no inputs, but hold one size of the batch.
  if (Object.values(recorded.call_kwargs ?? {}).some((value) => typeof value === "object" && value !== null))
    return null;
  const axis = kwargs.batch_first === true ? 0 : 1;
  // States of recurrent layers are [layers, batch, …] in any case.
  const isState = (i: number): boolean => i > 0 && /\.(RNN|LSTM|GRU)$/.test(module);
  if (inputs.length > 1 && tensors.some((tensor, i) => tensor.ndim !== 3 && !isState(i))) return null;
  return Object.fromEntries(tensors.map((_, i) => [`x${i}`, { [isState(i) ? 1 : axis]: "batch" }]));
}

/** Where all inputs share the batch. */
const together = /\.(Bilinear|CosineSimilarity|PairwiseDistance|RNNCell|LSTMCell|GRUCell)$/;

describe("with a batch of any size, modules agree", () => {
  const withAxes = cases.flatMap((one) => {
    const tensors = tensorsOf(argumentsOf(one));
    const axes = batchAxes(one, tensors);
    if (axes === null) return [];
    if (together.test(one.module)) for (const [i] of tensors.entries()) axes[`x${i}`] = { 0: "batch" };
    return [{ id: one.id, one, axes }];
  });
  test("most have a batch", () => expect(withAxes.length).toBeGreaterThan(100));
  // Sizes that were traced differ from the recorded one, so that this is a size that the graph has not seen.
  test.each(withAxes)("$id", async ({ one, axes }) => check(one, axes, namesFor(one), 18));
});

describe("exported and imported again, modules agree", () => {
  test.each(cases.map((one) => [one.id, one] as const))("%s", async (_, one) => checkImported(one));
});

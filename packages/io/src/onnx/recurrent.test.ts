/** Recurrent layers: exported as ONNX's own, for sequences of any length. */
import type { AnyModule } from "@cresset/nn";
import * as torch from "cresset";
import { beforeEach, describe, expect, test } from "vitest";
import * as onnx from "./index.ts";
import { numbersOf, Session } from "./testing/onnxruntime.ts";

const { nn } = torch;
type Tensor = torch.Tensor;

beforeEach(() => {
  torch.setDefaultDevice("cpu");
  torch.manualSeed(0);
});

const tensorsIn = (result: unknown): Tensor[] =>
  result instanceof torch.Tensor ? [result] : (result as unknown[]).flatMap(tensorsIn);

async function expectClose(got: readonly number[], want: Tensor): Promise<void> {
  const expected = Array.from(await want.data(), Number);
  expect(got).toHaveLength(expected.length);
  for (const [i, x] of got.entries()) expect(x).toBeCloseTo(expected[i], 5);
}

/** Exports a network with one size of its inputs, and compares it with others, in the other engine and imported again. */
async function follows(
  model: AnyModule,
  inputsOf: (steps: number, batch: number) => Tensor[],
  axes: readonly Readonly<Record<number, string>>[],
): Promise<string[]> {
  const call = model as unknown as (...inputs: unknown[]) => unknown;
  const examples = inputsOf(4, 3);
  const inputNames = examples.map((_, i) => `x${i}`);
  const dynamicAxes = Object.fromEntries(axes.map((of, i) => [`x${i}`, of]));
  const bytes = await onnx.export(model, examples, undefined, { inputNames, dynamicAxes });
  const session = await Session.open(bytes);
  const imported = await onnx.load(bytes);
  model.eval();
  for (const [steps, batch] of [
    [4, 3],
    [1, 1],
    [9, 2],
    [17, 5],
  ]) {
    const inputs = inputsOf(steps, batch);
    const wanted = tensorsIn(torch.noGrad(() => call(...inputs)));
    const results = await session.run(Object.fromEntries(inputs.map((x, i) => [`x${i}`, x])));
    const again = tensorsIn(torch.noGrad(() => imported(...inputs)));
    for (const [i, name] of session.outputs.entries()) {
      expect(results[name].dims).toEqual(wanted[i].shape);
      expect(again[i].shape).toEqual(wanted[i].shape);
      await expectClose(numbersOf(results[name]), wanted[i]);
      await expectClose(Array.from(await again[i].data(), Number), wanted[i]);
    }
  }
  return [...(await onnx.open(bytes)).operators.keys()];
}

const padded = (steps: number, batch: number): Tensor[] => [torch.randn([steps, batch, 6])];
const inAnyLength = [{ 0: "steps", 1: "batch" }];

describe("one graph is right for any length and any batch", () => {
  const options = { numLayers: 2, bidirectional: true };
  test.each<[string, () => AnyModule]>([
    ["LSTM", () => new nn.LSTM(6, 5)],
    ["LSTM of two layers in both directions", () => new nn.LSTM(6, 5, options)],
    ["LSTM without biases", () => new nn.LSTM(6, 5, { bias: false })],
    ["GRU", () => new nn.GRU(6, 5)],
    ["GRU of two layers in both directions", () => new nn.GRU(6, 5, options)],
    ["GRU without biases", () => new nn.GRU(6, 5, { ...options, bias: false })],
    ["RNN", () => new nn.RNN(6, 5)],
    ["RNN with relu in both directions", () => new nn.RNN(6, 5, { ...options, nonlinearity: "relu" })],
  ])("%s", async (_, make) => {
    await follows(make(), padded, inAnyLength);
  });

  test("the batch first", async () => {
    const model = new nn.LSTM(6, 5, { ...options, batchFirst: true, dropout: 0.5 });
    await follows(model, (steps, batch) => [torch.randn([batch, steps, 6])], [{ 0: "batch", 1: "steps" }]);
  });

  test("without a batch", async () => {
    await follows(new nn.GRU(6, 5), (steps) => [torch.randn([steps, 6])], [{ 0: "steps" }]);
  });

  test("from given states", async () => {
    class FromStates extends nn.Module<[Tensor, Tensor, Tensor], unknown> {
      lstm = new nn.LSTM(6, 5, options);
      forward(x: Tensor, h: Tensor, c: Tensor): unknown {
        return this.lstm(x, [h, c]);
      }
    }
    const inputsOf = (steps: number, batch: number): Tensor[] => [
      torch.randn([steps, batch, 6]),
      torch.randn([4, batch, 5]),
      torch.randn([4, batch, 5]),
    ];
    await follows(new FromStates(), inputsOf, [{ 0: "steps", 1: "batch" }, { 1: "batch" }, { 1: "batch" }]);
  });

  test("with an embedding before and a layer for the last step behind", async () => {
    class Classifier extends nn.Module<[Tensor], Tensor> {
      embedding = new nn.Embedding(11, 6);
      gru = new nn.GRU(6, 5, { batchFirst: true });
      output = new nn.Linear(5, 3);
      forward(tokens: Tensor): Tensor {
        const [sequence] = this.gru(this.embedding(tokens));
        return this.output(sequence.select(1, -1));
      }
    }
    const inputsOf = (steps: number, batch: number): Tensor[] => [torch.randint(0, 11, [batch, steps])];
    const operators = await follows(new Classifier(), inputsOf, [{ 0: "batch", 1: "steps" }]);
    expect(operators).toEqual(expect.arrayContaining(["Gather", "GRU", "Gemm"]));
    expect(operators).not.toContain("Sigmoid");
  });
});

test("is one operator a layer, with weights as in the state dict", async () => {
  const model = new nn.LSTM(6, 5, { numLayers: 2, bidirectional: true });
  const file = await onnx.open(await onnx.export(model, torch.randn([7, 2, 6])));
  expect(file.operators.get("LSTM")).toBe(2);
  expect(Object.keys(model.stateDict()).every((name) => file.tensors.has(name))).toBe(true);
});

describe("is written out, for a fixed length,", () => {
  test.each<[string, () => AnyModule, torch.DType]>([
    ["where ONNX has no such layer", () => new nn.LSTM(6, 5, { projSize: 2 }), "float32"],
    ["where engines have no such dtype", () => new nn.LSTM(6, 5, { dtype: "float64" }), "float64"],
  ])("%s", async (_, make, dtype) => {
    const model = make();
    const x = torch.randn([4, 2, 6], { dtype });
    const bytes = await onnx.export(model, x, undefined, { dynamicAxes: { input: { 1: "batch" } } });
    expect((await onnx.open(bytes)).operators.has("LSTM")).toBe(false);
    const wanted = tensorsIn(torch.noGrad(() => (model as unknown as (x: Tensor) => unknown)(x)));
    const results = await (await Session.open(bytes)).run({ input: x });
    for (const [i, { data }] of Object.values(results).entries())
      await expectClose(Array.from(data as Float32Array), wanted[i]);
    const longer = onnx.export(model, x, undefined, { dynamicAxes: { input: { 0: "steps" } } });
    await expect(longer).rejects.toThrow("Make those dimensions fixed");
  });
});

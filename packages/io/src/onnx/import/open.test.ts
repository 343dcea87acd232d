import { Linear } from "@cresset/nn";
import { ones, setDefaultDevice, tensor } from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import * as onnx from "../index.ts";
import { encode } from "../proto/encode.ts";
import { floats, modelOf } from "../testing/model.ts";
import { numbersOf, Session } from "../testing/onnxruntime.ts";

beforeAll(() => setDefaultDevice("cpu"));

describe("a file says what is in it", () => {
  test("its texts and the state of a training, which other engines pass over", async () => {
    const model = new Linear(2, 1);
    const bytes = await onnx.export(model, ones([1, 2]), undefined, {
      metadata: { author: "me", __proto__x: "" },
      trainingState: { "optimizer.0.exp_avg": tensor([[1, 2]]), generator: tensor([1, 2, 3], { dtype: "uint8" }) },
    });
    const file = await onnx.open(bytes);
    expect([file.opset, file.producer, file.outputs]).toEqual([18, "cresset", ["output"]]);
    expect(file.inputs).toEqual([{ name: "input", shape: [1, 2], dtype: "float32" }]);
    expect([...file.operators]).toEqual([["Gemm", 1]]);
    expect({ ...file.metadata }).toEqual({ author: "me", __proto__x: "" });
    expect(Object.fromEntries(file.tensors)).toEqual({
      weight: { dtype: "float32", shape: [1, 2], training: false },
      bias: { dtype: "float32", shape: [1], training: false },
      "optimizer.0.exp_avg": { dtype: "float32", shape: [1, 2], training: true },
      generator: { dtype: "uint8", shape: [3], training: true },
    });
    expect(await file.getTensor("optimizer.0.exp_avg").tolist()).toEqual([[1, 2]]);
    expect(await file.getTensor("weight").tolist()).toEqual(await model.weight.tolist());
    expect(() => file.getTensor("constructor")).toThrow('there is no tensor "constructor"');

    expect((await onnx.load(bytes)).namedParameters().map(([name]) => name)).toEqual(["weight", "bias"]);
    const session = await Session.open(bytes);
    expect(session.inputs).toEqual(["input"]);
    const { output } = await session.run({ input: ones([1, 2]) });
    expect(numbersOf(output)[0]).toBeCloseTo(await model(ones([1, 2])).item(), 6);
  });

  test("operators and types that Cresset lacks", async () => {
    const bytes = modelOf({
      inputs: { x: floats([2], 1, 2) },
      nodes: [
        { op: "StringNormalizer", inputs: ["x"], outputs: ["s"] },
        { op: "Cast", inputs: ["s"], outputs: ["t"] },
        { op: "Cast", inputs: ["t"], outputs: ["y"], domain: "own" },
      ],
    });
    expect([...(await onnx.open(bytes)).operators.keys()]).toEqual(["StringNormalizer", "Cast", "own.Cast"]);
    const info = { name: "words", type: { tensorType: { elemType: 8, shape: { dim: [{ param: "n" }] } } } };
    const texts = encode("Model", { irVersion: 8n, graph: { input: [info] } });
    const file = await onnx.open(texts);
    expect(file.inputs).toEqual([{ name: "words", shape: ["n"], dtype: "string" }]);
    expect([file.opset, file.producer]).toEqual([null, ""]);
    const versioned = encode("Model", { irVersion: 8n, opsetImport: [{ version: 18n }], graph: { input: [info] } });
    await expect(onnx.load(versioned)).rejects.toThrow('the input "words" is of string');
  });

  test("and not what is none", async () => {
    await expect(onnx.open(new TextEncoder().encode("a,b\n1,2\n"))).rejects.toThrow(onnx.FormatError);
  });
});

import * as torch from "cresset";
import { beforeAll, describe, expect, test } from "vitest";
import * as onnx from "../index.ts";
import { encode } from "../proto/encode.ts";
import { floats, integers, mixed, modelOf, nodeOf } from "../testing/model.ts";

const { nn, optim } = torch;

beforeAll(() => torch.setDefaultDevice("cpu"));

const loaded = (bytes: Uint8Array): Promise<onnx.OnnxModule> => onnx.load(bytes);

describe("a model that was imported", () => {
  test("has the file's tensors under their names, and loads state dicts", async () => {
    torch.manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.ReLU());
    const x = torch.randn([5, 3]);
    const imported = await loaded(await onnx.export(model, x));
    const names = imported.namedParameters().map(([name]) => name);
    expect(names.sort()).toEqual(["0.bias", "0.weight", "1.bias", "1.weight"]);
    const buffers = imported.namedBuffers().map(([name]) => name);
    expect(buffers.sort()).toEqual(["1.running_mean", "1.running_var"]);
    const other = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.ReLU()).eval();
    const { "1.num_batches_tracked": _, ...state } = other.stateDict();
    imported.loadStateDict(state);
    expect(await (imported(x) as torch.Tensor).data()).toEqual(await other(x).data());
    expect(String(imported).split("\n")[1]).toBe("  inputs=(input), outputs=(output), nodes=3");
  });

  test("can be trained", async () => {
    torch.manualSeed(0);
    const teacher = new nn.Sequential(new nn.Linear(3, 8), new nn.Tanh(), new nn.Linear(8, 1));
    const x = torch.randn([16, 3]);
    const student = await loaded(await onnx.export(teacher, x, undefined, { dynamicAxes: { input: [0] } }));
    const optimizer = new optim.Adam(student.parameters(), { lr: 1e-2 });
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) {
      const loss = (student(x) as torch.Tensor).sub(1).square().mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(await loss.item());
    }
    expect(losses[29]).toBeLessThan(losses[0] / 3);
  });

  test("says what it takes, and refuses other inputs", async () => {
    const linear = new nn.Linear(3, 1);
    const options = { inputNames: ["rows"], outputNames: ["score"], dynamicAxes: { rows: { 0: "n" } } };
    const imported = await loaded(await onnx.export(linear, torch.ones([2, 3]), undefined, options));
    expect(imported.inputs).toEqual([{ name: "rows", shape: ["n", 3], dtype: "float32" }]);
    expect(imported.outputs).toEqual(["score"]);
    expect(imported.opset).toBe(18);
    expect(imported.training).toBe(false);
    expect(() => imported(torch.ones([2, 4]))).toThrow('the input "rows" must be float32[n, 3], but got float32[2, 4]');
    expect(() => imported(torch.ones([2, 3], { dtype: "float64" }))).toThrow("but got float64[2, 3]");
    expect(() => imported()).toThrow("this model takes 1 inputs (rows), but got 0");
  });

  test("does not let names of the file touch the class", async () => {
    const names = ["__proto__", "forward", "training", "constructor", "toString"];
    const model = encode("Model", {
      irVersion: 8n,
      opsetImport: [{ version: 18n }],
      graph: {
        node: [nodeOf({ op: "Sum", inputs: ["x", ...names] })],
        initializer: names.map((name, i) => ({ name, dims: [1n], dataType: 1, floatData: [i + 1] })),
        input: [{ name: "x" }],
        output: [{ name: "y" }],
      },
    });
    const imported = await loaded(model);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(imported).toBeInstanceOf(onnx.OnnxModule);
    expect(await (imported(torch.zeros([1])) as torch.Tensor).tolist()).toEqual([15]);
    expect(imported.parameters()).toHaveLength(5);
  });
});

describe("what cannot be imported is refused", () => {
  const refused = async (bytes: Uint8Array | Promise<Uint8Array>): Promise<Error> => {
    const error = await onnx.load(await bytes).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(onnx.FormatError);
    return error as Error;
  };
  const x = { x: floats([2], 1, 2) };

  test("all operators that lack at once", async () => {
    const error = await refused(
      modelOf({
        inputs: x,
        nodes: [
          { op: "Scan", inputs: ["x"], outputs: ["a"] },
          { op: "Relu", inputs: ["a"], outputs: ["b"] },
          { op: "FusedGemm", domain: "com.microsoft", inputs: ["b"], outputs: ["c"] },
          { op: "Unique", inputs: ["c"] },
        ],
      }),
    );
    expect(error).toBeInstanceOf(onnx.UnsupportedOperatorsError);
    expect((error as onnx.UnsupportedOperatorsError).operators).toEqual(["Scan", "Unique", "com.microsoft.FusedGemm"]);
    expect(error.message).toBe(
      "this model needs 3 operators that cannot be imported: Scan, Unique, com.microsoft.FusedGemm",
    );
  });

  test.each<[string, Parameters<typeof encode<"Model">>[1], string]>([
    ["no graph", { opsetImport: [{ version: 18n }] }, "has no graph"],
    ["no version", { graph: { output: [{ name: "y" }] } }, "does not say which version"],
    ["a version of the future", { opsetImport: [{ version: 99n }], graph: {} }, "version 99"],
    ["no outputs", { opsetImport: [{ version: 18n }], graph: {} }, "has no outputs"],
    [
      "a value that is made twice",
      {
        opsetImport: [{ version: 18n }],
        graph: {
          node: [nodeOf({ op: "Relu", inputs: ["x"] }), nodeOf({ op: "Relu", inputs: ["x"] })],
          input: [{ name: "x" }],
          output: [{ name: "y" }],
        },
      },
      'two values called "y"',
    ],
    [
      "a cycle",
      {
        opsetImport: [{ version: 18n }],
        graph: { node: [nodeOf({ op: "Add", inputs: ["x", "y"] })], input: [{ name: "x" }], output: [{ name: "y" }] },
      },
      'reads "y", which nothing before it makes',
    ],
    [
      "a tensor of fewer bytes than its shape",
      {
        opsetImport: [{ version: 18n }],
        graph: {
          initializer: [{ name: "w", dims: [1n << 40n, 1n << 20n], dataType: 1, rawData: new Uint8Array(8) }],
          output: [{ name: "w" }],
        },
      },
      "has 8 bytes instead of 4611686018427387904",
    ],
    [
      "a dtype that Cresset lacks",
      {
        opsetImport: [{ version: 18n }],
        graph: {
          initializer: [{ name: "w", dims: [], dataType: 14, rawData: new Uint8Array(8) }],
          output: [{ name: "w" }],
        },
      },
      "complex64",
    ],
    [
      "tensors in another file that was not given",
      {
        opsetImport: [{ version: 18n }],
        graph: {
          initializer: [
            {
              name: "w",
              dims: [2n],
              dataType: 1,
              dataLocation: 1,
              externalData: [{ key: "location", value: "w.bin" }],
            },
          ],
          output: [{ name: "w" }],
        },
      },
      'lies in another file, "w.bin"',
    ],
  ])("%s", async (_, model, message) => expect((await refused(encode("Model", model))).message).toContain(message));

  test("what is no protocol buffer", async () => {
    expect((await refused(new TextEncoder().encode("no model at all"))).message).toContain("this is no ONNX model");
    const whole = modelOf({ inputs: x, nodes: [{ op: "Relu", inputs: ["x"] }] });
    expect((await refused(whole.slice(0, whole.length - 3))).message).toContain("this is no ONNX model");
  });

  test("shapes that depend on what is computed", async () => {
    const imported = await loaded(
      modelOf({
        inputs: { x: mixed([4]), shape: integers([1], 4) },
        nodes: [
          { op: "Add", inputs: ["shape", "shape"], outputs: ["s"] },
          { op: "Reshape", inputs: ["x", "s"] },
        ],
      }),
    );
    expect(() => imported(torch.ones([4]), torch.tensor([2n], { dtype: "int64" }))).toThrow("decides about a shape");
  });
});

test("tensors may lie in other files", async () => {
  const model = encode("Model", {
    opsetImport: [{ version: 18n }],
    graph: {
      node: [nodeOf({ op: "Mul", inputs: ["x", "w"] })],
      initializer: [
        {
          name: "w",
          dims: [2n],
          dataType: 1,
          dataLocation: 1,
          externalData: [
            { key: "location", value: "w.bin" },
            { key: "offset", value: "4" },
            { key: "length", value: "8" },
          ],
        },
      ],
      input: [{ name: "x" }],
      output: [{ name: "y" }],
    },
  });
  const file = new Uint8Array(Float32Array.of(7, 2, 3).buffer);
  const imported = await onnx.load(model, { externalData: { "w.bin": file } });
  expect(await (imported(torch.ones([2])) as torch.Tensor).tolist()).toEqual([2, 3]);
  await expect(onnx.load(model, { externalData: { "w.bin": file.slice(0, 8) } })).rejects.toThrow("which has 8 bytes");
});

test("elements may be lists of numbers, and bfloat16", async () => {
  const model = encode("Model", {
    opsetImport: [{ version: 18n }],
    graph: {
      node: [nodeOf({ op: "Sum", inputs: ["x", "f", "h"] })],
      initializer: [
        { name: "f", dims: [2n], dataType: 1, floatData: [1.5, 2.5] },
        { name: "h", dims: [2n], dataType: 16, int32Data: [0x3f80, 0xc000] },
      ],
      input: [{ name: "x" }],
      output: [{ name: "y" }],
    },
  });
  expect(await ((await onnx.load(model))(torch.ones([2])) as torch.Tensor).tolist()).toEqual([3.5, 1.5]);
});

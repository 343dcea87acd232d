import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Value } from "@cresset/core/extend";
import * as torch from "cresset";
import { beforeEach, describe, expect, test } from "vitest";
import { writeGraph } from "./export/graph.ts";
import * as onnx from "./index.ts";
import { decode } from "./proto/decode.ts";
import type { GraphProto } from "./proto/messages.ts";
import { numbersOf, Session } from "./testing/onnxruntime.ts";
import { Program } from "./testing/program.ts";

const { nn } = torch;
type Tensor = torch.Tensor;

beforeEach(() => {
  torch.setDefaultDevice("cpu");
  torch.manualSeed(0);
});

function graphOf(bytes: Uint8Array): GraphProto {
  const { graph } = decode("Model", bytes);
  if (graph === undefined) throw new Error("no graph");
  return graph;
}

const operatorsOf = (bytes: Uint8Array): (string | undefined)[] =>
  Array.from(graphOf(bytes).node, ({ opType }) => opType);

/** Dimensions of an input or output: numbers, names, or "?". */
const shapeOf = (graph: GraphProto, name: string): unknown[] =>
  Array.from(
    [...graph.input, ...graph.output].find((info) => info.name === name)?.type?.tensorType?.shape?.dim ?? [],
    ({ value, param }) => (value === undefined ? (param ?? "?") : Number(value)),
  );

describe("the graph", () => {
  test("of a classifier is four operators, with names as in the state dict", async () => {
    const model = new nn.Sequential(new nn.Linear(4, 100), new nn.ELU(), new nn.Linear(100, 1), new nn.Sigmoid());
    const options = { inputNames: ["x"], outputNames: ["p"], dynamicAxes: { x: { 0: "batch" } } };
    const bytes = await onnx.export(model, torch.randn([1, 4]), undefined, options);
    const graph = graphOf(bytes);
    expect(operatorsOf(bytes)).toEqual(["Gemm", "Elu", "Gemm", "Sigmoid"]);
    expect([...graph.node][0].name).toBe("/Sequential/0/Gemm");
    expect(Array.from(graph.initializer, ({ name }) => name)).toEqual(Object.keys(model.stateDict()));
    expect([shapeOf(graph, "x"), shapeOf(graph, "p")]).toEqual([
      ["batch", 4],
      ["batch", 1],
    ]);
    expect(decode("Model", bytes)).toMatchObject({ producerName: "cresset", opsetImport: [{ version: 18n }] });
  });

  test("of a convolutional network has no operators for shapes", async () => {
    const model = new nn.Sequential(
      new nn.Conv2d(1, 4, 3, { padding: 1 }),
      new nn.BatchNorm2d(4),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Linear(64, 3),
      new nn.LogSoftmax(1),
    );
    const bytes = await onnx.export(model, torch.randn([2, 1, 8, 8]), undefined, { dynamicAxes: { input: [0] } });
    const expected = ["Conv", "BatchNormalization", "Relu", "MaxPool", "Reshape", "Gemm", "LogSoftmax"];
    expect(operatorsOf(bytes)).toEqual(expected);
  });

  test("of tensors one beside the other is one operator", async () => {
    const bytes = await onnx.export(new Program((x, y) => torch.stack([x, y, x], 1)), [
      torch.ones([3]),
      torch.ones([3]),
    ]);
    expect(operatorsOf(bytes)).toEqual(["Unsqueeze", "Unsqueeze", "Concat"]);
  });

  test("takes parameters as inputs if the file is not to hold them", async () => {
    const bytes = await onnx.export(new nn.Linear(2, 1), torch.ones([1, 2]), undefined, { exportParams: false });
    expect(Array.from(graphOf(bytes).input, ({ name }) => name)).toEqual(["input", "weight", "bias"]);
    expect(graphOf(bytes).initializer).toEqual([]);
  });

  test("is in evaluation mode unless asked, and the model stays in its own", async () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Dropout(0.5));
    const x = torch.randn([4, 2]);
    expect(operatorsOf(await onnx.export(model, x))).toEqual(["Gemm", "BatchNormalization"]);
    expect(model.training).toBe(true);
    expect(model.modules().every(({ training }) => training)).toBe(true);
    expect(await model.getBuffer("1.num_batches_tracked").item()).toBe(0);
  });

  test("draws random numbers in every run, each its own", async () => {
    const dropout = new Program((x) => {
      const { functional: F } = nn;
      return [F.dropout(x, 0.25), F.dropout(x, 0.25), F.dropout2d(x.unsqueeze(-1), 0.5), x.add(torch.randn(x.shape))];
    });
    const x = torch.ones([50, 40]);
    const bytes = await onnx.export(dropout, x, undefined, { dynamicAxes: { input: { 0: "n" } } });
    const session = await Session.open(bytes);
    const input = torch.ones([100, 40]);
    const runs = [await session.run({ input }), await session.run({ input })].map((run) =>
      Object.values(run).map(numbersOf),
    );
    const [[a, b, channels, normal], [again]] = runs;
    const kept = a.filter((value) => value !== 0);
    expect([...new Set(kept)]).toEqual([Math.fround(4 / 3)]);
    expect(kept.length / a.length).toBeCloseTo(0.75, 1);
    expect(a).not.toEqual(b);
    expect(a).not.toEqual(again);
    expect(new Set(channels)).toEqual(new Set([0, 2]));
    const mean = normal.reduce((sum, value) => sum + value, 0) / normal.length;
    expect(mean).toBeCloseTo(1, 1);
    const other = onnx.export(new Program((t) => t.index(torch.randperm(t.shape[0]))), x);
    await expect(other).rejects.toThrow("draws random numbers in a way that ONNX has not");
  });

  test("is written to a file, which is replaced when all is written", async () => {
    const folder = mkdtempSync(join(tmpdir(), "onnx-"));
    const file = join(folder, "model.onnx");
    const model = new nn.Linear(2, 1);
    await onnx.export(model, torch.ones([1, 2]), file);
    expect(readdirSync(folder)).toEqual(["model.onnx"]);
    expect(new Uint8Array(readFileSync(file))).toEqual(await onnx.export(model, torch.ones([1, 2])));
    const imported = await onnx.load(file);
    expect(imported.namedParameters().map(([name]) => name)).toEqual(["weight", "bias"]);
    rmSync(folder, { recursive: true });
  });
});

describe("sizes that may change", () => {
  /** Exports with one size, and compares with others. */
  async function follows(
    run: (...inputs: Tensor[]) => Tensor,
    shapeAt: (n: number) => readonly (readonly number[])[],
    dynamicAxes: onnx.DynamicAxes,
    sizes: readonly number[] = [1, 2, 5, 8, 13],
    example = 4,
  ): Promise<GraphProto> {
    const program = new Program(run);
    const names = shapeAt(example).map((_, i) => `x${i}`);
    const made = (n: number): Tensor[] => shapeAt(n).map((shape) => torch.randn(shape));
    const bytes = await onnx.export(program, made(example), undefined, { inputNames: names, dynamicAxes });
    const session = await Session.open(bytes);
    for (const n of sizes) {
      const inputs = made(n);
      const { output } = await session.run(Object.fromEntries(names.map((name, i) => [name, inputs[i]])));
      const want = run(...inputs);
      expect(output.dims).toEqual(want.shape);
      const expected = Array.from(await want.data(), Number);
      for (const [i, x] of numbersOf(output).entries()) expect(x).toBeCloseTo(expected[i], 4);
    }
    return graphOf(bytes);
  }
  const first = { x0: { 0: "n" } };

  test("means, variances and what is computed from counts", () =>
    follows(
      (x) => x.mean(0).add(x.std(0)).div(x.var().sqrt()).mul(x.numel()),
      (n) => [[n, 3]],
      first,
      [2, 5, 9],
    ));

  test("products of sizes", () =>
    follows(
      (x) => x.reshape([-1]).cumsum(0),
      (n) => [[n, n, 2]],
      { x0: { 0: "n", 1: "n" } },
    ));

  test("two sizes that have nothing to do with each other", async () => {
    const run = (a: Tensor, b: Tensor): Tensor =>
      a
        .matmul(b)
        .reshape([-1])
        .sub(a.shape[0] + b.shape[1]);
    const axes = { x0: { 0: "rows" }, x1: { 1: "columns" } };
    await follows(
      run,
      (n) => [
        [n, 3],
        [3, 2 * n + 1],
      ],
      axes,
    );
  });

  test("joined, repeated, padded, flipped and cut", () =>
    follows(
      (x) =>
        torch
          .cat([x, x.flip(0), torch.nn.functional.pad(x, [0, 0, 1, 2])], 0)
          .narrow(0, 1, x.shape[0])
          .repeat([2, 1]),
      (n) => [[n, 2]],
      first,
    ));

  test("windows and strides, rounded down", async () => {
    const { functional: F } = nn;
    const weight = torch.randn([3, 2, 3]);
    const run = (x: Tensor): Tensor => F.maxPool1d(F.conv1d(x, weight, null, { stride: 2, padding: 1 }), 2).flatten(1);
    await follows(run, (n) => [[2, 2, n]], { x0: { 2: "length" } }, [6, 7, 8, 9, 10, 11, 23], 12);
  });

  test("positions, masks and sorted rows", () =>
    follows(
      (x) => {
        const places = torch.arange(x.shape[0]).unsqueeze(1);
        return x.mul(places).tril().sort(0, true)[0].add(x.argmax(0));
      },
      (n) => [[n, 3]],
      first,
    ));

  test("two sizes that are one in the example", async () => {
    const { functional: F } = nn;
    const run = (x: Tensor): Tensor => F.interpolate(F.avgPool2d(x, 2), { scaleFactor: 4 });
    const shapes = (n: number): number[][] => [[1, 1, n, 2 * n - 4]];
    // Six by six halved is three by three, as is seven by six.
    await follows(run, (n) => (n === 6 ? [[1, 1, 6, 6]] : shapes(n)), { x0: { 2: "h", 3: "w" } }, [4, 6, 7, 13], 6);
  });

  test("programs that take multiples only", () =>
    follows(
      (x) => x.reshape([x.shape[0] / 4, 4, 2]).sum(1),
      (n) => [[4 * n, 2]],
      first,
      [1, 2, 5],
      2,
    ));

  test("what depends on them otherwise is refused", async () => {
    const program = new Program((x) => x.sum().mul(Math.log(x.shape[0])));
    const exported = onnx.export(program, [torch.ones([4, 2])], undefined, { dynamicAxes: { input: [0] } });
    await expect(exported).rejects.toThrow("depend on the sizes of the inputs in a way that was not understood");
    const squeezed = new Program((x) => x.squeeze());
    const one = onnx.export(squeezed, [torch.ones([1, 2])], undefined, { dynamicAxes: { input: [0] } });
    await expect(one).rejects.toThrow("a result is [2] for the example, but [2, 2] for larger inputs");
    // The smaller one of two sizes is no line, product or quotient.
    const diagonal = onnx.export(new Program((x) => x.diagonal()), [torch.ones([2, 3])], undefined, {
      dynamicAxes: { input: [0] },
    });
    await expect(diagonal).rejects.toThrow("depends on the sizes of the inputs in a way that was not understood");
    const unrolled = new Program((x) => x.unbind(0).reduce((a, b) => a.mul(b)));
    const other = onnx.export(unrolled, [torch.ones([4, 2])], undefined, { dynamicAxes: { input: [0] } });
    await expect(other).rejects.toThrow("Make those dimensions fixed");
    const own = new Program((x) => x.add(torch.tensor(Array.from({ length: x.shape[0] }, (_, i) => [i]))));
    const made = onnx.export(own, [torch.ones([4, 2])], undefined, { dynamicAxes: { input: [0] } });
    await expect(made).rejects.toThrow("makes a tensor of float32[4, 1] on its own");
  });

  test("names and dimensions must be there", async () => {
    const model = new nn.Linear(2, 1);
    const x = torch.ones([3, 2]);
    await expect(onnx.export(model, x, undefined, { dynamicAxes: { y: [0] } })).rejects.toThrow('names "y"');
    await expect(onnx.export(model, x, undefined, { dynamicAxes: { input: [2] } })).rejects.toThrow(
      "has no dimension 2",
    );
    await expect(onnx.export(model, x, undefined, { inputNames: ["a", "b"] })).rejects.toThrow("2 names");
    await expect(onnx.export(model, x, undefined, { inputNames: ["weight"] })).rejects.toThrow("two tensors");
    await expect(onnx.export(model, x, undefined, { opsetVersion: 12 })).rejects.toThrow("from 17 to 23");
  });
});

describe("elementwise operations agree", () => {
  const points = [-2.5, -1, -0.5, -1e-6, 0, 1e-6, 0.3, 1, 2.5, 30];
  const unary: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    trunc: (t) => t.trunc(),
    expm1: (t) => t.expm1(),
    log1p: (t) => t.abs().log1p(),
    exp2: (t) => t.exp2(),
    log2: (t) => t.abs().log2(),
    log10: (t) => t.abs().log10(),
    copysign: (t) => t.abs().copysign(t.neg()),
    atan2: (t) => t.atan2(t.flip(0)),
    fmod: (t) => t.fmod(0.7),
    remainder: (t) => t.remainder(0.7),
    pow: (t) => t.abs().pow(1.5),
    floorDivide: (t) => t.floorDivide(0.4),
    logsumexp: (t) => t.logsumexp(0, true),
    int8: (t) => t.to("int8").mul(60).add(t.to("int8")),
    uint8: (t) => t.abs().to("uint8").sub(5),
    shifts: (t) => t.to("int64").bitwiseLeftShift(2).bitwiseRightShift(1),
    gcd: (t) => t.to("int64").mul(42).gcd(60),
    cumprod: (t) => t.cumprod(0),
    cummax: (t) => t.sin().cummax(0)[1],
    cummin: (t) => t.sin().cummin(0)[0],
    logcumsumexp: (t) => t.logcumsumexp(0),
    bitwise: (t) => t.to("int64").bitwiseAnd(6).bitwiseXor(3),
    logic: (t) => t.gt(0).logicalXor(t.lt(1)).logicalAnd(t.ne(0)),
    any: (t) => t.gt(5).any(),
    all: (t) => t.gt(-5).all(),
    where: (t) => torch.where(t.gt(0), t, t.mul(2)),
    gather: (t) => t.gather(0, torch.tensor([3n, 1n])),
    scatter: (t) => t.scatterAdd(0, torch.tensor([3n, 3n]), torch.tensor([1, 2])),
    double: (t) => t.to("float64").div(3).exp(),
  };
  test("erfc, to float32's accuracy at 1", async () => {
    const x = torch.tensor(points);
    const session = await Session.open(await onnx.export(new Program((t) => t.erfc()), x));
    const got = numbersOf((await session.run({ input: x })).output);
    for (const [i, expected] of Array.from(await x.erfc().data(), Number).entries())
      expect(Math.abs(got[i] - expected)).toBeLessThan(2e-7);
  });

  test.each(Object.keys(unary))("%s", async (name) => {
    const x = torch.tensor(points);
    const session = await Session.open(await onnx.export(new Program(unary[name]), x));
    const { output } = await session.run({ input: x });
    const want = unary[name](x);
    expect([output.type, output.dims]).toEqual([want.dtype, want.shape]);
    for (const [i, expected] of Array.from(await want.data(), Number).entries()) {
      const got = numbersOf(output)[i];
      if (!Object.is(got, expected))
        expect(Math.abs(got - expected)).toBeLessThanOrEqual(2e-6 * Math.abs(expected) + 1e-9);
    }
  });
});

describe("what has no graph is refused", () => {
  test("operators that ONNX has not, all at once", async () => {
    const program = new Program((x) => torch.erfinv(x).add(x.lgamma()).add(x.nextafter(x)));
    const exported = onnx.export(program, torch.rand([3]));
    await expect(exported).rejects.toThrow(onnx.OnnxExportError);
    await expect(exported).rejects.toThrow(
      "ONNX has no operators for erfinv of float32 (of erfinv in Program), lgamma of float32 (of lgamma in Program), nextafter of float32 (of nextafter in Program)",
    );
  });

  test("values that a program reads", async () => {
    const program = new Program((x) => (x.sum().itemSync() > 0 ? x : x.neg()));
    await expect(onnx.export(program, torch.ones([3]))).rejects.toThrow(torch.TraceError);
    // What it is given is there, and would be a constant of the graph.
    for (const read of [(x: Tensor) => x.mul(x.itemSync()), (x: Tensor) => torch.linalg.inv(x)])
      await expect(onnx.export(new Program(read), torch.ones([1, 1]))).rejects.toThrow(
        "was read while the program was traced",
      );
  });

  test("more than two gibibytes", async () => {
    const type = { dtype: "float32", shape: [2 ** 29], numel: 2 ** 29, bytes: 2 ** 31 };
    const large = { name: "weight", values: [{ type } as unknown as Value] };
    const spec = {
      inputs: [],
      initializers: [large],
      outputs: [{ ...large, name: "y" }],
      since: 0,
      symbols: new Map(),
      sources: new Map(),
      exactDivision: false,
    };
    const written = writeGraph({ ...spec, opset: 18, name: "large" });
    await expect(written).rejects.toThrow(onnx.OnnxExportError);
    await expect(written).rejects.toThrow("may have at most 2147483647 (2 GiB)");
    class LargeFile extends Blob {
      override get size(): number {
        return 3e9;
      }
    }
    const loaded = onnx.load(new LargeFile([]));
    await expect(loaded).rejects.toThrow(onnx.FormatError);
    await expect(loaded).rejects.toThrow("at most 2147483647 (2 GiB)");
  });
});

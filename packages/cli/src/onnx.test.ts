/** Networks in ONNX files: for other engines, and to go on with. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "@cresset/io/onnx";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommandOutcome, runCommand } from "./testing/run-command.ts";

const folder = mkdtempSync(join(tmpdir(), "cresset-cli-onnx-"));
const path = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const rows = 40;
const a = (i: number): number => 1e6 + Math.sin(i);
const b = (i: number): number => (i % 7 === 3 ? Number.NaN : Math.cos(i));

beforeAll(() => {
  const lines = Array.from(
    { length: rows },
    (_, i) => `${a(i)},${Number.isNaN(b(i)) ? "" : b(i)},${i % 3 === 0 ? 1 : 0}\n`,
  );
  writeFileSync(path("table.csv"), `a,b (°C),label\n${lines.join("")}`);
});

const train = (out: string, ...more: string[]): Promise<CommandOutcome> =>
  runCommand([
    ...["train", path("table.csv"), "--target", "label", "--hidden", "4", "--missing", "mean", "--device", "cpu"],
    ...["--out", path(out), ...more],
  ]);

describe("a network in an .onnx file", () => {
  test("is the one of a .safetensors file, goes on, predicts, and is described", async () => {
    for (const file of ["model.onnx", "model.safetensors"]) {
      expect(await train(file, "--epochs", "3")).toMatchObject({ status: 0 });
      expect(await train(file, "--resume", "--epochs", "5")).toMatchObject({ status: 0 });
    }
    const [fromOnnx, fromSafetensors] = await Promise.all(
      ["model.onnx", "model.safetensors"].map((file) => runCommand(["predict", path(file), path("table.csv")])),
    );
    expect(fromOnnx.status).toBe(0);
    expect(fromOnnx.out).toBe(fromSafetensors.out);
    const [described, other] = await Promise.all(
      ["model.onnx", "model.safetensors"].map((file) => runCommand(["info", path(file)])),
    );
    expect(described.out).toContain("5 epochs of 32 rows");
    expect(described.out).toBe(other.out);
  });

  test("gives another engine the probabilities that the command predicts", async () => {
    const { out } = await runCommand(["predict", path("model.onnx"), path("table.csv")]);
    const expected = out
      .split("\n")
      .slice(1, -1)
      .map((line) => Number(line.split(",").at(-2)));
    const session = await ort.InferenceSession.create(readFileSync(path("model.onnx")));
    const column = (value: (i: number) => number): ort.Tensor =>
      new ort.Tensor(
        "float64",
        Float64Array.from({ length: rows }, (_, i) => value(i)),
        [rows],
      );
    const { probability } = await session.run({ a: column(a), "b (°C)": column(b) });
    expect(expected).toHaveLength(rows);
    for (const [i, p] of expected.entries()) expect((probability.data as Float32Array)[i]).toBeCloseTo(p, 6);
    expect((await load(path("model.onnx"))).inputs.map(({ name }) => name)).toEqual(["a", "b (°C)"]);
  });

  test("is refused before the first epoch where a column's name is taken", async () => {
    writeFileSync(path("named.csv"), "probability,label\n1,0\n2,1\n3,0\n4,1\n5,1\n");
    const out = path("named.onnx");
    const { status, err } = await runCommand(["train", path("named.csv"), "--target", "label", "--out", out]);
    expect(status).toBe(1);
    expect(err).toContain('"probability" is also the name of what the graph gives');
  });
});

test("info lists what other graphs hold", async () => {
  const { export: exportModule } = await import("@cresset/io/onnx");
  const { Linear, Sequential, Tanh } = await import("@cresset/nn");
  const { zeros } = await import("@cresset/core/functions");
  const model = new Sequential(new Linear(2, 3), new Tanh(), new Linear(3, 1), new Tanh());
  const dynamicAxes = { input: { 0: "batch" } };
  await exportModule(model, zeros([1, 2]), path("other.onnx"), { dynamicAxes, metadata: { by: "me\u001b[31m" } });
  expect((await runCommand(["info", path("other.onnx")])).out.split("\n")).toEqual([
    "onnx: 4 tensors, 13 numbers",
    "  0.weight  float32  [3, 2]",
    "  0.bias    float32     [3]",
    "  2.weight  float32  [1, 3]",
    "  2.bias    float32     [1]",
    "  made by: cresset",
    "  version of the operators: 18",
    "  inputs: input: float32[batch, 2]",
    "  outputs: output",
    "  operators: Gemm (2), Tanh (2)",
    "  by: me [31m",
    "",
  ]);
  const predicted = await runCommand(["predict", path("other.onnx"), path("table.csv")]);
  expect(predicted).toMatchObject({ status: 1, err: expect.stringContaining("not saved by @cresset/tabular") });
});

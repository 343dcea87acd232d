/** Networks in files of PyTorch's, and what is said of files of any kind. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@cresset/backend-cpu";
import { fromHost, registerBackend, type Tensor } from "@cresset/core/functions";
import { load, numpy, safetensors, save } from "@cresset/io";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommandOutcome, runCommand } from "./testing/run-command.ts";

const cresset = (...args: string[]): Promise<CommandOutcome> => runCommand(args);
const folder = mkdtempSync(join(tmpdir(), "cresset-cli-pytorch-"));
const path = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  await registerBackend(cpu());
  const lines = Array.from({ length: 40 }, (_, i) => `${Math.sin(i)},${Math.cos(i)},${i % 3 === 0 ? 1 : 0}\n`);
  writeFileSync(path("table.csv"), `a,b,label\n${lines.join("")}`);
});

const train = (out: string, ...more: string[]): Promise<CommandOutcome> =>
  cresset(
    "train",
    path("table.csv"),
    "--target",
    "label",
    "--hidden",
    "4",
    "--device",
    "cpu",
    "--out",
    path(out),
    ...more,
  );

describe("a network in a .pt file", () => {
  test("is the one of a .safetensors file, goes on, predicts, and is described", async () => {
    expect(await train("model.pt", "--epochs", "3")).toMatchObject({ status: 0 });
    expect(await train("model.safetensors", "--epochs", "3")).toMatchObject({ status: 0 });
    const checkpoint = await load<{ epoch: number; model_state_dict: Record<string, Tensor> }>(path("model.pt"));
    expect(checkpoint.epoch).toBe(3);
    const weights = safetensors.load(readFileSync(path("model.safetensors")));
    expect(Object.keys(checkpoint.model_state_dict)).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
    for (const [name, tensor] of Object.entries(checkpoint.model_state_dict))
      expect(tensor.tolistSync()).toEqual(weights[name].tolistSync());

    for (const file of ["model.pt", "model.safetensors"]) await train(file, "--resume", "--epochs", "5");
    const [fromPt, fromSafetensors] = await Promise.all(
      ["model.pt", "model.safetensors"].map((file) => cresset("predict", path(file), path("table.csv"))),
    );
    expect(fromPt.status).toBe(0);
    expect(fromPt.out).toBe(fromSafetensors.out);
    const [described, other] = await Promise.all(
      ["model.pt", "model.safetensors"].map((file) => cresset("info", path(file))),
    );
    expect(described.out).toContain("5 epochs of 32 rows");
    expect(described.out).toBe(other.out);
  });

  test("is not mistaken for other formats", async () => {
    const { status, err } = await train("model.npz");
    expect([status, err]).toEqual([
      1,
      "cresset: a training is not saved as .npz: name the file .safetensors, .pt for PyTorch, or .onnx\n",
    ]);
  });
});

describe("info says what is in", () => {
  const tensor = (...values: number[]): Tensor => fromHost(new Float32Array(values), [values.length], "float32");

  test("safetensors, and an index", async () => {
    writeFileSync(
      path("x.safetensors"),
      await safetensors.save({ w: tensor(1, 2) }, { metadata: { by: "me\u001b[31m" } }),
    );
    expect((await cresset("info", path("x.safetensors"))).out).toBe(
      "safetensors: 1 tensor, 2 numbers\n  w  F32  [2]\n  by: me [31m\n",
    );
    const index = path("x.safetensors.index.json");
    await safetensors.saveSharded({ a: tensor(1), bc: tensor(2, 3) }, index, { maxShardSize: 8 });
    const { out } = await cresset("info", index);
    expect(out).toBe("safetensors index: 2 tensors, 3 numbers\n  a   F32  [1]\n  bc  F32  [2]\n  total_size: 12\n");
    const json = JSON.parse((await cresset("info", index, "--json")).out);
    expect(json.tensors[1]).toEqual({ name: "bc", dtype: "F32", shape: [2] });
  });

  test("PyTorch's checkpoints", async () => {
    await save({ model: { w: tensor(1, 2, 3) }, epoch: 3, names: ["a", "b"], best: null, more: {} }, path("x.pt"));
    expect((await cresset("info", path("x.pt"))).out).toBe(
      "pytorch: 1 tensor, 3 numbers\n  model.w  float32  [3]\n  epoch: 3\n  names.0: a\n  names.1: b\n  best: None\n  more: {}\n",
    );
  });

  test("NumPy's arrays", async () => {
    await numpy.save(path("x.npy"), tensor(1, 2));
    await numpy.savez(path("x.npz"), { a: tensor(1), b: tensor() });
    expect((await cresset("info", path("x.npy"))).out).toBe("npy: 1 tensor, 2 numbers\n  array  float32  [2]\n");
    expect((await cresset("info", path("x.npz"))).out).toBe(
      "npz: 2 tensors, 1 number\n  a  float32  [1]\n  b  float32  [0]\n",
    );
  });

  test("nothing that it knows", async () => {
    const { status, err } = await cresset("info", path("table.csv"));
    expect(status).toBe(1);
    expect(err).toBe(`cresset: ${path("table.csv")}: this is no file of safetensors, PyTorch, NumPy or ONNX\n`);
    writeFileSync(path("broken.pt"), readFileSync(path("x.pt")).subarray(0, 200));
    expect((await cresset("info", path("broken.pt"))).err).toMatch(/^cresset: \S+broken.pt: [^\n]+\n$/);
  });
});

/** Files for PyTorch, read by real PyTorch where it is installed. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@cresset/backend-cpu";
import { fromHost, registerBackend, type Tensor } from "@cresset/core/functions";
import { FormatError, load, save } from "@cresset/io";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTable } from "../table/index.ts";
import { tableText } from "../testing/table.ts";
import { prepareData, Training, type TrainingOptions } from "../training/index.ts";
import { loadClassifier } from "./load.ts";
import { savedFormatOf, saveTrainingFile } from "./save.ts";

const folder = mkdtempSync(join(tmpdir(), "cresset-checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => registerBackend(cpu()));

const table = await readTable(tableText(60));
const data = prepareData(table, { target: "label", missing: "median" });
const options: Partial<TrainingOptions> = { hidden: [6], activation: "Tanh", lr: 1e-2, optimizer: "Adam" };

async function trained(epochs: number): Promise<Training> {
  const training = Training.create(data, options);
  while (training.epoch < epochs) await training.step();
  return training;
}

const python = "/usr/bin/python3";
const hasPyTorch = spawnSync(python, ["-c", "import torch"]).status === 0;

/** Takes a checkpoint over, trains it for another step, and saves it in the same form. */
const program = `
import json, sys, torch
from torch import nn
# PyTorch before 2 knows no floats, such as learning rates, with weights_only.
checkpoint = torch.load(sys.argv[1], **({"weights_only": True} if torch.__version__ >= "2" else {}))
net = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 1), nn.Sigmoid())
print(net.load_state_dict(checkpoint["model_state_dict"]))
optimizer = torch.optim.Adam(net.parameters(), lr=1)
optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
x, y = torch.load(sys.argv[2])
loss = nn.BCELoss()(net(x), y)
loss.backward()
optimizer.step()
checkpoint["model_state_dict"] = net.state_dict()
checkpoint["optimizer_state_dict"] = optimizer.state_dict()
torch.save(checkpoint, sys.argv[3])
print(json.dumps([checkpoint["epoch"], loss.item(), nn.BCELoss()(net(x), y).item()]))
`;

test.skipIf(!hasPyTorch)("PyTorch goes on with a training, and Cresset with what PyTorch saves", async () => {
  const [file, rows, back] = ["model.pt", "rows.pt", "back.pt"].map((name) => join(folder, name));
  await saveTrainingFile(await trained(3), file);
  const { inputs, labels, length } = data.train;
  await save([fromHost(inputs, [length, 5], "float32"), fromHost(labels, [length, 1], "float32")], rows);
  const run = spawnSync(python, ["-", file, rows, back], { input: program, encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  const [keys, numbers] = run.stdout.trim().split("\n");
  expect(keys).toBe("<All keys matched successfully>");
  const [epoch, before, after]: number[] = JSON.parse(numbers);
  const whole = await trained(5);
  expect(epoch).toBe(3);
  expect(before).toBeCloseTo(whole.losses[3], 5);
  expect(after).toBeCloseTo(whole.losses[4], 5);
  const resumed = await (await loadClassifier(back)).resume(data);
  // PyTorch did the fourth epoch.
  await resumed.step();
  expect(resumed.losses.at(-1)).toBeCloseTo(whole.losses[4], 5);
});

test("a name says the format", () => {
  const names = ["a.pt", "a.PTH", "a.ONNX", "x.pt/a.b.safetensors"];
  expect(names.map(savedFormatOf)).toEqual(["pytorch", "pytorch", "onnx", "safetensors"]);
  for (const name of ["a.ckpt", "a.NPZ", "a.b", "a.constructor"])
    expect(() => savedFormatOf(name)).toThrow("a training is not saved as .");
  for (const name of ["a", "x.pt/y", ""])
    expect(() => savedFormatOf(name)).toThrow(`a training is not saved as ${name}: name the file .safetensors`);
});

describe("refuses", () => {
  const changed = async (change: (checkpoint: Record<string, Record<string, Tensor>>) => unknown): Promise<unknown> => {
    const file = join(folder, "changed.pt");
    await saveTrainingFile(await trained(1), file);
    const checkpoint = await load<Record<string, Record<string, Tensor>>>(file);
    const bytes = await save(change(checkpoint) ?? checkpoint);
    return loadClassifier(bytes).catch((error) => error);
  };

  test.each<[string, Parameters<typeof changed>[0], string]>([
    ["weights alone", (checkpoint) => checkpoint.model_state_dict, "not saved by @cresset/tabular"],
    ["a list", () => [1, 2], "not saved by @cresset/tabular"],
    ["missing weights", ({ model_state_dict: own }) => void delete own["0.bias"], 'the weights "0.bias" are missing'],
    [
      "weights of another shape",
      ({ model_state_dict: own }) => {
        own["0.bias"] = own["2.bias"];
      },
      'the weights "0.bias" are F32 [1] and should be F32 [6]',
    ],
    [
      "weights of another dtype",
      ({ model_state_dict: own }) => {
        own["0.bias"] = own["0.bias"].to("float64");
      },
      'the weights "0.bias" are float64 [6] and should be F32 [6]',
    ],
    [
      "no random numbers",
      (checkpoint) => {
        checkpoint.generator = {};
      },
      "the state of the random numbers is missing",
    ],
  ])("%s", async (_, change, message) => {
    const error = await changed(change);
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toContain(message);
  });
});

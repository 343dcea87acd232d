import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Generator } from "@cresset/core/functions";
import { safetensors } from "@cresset/io";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { runCommand } from "./testing/run-command.ts";

const root = mkdtempSync(join(tmpdir(), "cresset-cli-"));
afterAll(() => rmSync(root, { recursive: true }));

let folder: string;
let table: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, "test-"));
  table = write("table.csv", tableText(80));
});

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function tableText(rows: number): string {
  const generator = new Generator(4);
  const lines = Array.from({ length: rows }, (_, i) => {
    const [a, b] = [generator.standardNormal(), generator.standardNormal()];
    const rate = i % 10 === 3 ? -99 : generator.uniform53().toFixed(4);
    return `${a.toFixed(4)},${b.toFixed(4)},${rate},id ${i},${a + b + 0.5 * generator.standardNormal() > 0 ? 1 : 0}\n`;
  });
  return `a,b,rate,name,label\n${lines.join("")}`;
}

const model = (): string => join(folder, "model.safetensors");
const train = (...more: string[]): string[] => [
  "train",
  table,
  ...["--target", "label", "--ignore", "name", "--hidden", "8", "--lr", "1e-2", "--device", "cpu", "--out", model()],
  ...more,
];

describe("train", () => {
  test("prints plain lines into a pipe, then a report", async () => {
    const { status, out, err } = await runCommand(train("--epochs", "120"));
    expect(status).toBe(0);
    const lines = out.split("\n");
    expect(
      lines.filter((line) => /^epoch \d+\/120 {2}loss \d\.\d{4} {2}[\d.]+( k| M)? rows\/s$/.test(line)),
    ).toHaveLength(41);
    expect(out).toMatch(/^120 epochs of 64 rows with 3 inputs on cpu in [\d.]+ s$/m);
    expect(out).toMatch(/^ +rows +loss +accuracy +AUC$/m);
    expect(out).toMatch(/^train +64 +0\.\d{4} +\d+\.\d % +0\.\d{4}$/m);
    expect(out).toMatch(/^test +16 +\d\.\d{4} +\d+\.\d % +[01]\.\d{4}$/m);
    expect(out).toMatch(/^test rows +predicted 0 +predicted 1\nlabel 0 +\d+ +\d+\nlabel 1 +\d+ +\d+$/m);
    expect(out).toContain("loss in epochs 1 to 120\n");
    expect(lines.filter((line) => /[┤┼]/.test(line))).toHaveLength(10);
    expect(out).toContain(`saved to ${model()}`);
    expect(out).not.toContain("\u001b");
    expect(err).toMatch(
      /^warning: .*\n {2}rate: -99 in 8 rows; the others are from 0\.\d+ to 0\.\d+\n {2}With --sentinels missing/,
    );
    expect(readdirSync(folder).sort()).toEqual(["model.safetensors", "table.csv"]);
  });

  test("shows a bar on a terminal", async () => {
    const { out } = await runCommand(train("--epochs", "3"), true);
    expect(out).toMatch(/█+ 3\/3 epochs · loss 0\.\d{4} · [\d.]+( k| M)? rows\/s · 0\.0 s left/);
    expect(out).not.toContain("epoch 1/3");
  });

  test("--json prints one object and nothing else", async () => {
    const { out } = await runCommand(train("--epochs", "3", "--json"), true);
    expect(out.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      device: "cpu",
      epochs: 3,
      interrupted: false,
      out: model(),
      columns: ["a", "b", "rate"],
      sentinels: { rate: [{ value: -99, count: 8 }] },
      losses: [expect.any(Number), expect.any(Number), expect.any(Number)],
      train: { rows: 64, confusion: { truePositives: expect.any(Number) } },
      test: { rows: 16, auc: expect.any(Number) },
    });
  });

  test("handles sentinels and missing values as it is told", async () => {
    writeFileSync(
      table,
      tableText(80).replace(/^[^,]+/gm, (cell, at) => (at > 30 && at % 3 === 0 ? "" : cell)),
    );
    const options = ["--sentinels", "missing", "--missing", "median", "--indicators", "--epochs", "2"];
    const { status, out, err } = await runCommand(train(...options));
    expect([status, err]).toEqual([0, ""]);
    expect(out).toContain("with 5 inputs");
    const info = await runCommand(["info", model()]);
    expect(info.out).toMatch(
      /^ {2}rate: mean 0\.\d+, std 0\.\d+, -99 count as missing, filled with 0\.\d+, with indicator$/m,
    );
  });

  test("takes labels that are words where it is told which one is 1", async () => {
    const losses = async (...more: string[]): Promise<unknown> => {
      const { out } = await runCommand(train("--epochs", "3", "--json", ...more));
      return JSON.parse(out).losses;
    };
    const want = await losses();
    const after = readFileSync(model());
    for (const [positive, negative] of [
      ["yes", "no"],
      ["2", "1"],
      ["1", "0"],
    ]) {
      write("table.csv", tableText(80).replaceAll(/,([01])$/gm, (_, label) => (label === "1" ? `,${positive}` : `, ${negative} `))); // biome-ignore format: one line
      expect(await losses("--positive", positive)).toEqual(want);
      expect(readFileSync(model()).equals(after)).toBe(true);
    }
    write("table.csv", tableText(80).replaceAll(/,1$/gm, ",yes").replaceAll(/,0$/gm, ",no"));
    expect(await losses("--resume", "--positive", "yes", "--epochs", "4")).toHaveLength(4);
  });

  test("trains on wasm where nothing else is said, and without a test set", async () => {
    const out = [
      "train",
      table,
      "-t",
      "label",
      "--ignore",
      "name",
      "--test-split",
      "0",
      "--epochs",
      "2",
      "-o",
      model(),
      "--json",
    ];
    expect(JSON.parse((await runCommand(out)).out)).toMatchObject({ device: "wasm", test: null, train: { rows: 80 } });
  });
});

describe("--resume", () => {
  const options = [
    "--batch-size",
    "16",
    "--dropout",
    "0.2",
    "--optimizer",
    "nadam",
    "--scale",
    "none",
    "--loss",
    "bcewithlogitsloss",
  ];

  test("ends with the numbers of a training in one go", async () => {
    const whole = await runCommand(train(...options, "--epochs", "6", "--json"));
    const expected = readFileSync(model());
    await runCommand(train(...options, "--epochs", "2", "--checkpoint-every", "1"));
    const resumed = await runCommand([
      "train",
      table,
      "--out",
      model(),
      "--device",
      "cpu",
      "--resume",
      "--epochs",
      "6",
      "--json",
    ]);
    const [a, b] = [whole, resumed].map(({ out }) => JSON.parse(out));
    expect([b.losses, b.train, b.test]).toEqual([a.losses, a.train, a.test]);
    // The whole file: weights, optimizer, random numbers.
    expect(readFileSync(model()).equals(expected)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["model.safetensors", "table.csv"]);
  });

  test("refuses other options, another table, and a file that is not there", async () => {
    const missing = await runCommand(train("--resume"));
    expect(missing.err).toBe(
      `cresset: ${model()}: there is no such file; --resume goes on with the training that --out names\n`,
    );
    await runCommand(train("--epochs", "1"));
    const before = readFileSync(model());
    const other = await runCommand(train("--resume", "--hidden", "16,4"));
    expect(other.err).toMatch(/^cresset: --hidden is 16,4 now and was 8 when the training in .* began; [^\n]*\n$/);
    writeFileSync(table, tableText(81));
    const changed = await runCommand(train("--resume"));
    expect(changed.err).toMatch(
      /^cresset: .*: the table, or what is done with it, is not what the saved training began with\n$/,
    );
    expect([missing.status, other.status, changed.status]).toEqual([1, 1, 1]);
    expect(readFileSync(model()).equals(before)).toBe(true);
  });

  test("an interrupt saves what there is", async () => {
    const training = runCommand(train("--epochs", "1000000", "--json"));
    await vi.waitFor(() => expect(process.listenerCount("SIGTERM")).toBeGreaterThan(0), { interval: 5 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.emit("SIGTERM");
    const { status, out } = await training;
    const { epochs, interrupted } = JSON.parse(out);
    expect([status, interrupted]).toEqual([130, true]);
    const { losses } = JSON.parse((await runCommand(["info", model(), "--json"])).out);
    expect(losses).toHaveLength(epochs);
    expect(process.listenerCount("SIGTERM")).toBe(0);
  });
});

describe("predict", () => {
  test("writes the table with two more columns, to a file or to standard output", async () => {
    await runCommand(train("--epochs", "60"));
    const out = join(folder, "predictions.csv");
    const file = await runCommand(["predict", model(), table, "--out", out, "--device", "cpu"]);
    expect(file).toEqual({ status: 0, out: "", err: "" });
    const written = readFileSync(out, "utf8");
    const lines = written.trim().split("\n");
    expect(lines[0]).toBe("a,b,rate,name,label,probability,predicted");
    expect(lines).toHaveLength(81);
    const cells = lines.slice(1).map((line) => line.split(","));
    expect(cells.every(([, , , , , p, predicted]) => (Number(p) > 0.5 ? "1" : "0") === predicted)).toBe(true);
    expect(cells.filter(([, , , , label, , predicted]) => label === predicted).length).toBeGreaterThan(60);
    expect((await runCommand(["predict", model(), table, "--device", "cpu"])).out).toBe(written);
  });

  test("leaves nothing behind where a row in the middle is bad", async () => {
    await runCommand(train("--epochs", "0"));
    const bad = write("bad.csv", `a,b,rate\n${"1,2,3\n".repeat(20_000)}1,x,3\n`);
    const { status, err } = await runCommand([
      "predict",
      model(),
      bad,
      "--out",
      join(folder, "predictions.csv"),
      "--device",
      "cpu",
    ]);
    expect([status, err]).toEqual([1, `cresset: ${bad}: line 20002, column "b": "x" is not a number\n`]);
    expect(readdirSync(folder).sort()).toEqual(["bad.csv", "model.safetensors", "table.csv"]);
  });
});

test("the version is that of the package", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(await runCommand(["--version"])).toEqual({ status: 0, out: `${version}\n`, err: "" });
});

test("info and devices", async () => {
  await runCommand(train("--epochs", "3"));
  const { out } = await runCommand(["info", model()]);
  expect(out).toContain("(0): Linear(in_features=3, out_features=8, bias=True)");
  expect(out).toContain('41 parameters, 3 inputs; learns "label" with BCELoss');
  expect(out).toContain("3 epochs of 64 rows, all at a time, with Adam, learning rate 0.01, seed 0; 16 rows put aside");
  const devices = await runCommand(["devices"]);
  expect(devices.out).toMatch(/^wasm +can be used$/m);
  expect(devices.out).toMatch(/^webgpu +(can be used|cannot be used here: .+)$/m);
  const described = JSON.parse((await runCommand(["devices", "--json"])).out);
  expect(described.map(({ name }: { name: string }) => name)).toEqual(["wasm", "cpu", "webgpu"]);
});

describe("bad input gets one line and exit status 1, and writes nothing:", () => {
  const label = ["--target", "label"];
  const cases: [string, string | null, string[], RegExp][] = [
    ["a missing target", "a,b\n1,0\n", label, /there is no column "label"; there are "a", "b"$/],
    ["a missing column to ignore", "a,label\n1,0\n", [...label, "--ignore", "z"], /there is no column "z"; there are/],
    ["no target", "a,label\n1,0\n", [], /--target must name the column of labels$/],
    ["ragged rows", "a,label\n1,0\n2,1,3\n", label, /line 3: 3 cells, but the header has 2$/],
    [
      "cells that are no numbers",
      "a,label\n1,0\nOslo,1\n",
      label,
      /line 3, column "a": "Oslo" is not a number; --ignore leaves/,
    ],
    ["a cell with line breaks", 'a,label\n"O\ns\nlo",1\n', label, /line 2, column "a": "O s lo" is not a number;/],
    ["missing cells", "a,label\n1,0\n,1\n", label, /line 3, column "a": there is no value; --missing mean or/],
    [
      "labels other than 0 and 1",
      "a,label\n1,0\n2,2\n",
      label,
      /line 3, column "label": "2" is not a label: labels are 0 and 1; --positive says which one is 1$/,
    ],
    [
      "a third label",
      "a,label\n1,yes\n2,no\n3,maybe\n",
      [...label, "--positive", "yes"],
      /line 4, column "label": "maybe" is a third label, besides "yes" and "no"$/,
    ],
    [
      "a label that is nowhere",
      "a,label\n1,yes\n2,yes\n",
      [...label, "--positive", "Yes"],
      /column "label": no label is "Yes"$/,
    ],
    [
      "a row without a label",
      "a,label\n1,yes\n2,\n",
      [...label, "--positive", "yes"],
      /line 3, column "label": there is no label/,
    ],
    [
      "a name of no format",
      "a,label\n1,0\n2,1\n",
      [...label, "--out", "b.xyz"],
      /a training is not saved as \.xyz: name the file/,
    ],
    ["an empty file", "", label, /the file is empty$/],
    ["a header only", "a,label\n", label, /the file has a header and no rows$/],
    ["a single row", "a,label\n1,0\n", label, /1 row cannot be split into rows to train with and to test with$/],
    [
      "no column to learn from",
      "label\n1\n0\n",
      label,
      /there is no column to learn from besides the labels in "label"$/,
    ],
    [
      "a cell of 10 MB",
      `a,label\n1,0\n"${"x".repeat(10_000_000)}",1\n`,
      label,
      /line 3: a row of more than 1,000,000 characters/,
    ],
    ["bytes that are no text", "\u0000\u0001", label, /not a text: there are NUL characters in it$/],
    ["no such file", null, label, /there is no such file$/],
    [
      "an option that is no number",
      "a,label\n1,0\n",
      [...label, "--lr", "fast"],
      /option '--lr <rate>' argument 'fast' is invalid\. It must be/,
    ],
    [
      "a seed that is none",
      "a,label\n1,0\n",
      [...label, "--seed", "x"],
      /argument 'x' is invalid\. It must be a whole number\.$/,
    ],
    [
      "widths that are none",
      "a,label\n1,0\n",
      [...label, "--hidden", "64,x"],
      /argument '64,x' is invalid\. It must be whole numbers from 1, such as 100 or 64,32, or none\.$/,
    ],
    [
      "an unknown name",
      "a,label\n1,0\n",
      [...label, "--optimizer", "adem"],
      /argument 'adem' is invalid\. It must be one of Adam, AdamW/,
    ],
    [
      "an unknown option",
      "a,label\n1,0\n",
      [...label, "--epoch", "3"],
      /unknown option '--epoch' \(Did you mean --epochs\?\)$/,
    ],
    [
      "options that do not go together",
      "a,label\n1,0\n",
      [...label, "--sentinels", "missing"],
      /--sentinels missing needs --missing mean/,
    ],
    [
      "a folder that is not there",
      "a,label\n1,0\n",
      [...label, "--out", "/nowhere/m.safetensors"],
      /there is no folder \/nowhere$/,
    ],
  ];
  test.each(cases)("%s", async (_, text, options, message) => {
    const file = text === null ? join(folder, "absent.csv") : write("bad.csv", text);
    const before = readdirSync(folder);
    const out = options.includes("--out") ? [] : ["--out", join(folder, "out.safetensors")];
    const { status, out: printed, err } = await runCommand(["train", file, "--device", "cpu", ...out, ...options]);
    expect(err).toMatch(/^cresset: [^\n]+\n$/);
    expect(err.trim()).toMatch(message);
    expect([status, printed]).toEqual([1, ""]);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("a directory, as the table, the model or the output", async () => {
    mkdirSync(join(folder, "dir"));
    const dir = join(folder, "dir");
    const line = `cresset: ${dir}: this is a directory, not a file\n`;
    expect((await runCommand(["train", dir, ...label])).err).toBe(line);
    expect((await runCommand(["info", dir])).err).toBe(line);
    expect((await runCommand(train("--out", dir))).err).toBe(
      `cresset: ${dir}: this is no file that could be written\n`,
    );
  });

  test("an output that is the input", async () => {
    const line = `cresset: ${table}: --out names the file that is read\n`;
    expect((await runCommand(train("--out", table))).err).toBe(line);
    expect(readFileSync(table, "utf8")).toBe(tableText(80));
    await runCommand(train("--epochs", "0"));
    const predict = ["predict", model(), table, "--device", "cpu", "--out"];
    expect((await runCommand([...predict, table])).err).toBe(line);
    expect((await runCommand([...predict, model()])).status).toBe(1);
  });

  test("files that are no saved networks", async () => {
    const text = write("text.safetensors", "hello, this is no such file");
    expect((await runCommand(["info", text])).err).toMatch(/^cresset: .*text\.safetensors: [^\n]+\n$/);
    expect((await runCommand(["predict", table, table, "--device", "cpu"])).err).toBe(
      `cresset: ${table}: this is no file of safetensors, PyTorch or ONNX\n`,
    );
    const other = write("other.safetensors", await safetensors.save({}));
    expect((await runCommand(["predict", other, table, "--device", "cpu"])).err).toMatch(
      /were not saved by @cresset\/tabular\n$/,
    );
  });

  test("a training that fails in the middle keeps the file that was there", async () => {
    await runCommand(train("--epochs", "1"));
    const before = readFileSync(model());
    const failed = await runCommand(train("--optimizer", "sgd", "--lr", "1e20", "--hidden", "8,8,8", "--epochs", "9"));
    expect(failed.status).toBe(1);
    expect(failed.err.trim().split("\n").at(-1)).toMatch(
      /^cresset: the training broke down in epoch \d: the network gives NaN/,
    );
    expect(readFileSync(model()).equals(before)).toBe(true);
  });
});

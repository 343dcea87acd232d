import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mutate, oneOf, randomFrom } from "../fuzz/mutate.ts";
import { load } from "../index.ts";
import { pickleHooks } from "../pytorch/pickle-hooks.ts";
import { plainValue } from "../pytorch/plain-values.ts";
import { storageOf } from "../pytorch/records.ts";
import { hostileModels } from "../testing/hostile-models.ts";
import { hostilePickles } from "../testing/hostile-pickles.ts";
import { latin1, pickledTensor, pickleFile } from "../testing/pickle-file.ts";
import { pickles, picklesOfLibraries } from "../testing/pickles.ts";
import type { Refusal } from "../testing/refuse.ts";
import { Budget } from "./budget.ts";
import { Cursor } from "./cursor.ts";
import { outlineOf } from "./outline.ts";
import { Rehearsal } from "./rehearsal.ts";
import { openPickle, unpickle } from "./unpickler.ts";

const fileSize = 1 << 20;
const hooks = () => {
  const storages = new Map();
  return pickleHooks((id) => storageOf(id, storages));
};
const refusal = (task: () => unknown): string | null => {
  try {
    task();
    return null;
  } catch (error) {
    return String(error);
  }
};
const rehearse = (bytes: Uint8Array): string | null =>
  refusal(() => {
    const budget = () => new Budget(bytes.length, fileSize);
    new Rehearsal(bytes, 0, hooks(), budget(), outlineOf(new Cursor(bytes), budget())).run();
  });
const read = (bytes: Uint8Array): string | null =>
  refusal(() => plainValue(unpickle(bytes, hooks(), { fileSize }), () => null as never));

const tensors = [
  pickledTensor({ numel: 6, size: [2, 3], stride: [3, 1] }),
  pickledTensor({ numel: 4, size: [4], stride: [1], metadata: "}X\x03\0\0\0neg\x88s" }),
];
const seeds = [
  ...[...pickles, picklesOfLibraries].map((hex) => Uint8Array.from(Buffer.from(hex, "hex"))),
  ...tensors.map((one) => latin1(`}X\x01\0\0\0a${one}s.`)),
  latin1("ccollections\nOrderedDict\n]](X\x01\0\0\0aK\x01ea\x85R."),
  latin1("c__builtin__\nset\n](K\x01K\x02e\x85R."),
  latin1("]q\0h\0a."),
];

describe("a pickle is refused before it is read if it is refused when it is read", () => {
  test.each(seeds.map((seed, i) => [i, seed] as const))("and so is none that is read: %i", (_, seed) => {
    expect(read(seed)).toBe(null);
    expect(rehearse(seed)).toBe(null);
  });

  test("of damaged ones", () => {
    let [accepted, refused] = [0, 0];
    for (let seed = 1; seed <= 3000; seed++) {
      const random = randomFrom(seed);
      const bytes = mutate(oneOf(random, seeds), random, oneOf(random, seeds));
      const before = rehearse(bytes);
      if (before === null) accepted++;
      else refused++;
      expect(before === null, `seed ${seed}: ${before}`).toBe(read(bytes) === null);
    }
    expect(accepted).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(1000);
  });
});

test("a value that takes many times its file is read all the same", async () => {
  const one = "}\x94(X\x04\0\0\0lossG?\xe0\0\0\0\0\0\0X\x05\0\0\0epochK\x03u";
  const bytes = latin1(`(${one.repeat(5000)}l.`);
  expect(openPickle(bytes, hooks()).large).toBe(true);
  const value = await load<unknown[]>(await pickleFile(bytes));
  expect(value).toHaveLength(5000);
  expect(value[4999]).toEqual({ loss: 0.5, epoch: 3 });
});

test("a file of nothing but containers, messages, records or columns is refused before they are made", {
  timeout: 120_000,
}, () => {
  const size = 6_000_000;
  const limits = ["--max-old-space-size=48", "--max-semi-space-size=2"];
  const program = join(import.meta.dirname, "..", "testing", "refuse.ts");
  // Objects may take 48 MB together with the library itself; these would take a hundred bytes each, 300 MB and more.
  const run = spawnSync(process.execPath, [...limits, "--conditions=@cresset/source", program, String(size)], {
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  const refusals = JSON.parse(run.stdout) as Refusal[];
  expect(refusals.map(({ name }) => name)).toEqual([
    ...Object.keys(hostilePickles),
    ...Object.keys(hostileModels),
    "records of an archive",
    "columns of Parquet",
    "empty columns of Parquet",
  ]);
  for (const { name, size, taken, message } of refusals) {
    expect(message, name).toMatch(/^(FormatError|UnsupportedOperatorsError): /);
    expect(taken, name).toBeLessThan(10 * size);
  }
});

/** Tables that are no text: what is learned from them has the bits of what is learned from the same table in CSV. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import { Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommandOutcome, runCommand } from "./testing/run-command.ts";

const cresset = (...args: string[]): Promise<CommandOutcome> => runCommand(args);
const folder = mkdtempSync(join(tmpdir(), "cresset-cli-formats-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

const rows = 60;
const column = (value: (i: number) => unknown, type: arrow.DataType): arrow.Vector =>
  arrow.vectorFromArray(
    Array.from({ length: rows }, (_, i) => value(i)),
    type,
  );
const a = (i: number): number => Math.sin(i);
const b = (i: number): number => Math.fround(Math.cos(3 * i));
const age = (i: number): bigint | null => (i % 7 === 3 ? null : BigInt(20 + ((i * 31) % 60)));
const label = (i: number): boolean => a(i) + b(i) > 0;

const columns = {
  a: column(a, new arrow.Float64()),
  b: column(b, new arrow.Float32()),
  age: column(age, new arrow.Int64()),
  id: column((i) => `id ${i}`, new arrow.Utf8()),
  seen: column((i) => new Date(i * 86_400_000), new arrow.DateDay()),
  label: column(label, new arrow.Bool()),
};

function parquet(table: arrow.Table): Uint8Array {
  const written = Table.fromIPCStream(arrow.tableToIPC(table, "stream"));
  return writeParquet(written, new WriterPropertiesBuilder().setMaxRowGroupSize(25).build());
}

beforeAll(() => {
  const table = new arrow.Table(columns);
  writeFileSync(path("table.parquet"), parquet(table));
  writeFileSync(path("table.feather"), arrow.tableToIPC(table, "file"));
  const lines = Array.from(
    { length: rows },
    (_, i) => `${a(i)},${b(i)},${age(i) ?? ""},id ${i},${i} May,${label(i)}\n`,
  );
  writeFileSync(path("table.csv"), `a,b,age,id,seen,label\n${lines.join("")}`);
});

const train = (table: string, out: string, ...more: string[]): Promise<CommandOutcome> =>
  cresset(
    ...["train", path(table), "--target", "label", "--ignore", "id", "--ignore", "seen", "--missing", "mean"],
    ...["--hidden", "8", "--epochs", "5", "--device", "cpu", "--out", path(out), ...more],
  );

test.each(["table.parquet", "table.feather"])("a network learns from %s what it learns from CSV", async (table) => {
  expect(await train("table.csv", "csv.safetensors")).toMatchObject({ status: 0 });
  expect(await train(table, "other.safetensors")).toMatchObject({ status: 0, err: "" });
  expect(readFileSync(path("other.safetensors"))).toEqual(readFileSync(path("csv.safetensors")));
  expect(await train(table, "other.safetensors", "--resume", "--epochs", "8")).toMatchObject({ status: 0 });
  const predicted = await cresset("predict", path("csv.safetensors"), path(table));
  expect(predicted.status).toBe(0);
  const fromCsv = await cresset("predict", path("csv.safetensors"), path("table.csv"));
  const probabilities = (text: string): number[] =>
    text
      .split("\n")
      .slice(1, -1)
      .map((line) => Number(line.split(",").at(-2)));
  const expected = probabilities(fromCsv.out);
  expect(expected).toHaveLength(rows);
  // Rows come in other portions, and a product's last bits depend on its shape.
  for (const [i, p] of probabilities(predicted.out).entries()) expect(p).toBeCloseTo(expected[i], 6);
  expect(predicted.out.split("\n")[1]).toMatch(/^0,1,20,id 0,1970-01-01T00:00:00.000Z,true,0\.\d+,[01]$/);
});

describe("what is wrong is said with the row", () => {
  test.each<[string, string, string]>([
    ["a text", "--ignore seen", 'row 1, column "id": "id 0" is not a number'],
    ["a date", "--ignore id", 'row 1, column "seen": "1970-01-01T00:00:00.000Z" is not a number'],
    ["a missing value", "--ignore id --ignore seen", 'row 4, column "age": there is no value'],
    ["no such column", "--ignore x", 'there is no column "x"'],
  ])("%s", async (_, options, message) => {
    for (const table of ["table.parquet", "table.feather"]) {
      const args = [
        "train",
        path(table),
        "--target",
        "label",
        ...options.split(" "),
        "--out",
        path("none.safetensors"),
      ];
      const { status, err } = await cresset(...args);
      expect([status, err]).toEqual([1, expect.stringContaining(message)]);
    }
  });

  test.each(["parquet", "arrow"])("a file that is no %s", async (ending) => {
    writeFileSync(path(`broken.${ending}`), "a,label\n1,0\n");
    const { status, err } = await train(`broken.${ending}`, "none.safetensors");
    expect(status).toBe(1);
    expect(err).toMatch(/^cresset: \S+: .*(Parquet|Arrow) file that could be read: .+\n$/);
  });
});

import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core";
import * as arrow from "apache-arrow";
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { FormatError } from "../index.ts";
import { column, numberColumns, refusedColumns } from "../testing/columns.ts";
import { ranged, startServer } from "../testing/web-server.ts";
import { loadParquet } from "./index.ts";

beforeAll(() => registerBackend(cpu()));

/** A Parquet file as another implementation, Rust's, writes it. */
function file(
  columns: Record<string, arrow.Vector>,
  change: (builder: WriterPropertiesBuilder) => WriterPropertiesBuilder = (builder) => builder,
): Uint8Array<ArrayBuffer> {
  const written = Table.fromIPCStream(arrow.tableToIPC(new arrow.Table(columns), "stream"));
  return new Uint8Array(writeParquet(written, change(new WriterPropertiesBuilder()).build()));
}

describe("columns", () => {
  test.each(numberColumns)("of %s", async (_, type, values, dtype, expected) => {
    const { x } = await loadParquet(file({ x: column(values, type) }));
    expect(x.dtype).toBe(dtype);
    expect([...x.dataSync()]).toEqual(expected);
  });

  test.each([
    Compression.UNCOMPRESSED,
    Compression.SNAPPY,
    Compression.GZIP,
    Compression.ZSTD,
    Compression.LZ4_RAW,
    Compression.BROTLI,
  ])("in several row groups, with compression %d", async (compression) => {
    const values = Array.from({ length: 1000 }, (_, i) => (i * i) % 91);
    const bytes = file({ a: column(values, new arrow.Float32()), b: column(values, new arrow.Int32()) }, (builder) =>
      builder.setCompression(compression).setMaxRowGroupSize(300),
    );
    const { a, b } = await loadParquet(bytes);
    expect(a.tolistSync()).toEqual(values);
    expect(b.tolistSync()).toEqual(values);
  });

  test("that are chosen are all that is read", async () => {
    const noise = Array.from({ length: 50_000 }, (_, i) => Math.sin(i));
    const bytes = file({ a: column(noise, new arrow.Float64()), b: column([...noise.keys()], new arrow.Float64()) });
    const server = await startServer((request) => ranged(bytes, request));
    const { b } = await loadParquet(`${server.origin}/x.parquet`, { columns: ["b"] });
    expect(b.dataSync()[49_999]).toBe(49_999);
    expect(server.sent()).toBeLessThan(0.75 * bytes.length);
    await server.close();
    await expect(loadParquet(bytes, { columns: ["c"] })).rejects.toThrow('there is no column "c"; there are a, b');
  });

  test("may be empty, or have gaps that a number fills", async () => {
    expect((await loadParquet(file({ a: column([], new arrow.Float32()) }))).a.shape).toEqual([0]);
    const gaps = file({ a: column([1, null, 3], new arrow.Float32()), b: column([null, 2, 3], new arrow.Int16()) });
    const { a } = await loadParquet(gaps, { columns: ["a"], nulls: Number.NaN });
    expect(a.tolistSync()).toEqual([1, Number.NaN, 3]);
    const { b } = await loadParquet(gaps, { nulls: -1 });
    expect(b.tolistSync()).toEqual([-1, 2, 3]);
    await expect(loadParquet(gaps)).rejects.toThrow('the column "a" has no value in row 2: the option nulls says');
    await expect(loadParquet(gaps, { nulls: Number.NaN })).rejects.toThrow(
      'NaN cannot stand for missing values of the column "b"',
    );
  });

  test("of dates are numbers where that is asked for", async () => {
    const nanos = arrow.makeVector(
      arrow.makeData({ type: new arrow.TimestampNanosecond(), data: new BigInt64Array([2n ** 60n + 1n]) }),
    );
    const bytes = file({ day: column([new Date(86_400_000 * 3)], new arrow.DateDay()), nanos });
    const { day, nanos: found } = await loadParquet(bytes, { dates: "integers" });
    expect([day.dtype, day.tolistSync()]).toEqual(["int32", [3]]);
    expect([found.dtype, found.dataSync()[0]]).toEqual(["int64", 2n ** 60n + 1n]);
  });
});

describe("refused by name", () => {
  test.each<[string, arrow.Vector, string]>([
    ["texts", column(["a", "b"], new arrow.Utf8()), "of the type UTF8: tensors hold numbers; the option columns names"],
    ...refusedColumns,
    ["lists", column([[1]], new arrow.List(new arrow.Field("item", new arrow.Int8()))), "list or group"],
  ])("%s", async (_, vector, message) => {
    const reading = loadParquet(file({ x: vector }));
    await expect(reading).rejects.toThrow(FormatError);
    await expect(reading).rejects.toThrow('the column "x" has ');
    await expect(reading).rejects.toThrow(message);
  });

  test("what is no Parquet file, or not whole", async () => {
    const bytes = file({ a: column([1, 2, 3], new arrow.Float32()) });
    for (const broken of [
      new Uint8Array(0),
      new TextEncoder().encode("a,b\n1,2\n"),
      bytes.slice(0, -1),
      bytes.slice(9),
    ])
      await expect(loadParquet(broken)).rejects.toThrow(FormatError);
    const { length } = bytes;
    // Wherever a byte is changed, there is a result or an error with a type.
    for (let at = 0; at < length; at += 3) {
      const changed = bytes.slice();
      changed[at] ^= 0x55;
      const error = await loadParquet(changed).then(
        () => null,
        (error: unknown) => error,
      );
      if (error !== null) expect(error).toBeInstanceOf(FormatError);
    }
  });
});

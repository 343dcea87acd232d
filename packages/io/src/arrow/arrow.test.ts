import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { registerBackend, type Tensor } from "@cresset/core";
import * as arrow from "apache-arrow";
import { beforeAll, describe, expect, test } from "vitest";
import { FormatError } from "../index.ts";
import { joined } from "../joined.ts";
import { column, numberColumns, refusedColumns } from "../testing/columns.ts";
import { bytesTaken } from "../testing/count-bytes.ts";
import { fromArrow, loadArrow, openArrowValues } from "./index.ts";

beforeAll(async () => {
  await registerBackend(cpu());
  await registerBackend(wasm());
});

/** Where a tensor's content is before anything is computed with it. */
const memoryOf = (tensor: Tensor): unknown => tensor.value.slot?.host?.buffer;
const table = (columns: Record<string, arrow.Vector>): arrow.Table => new arrow.Table(columns);

describe("columns", () => {
  test.each(numberColumns)("of %s", (_, type, values, dtype, expected) => {
    for (const found of [fromArrow(column(values, type)), fromArrow(table({ x: column(values, type) })).x]) {
      expect(found.dtype).toBe(dtype);
      expect([...found.dataSync()]).toEqual(expected);
    }
  });

  test("of float16 keep their bits", () => {
    const half = arrow.makeVector(
      arrow.makeData({ type: new arrow.Float16(), data: new Uint16Array([0x3c00, 0x8001]) }),
    );
    const found = fromArrow(half);
    expect([found.dtype, [...found.dataSync()]]).toEqual(["float16", [0x3c00, 0x8001]]);
  });

  test("of lists of equal length have a dimension more", () => {
    const type = new arrow.FixedSizeList(3, new arrow.Field("item", new arrow.Float32()));
    const found = fromArrow(column([[1, 2, 3], [4, 5, 6]], type)); // biome-ignore format: rows
    expect(found.tolistSync()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const slice = column([[1, 2, 3], [4, 5, 6]], type).slice(1); // biome-ignore format: rows
    expect(fromArrow(slice).tolistSync()).toEqual([[4, 5, 6]]);
    expect(() => fromArrow(column([[1, 2, 3], null], type), { nulls: 0 })).toThrow("no value in row 2");
  });

  test("may come in pieces, in slices, and chosen", () => {
    const numbers = column([1, 2, 3, 4], new arrow.Float32());
    const flags = column([true, false, true, true, false, false, true, true, false, true], new arrow.Bool());
    expect(fromArrow(numbers.slice(1, 3).concat(numbers.slice(0, 1))).tolistSync()).toEqual([2, 3, 1]);
    expect(fromArrow(flags.slice(3, 5).concat(flags.slice(8))).tolistSync()).toEqual([true, false, false, true]);
    const both = table({ a: numbers, b: column(["x", "y", "z", "w"], new arrow.Utf8()), c: numbers });
    expect(Object.keys(fromArrow(both, { columns: ["c", "a"] }))).toEqual(["c", "a"]);
    expect(() => fromArrow(both, { columns: ["d"] })).toThrow('there is no column "d"; there are a, b, c');
    expect(fromArrow(both.slice(2), { columns: ["a"] }).a.tolistSync()).toEqual([3, 4]);
    expect(fromArrow(both.batches[0], { columns: ["a"] }).a.tolistSync()).toEqual([1, 2, 3, 4]);
    expect(fromArrow(table({ a: column([], new arrow.Int32()) })).a.shape).toEqual([0]);
  });
});

describe("memory", () => {
  test("is Arrow's own where the layout is the same", () => {
    const bytes = arrow.tableToIPC(
      table({ a: column([1, 2, 3], new arrow.Float64()), b: column([1n, 2n, 3n], new arrow.Int64()) }),
      "file",
    );
    const own = new Uint8Array(bytes);
    const found = fromArrow(arrow.tableFromIPC(own));
    for (const tensor of [found.a, found.b]) expect(memoryOf(tensor)).toBe(own.buffer);
    // Bits, and numbers that become wider, are copied.
    const wider = column([1, 2], new arrow.Uint16());
    expect(memoryOf(fromArrow(wider))).not.toBe(wider.data[0].values.buffer);
  });

  test.each(["cpu", "wasm"])("is not written to by what is done with the tensor on %s", (device) => {
    const data = new Float32Array([1, 2, 3, 4]);
    const vector = arrow.makeVector(data);
    const tensor = fromArrow(vector, { device });
    expect(memoryOf(tensor)).toBe(data.buffer);
    for (let i = 0; i < 5; i++) {
      tensor.add_(1);
      tensor.dataSync();
    }
    expect(tensor.tolistSync()).toEqual([6, 7, 8, 9]);
    expect([...data]).toEqual([1, 2, 3, 4]);
  });
});

describe("refused by name", () => {
  const words = column(["a", "b"], new arrow.Utf8());
  test.each<[string, arrow.Vector, string]>([
    ["texts", words, "of the type Utf8: tensors hold numbers; the option columns names those to read"],
    [
      "dictionaries",
      column(["a", "b"], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())),
      "of the type Dictionary<Int32, Utf8>: its values are codes of a dictionary; decode it",
    ],
    ["lists", column([[1]], new arrow.List(new arrow.Field("item", new arrow.Int8()))), "of the type List<Int8>"],
    ...refusedColumns,
    ["nothing at all", column([null], new arrow.Null()), "of the type Null"],
  ])("%s", (_, vector, message) => {
    const read = () => fromArrow(table({ x: vector }));
    expect(read).toThrow(FormatError);
    expect(read).toThrow(/^the column "x" has /);
    expect(read).toThrow(message);
  });

  test("what is no table", () => {
    for (const input of [null, 3, [], {}]) expect(() => fromArrow(input as never)).toThrow("takes a Table");
    const [a] = table({ a: words }).batches;
    const twice = new arrow.Table(
      new arrow.Schema([new arrow.Field("a", new arrow.Int8()), new arrow.Field("a", new arrow.Int8())]),
    );
    expect(() => fromArrow(twice)).toThrow('two columns called "a"');
    expect(() => fromArrow(a)).toThrow("Utf8");
  });
});

describe("with options", () => {
  test("a number stands for what is missing, if the dtype has it", () => {
    const floats = column([1, null], new arrow.Float32());
    const ints = column([1, null], new arrow.Int8());
    expect(fromArrow(floats, { nulls: Number.NaN }).tolistSync()).toEqual([1, Number.NaN]);
    expect(fromArrow(ints, { nulls: -1 }).tolistSync()).toEqual([1, -1]);
    expect(fromArrow(column([true, null], new arrow.Bool()), { nulls: 0 }).tolistSync()).toEqual([true, false]);
    expect(fromArrow(column([1n, null], new arrow.Int64()), { nulls: 7 }).tolistSync()).toEqual([1, 7]);
    for (const nulls of [Number.NaN, 0.5, 128])
      expect(() => fromArrow(ints, { nulls })).toThrow('values of the column "the vector", which is int8');
    expect(() => fromArrow(floats, { nulls: 0.1 })).toThrow("0.1 cannot stand for missing values");
  });

  test("dates are numbers", () => {
    const integers = { dates: "integers" } as const;
    const day = fromArrow(column([new Date(86_400_000 * 3)], new arrow.DateDay()), integers);
    expect([day.dtype, day.tolistSync()]).toEqual(["int32", [3]]);
    const micros = arrow.makeVector(
      arrow.makeData({ type: new arrow.TimestampMicrosecond(), data: new BigInt64Array([2n ** 60n + 1n]) }),
    );
    const time = fromArrow(micros, integers);
    expect([time.dtype, time.dataSync()[0]]).toEqual(["int64", 2n ** 60n + 1n]);
    expect(fromArrow(column([5], new arrow.TimeSecond()), integers).dtype).toBe("int32");
  });
});

describe("compressed files, as pyarrow writes them", () => {
  const read = (name: string): Uint8Array<ArrayBuffer> =>
    new Uint8Array(readFileSync(join(import.meta.dirname, "..", "testing", "tables", name)));

  test.each(["few.lz4.feather", "few.zstd.feather", "few.lz4.arrows", "few.zstd.arrows"])("%s", async (name) => {
    const { x, n, flag } = await loadArrow(read(name), { nulls: Number.NaN, columns: ["x", "n", "flag"] });
    expect(x.tolistSync()).toEqual([1.5, Number.NaN, -2.5, 0]);
    expect([n.dtype, n.tolistSync()]).toEqual(["int32", [1, 2, 3, -4]]);
    expect(flag.tolistSync()).toEqual([true, false, true, true]);
  });

  test.each(["many.lz4.feather", "many.zstd.feather"])("%s, whose buffers are several blocks", async (name) => {
    const { x, n } = await loadArrow(read(name));
    expect([...x.dataSync()]).toEqual(Array.from({ length: 30_000 }, (_, i) => (i % 7) * 0.5));
    expect([...n.dataSync()]).toEqual(Array.from({ length: 30_000 }, (_, i) => Math.floor(i / 100)));
  });

  test("are refused where a buffer says that it is longer than it is, before memory is taken", async () => {
    for (const name of ["many.lz4.feather", "many.zstd.feather"]) {
      const bytes = read(name);
      const view = new DataView(bytes.buffer);
      let changed = 0;
      // The lengths of the two columns' buffers stand before these.
      for (let at = 0; at + 8 < bytes.length; at++)
        if ([240_000n, 120_000n].includes(view.getBigUint64(at, true))) {
          view.setBigUint64(at, 2n ** 31n, true);
          changed++;
        }
      expect(changed).toBe(2);
      const taken = await bytesTaken(() => expect(loadArrow(bytes)).rejects.toThrow("tells of more than there is"));
      expect(taken).toBeLessThan(3 * bytes.length);
    }
  });

  test.each(["many.lz4.feather", "many.zstd.feather"])(
    "%s is not unpacked where it lacks values, or has fewer than it says",
    async (name) => {
      for (const [at, value, message] of [
        [8, 5n, 'the column "x" lacks 5 values: the option nulls says what stands for missing values'],
        [0, 30_001n, 'the column "x" has not the 30001 values that it says: the table is damaged'],
      ] as const) {
        const bytes = read(name);
        const view = new DataView(bytes.buffer);
        // How many values the first column has, and how many of them are missing.
        const [node] = Array.from({ length: bytes.length - 32 }, (_, i) => i).filter((i) =>
          [0, 16].every((d) => view.getBigInt64(i + d, true) === 30_000n && view.getBigInt64(i + d + 8, true) === 0n),
        );
        view.setBigInt64(node + at, value, true);
        const taken = await bytesTaken(() => expect(loadArrow(bytes)).rejects.toThrow(message));
        expect(taken).toBeLessThan(3 * bytes.length);
      }
    },
  );

  test("are not unpacked for columns that cannot be read", async () => {
    const bytes = read("many.lz4.feather");
    const taken = await bytesTaken(() => expect(loadArrow(bytes, { columns: ["y"] })).rejects.toThrow('no column "y"'));
    expect(taken).toBeLessThan(3 * bytes.length);
  });
});

test("values that apache-arrow cannot give are a typed error", async () => {
  const far = arrow.makeVector(
    arrow.makeData({ type: new arrow.TimestampMillisecond(), data: new BigInt64Array([2n ** 60n]) }),
  );
  const { groups } = await openArrowValues(arrow.tableToIPC(table({ far }), "stream"));
  await expect(groups[Symbol.asyncIterator]().next()).rejects.toThrow(FormatError);
});

test("a message that says it is one byte long is refused, over which apache-arrow would think for ever", async () => {
  const bytes = arrow.tableToIPC(table({ a: column([1, 2], new arrow.Int16()) }), "file").slice();
  const view = new DataView(bytes.buffer);
  const lengths = Array.from({ length: bytes.length - 8 }, (_, at) => at).filter(
    (at) => view.getInt32(at, true) === -1,
  );
  expect(lengths.length).toBeGreaterThan(0);
  for (const at of lengths) view.setInt32(at + 4, 1, true);
  await expect(loadArrow(bytes)).rejects.toThrow("tells of more than there is in it");
});

test.each(["file", "stream"] as const)("a %s is read", async (format) => {
  const bytes = arrow.tableToIPC(table({ a: column([1, 2], new arrow.Int16()) }), format);
  expect((await loadArrow(new Blob([bytes as BlobPart]))).a.tolistSync()).toEqual([1, 2]);
  await expect(loadArrow(new TextEncoder().encode("a,b\n1,2\n"))).rejects.toThrow(FormatError);
  await expect(loadArrow(new Uint8Array(0))).rejects.toThrow("is not an Arrow file");
  await expect(loadArrow(bytes.slice(0, 60))).rejects.toThrow(FormatError);
});

/** Columns of all sorts, none of which a tensor holds, and one at the end. */
function allSorts(): arrow.Table {
  const field = (name: string, type: arrow.DataType): arrow.Field => new arrow.Field(name, type);
  const [int, text] = [new arrow.Int32(), new arrow.Utf8()];
  const pair = new arrow.Struct([field("a", int), field("b", text)]);
  const entries = new arrow.Struct([field("key", text), field("value", int)]);
  const [floats, truths] = [column([1, 2], new arrow.Float64()), column([true, false], new arrow.Bool())];
  const ofUnion = { length: 2, typeIds: Int8Array.of(0, 1), children: [floats.data[0], truths.data[0]] };
  const members = [field("f", floats.type), field("t", truths.type)];
  const sparse = new arrow.SparseUnion([0, 1], members);
  const dense = new arrow.DenseUnion([0, 1], members);
  return table({
    pairs: column([{ a: 1, b: "x" }, null], pair),
    texts: column(["a", null], new arrow.LargeUtf8()),
    views: column(["a", "a text that is longer than a view"], new arrow.Utf8View()),
    bytes: column([Uint8Array.of(1), null], new arrow.Binary()),
    fixed: column([Uint8Array.of(1, 2), null], new arrow.FixedSizeBinary(2)),
    words: arrow.vectorFromArray(["x", "y"]),
    lists: column([[1], null], new arrow.List(field("item", new arrow.Int8()))),
    maps: column([new Map([["k", 1]]), null], new arrow.Map_(field("entries", entries) as never)),
    nothing: column([null, null], new arrow.Null()),
    sparse: arrow.makeVector(arrow.makeData({ type: sparse, ...ofUnion })),
    dense: arrow.makeVector(arrow.makeData({ type: dense, ...ofUnion, valueOffsets: Int32Array.of(0, 0) } as never)),
    x: column([3, null], new arrow.Float32()),
  });
}

test.each(["file", "stream"] as const)("a column behind columns of all sorts is found in a %s", async (format) => {
  const bytes = arrow.tableToIPC(allSorts(), format);
  const { x } = await loadArrow(bytes, { columns: ["x"], nulls: 7 });
  expect(x.tolistSync()).toEqual([3, 7]);
  await expect(loadArrow(bytes, { columns: ["x"] })).rejects.toThrow('"x" has no value in row 2');
  const { names, groups } = await openArrowValues(bytes);
  expect(names).toHaveLength(12);
  for await (const group of groups) expect(group.get("x")).toEqual([3, null]);
});

test("what follows the end of a stream is not read", async () => {
  const stream = arrow.tableToIPC(table({ x: column([1, 2], new arrow.Float32()) }), "stream");
  const schemaEnd = 8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
  // Of older versions, whose ends are four zeros.
  const early = joined([stream.subarray(0, schemaEnd), new Uint8Array(4), stream.subarray(schemaEnd)]);
  expect((await loadArrow(early)).x.shape).toEqual([0]);
  expect((await loadArrow(joined([stream, stream]))).x.tolistSync()).toEqual([1, 2]);
});

test("what apache-arrow notices when buffers are unpacked is noticed before", async () => {
  const bytes = readFileSync(join(import.meta.dirname, "../testing/tables/many.zstd.feather"));
  const length = (value: number): Buffer => Buffer.from(BigInt64Array.of(BigInt(value)).buffer);
  // Nodes of 30,000 values are followed by how many are missing.
  const node = Buffer.concat([length(30_000), length(0)]);
  const places: number[] = [];
  for (let at = bytes.indexOf(node); at >= 0; at = bytes.indexOf(node, at + 1)) places.push(at);
  expect(places.length).toBeGreaterThan(1);
  const refused = async (damaged: Buffer): Promise<void> => {
    const taken = await bytesTaken(() =>
      expect(loadArrow(damaged, { nulls: 0 })).rejects.toThrow("tells of more than"),
    );
    expect(taken).toBeLessThan(3 * bytes.length);
  };
  const unsafe = Buffer.from(bytes);
  unsafe.writeBigInt64LE(2n ** 60n, places[0] + 8);
  await refused(unsafe);
  // One node, where there are two columns.
  const fewer = Buffer.from(bytes);
  fewer.writeInt32LE(1, places[0] - 4);
  await refused(fewer);
});

/** What is fuzzed: each reader with files that it reads, and how to damage what lies inside of an archive. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadArrow, openArrowValues, type TableValues } from "../arrow/index.ts";
import { type FileLike, load, numpy, safetensors } from "../index.ts";
import { joined } from "../joined.ts";
import { loadParquet, openParquetValues } from "../parquet/index.ts";
import { openSource } from "../source.ts";
import { latin1, pickleFile } from "../testing/pickle-file.ts";
import { pickles, picklesOfLibraries } from "../testing/pickles.ts";
import { ZipArchive } from "../zip/archive.ts";
import { zipped } from "../zip/writer.ts";
import { below, mutate, type Random } from "./mutate.ts";
import { arrowFiles, arrowFilesOfTexts, parquetFiles, parquetFilesOfTexts } from "./tables.ts";

export interface Target {
  readonly name: string;
  readonly read: (file: FileLike) => Promise<unknown>;
  readonly seeds: readonly Uint8Array[];
  /** How many bytes the compressed parts of its files truly unpack to, where some damage is noticed only in what is unpacked. */
  readonly unpacks?: number;
  /** A damaged copy of a seed. */
  readonly damage: (seed: Uint8Array, random: Random, other: Uint8Array) => Promise<Uint8Array>;
}

const folder = join(import.meta.dirname, "..", "testing", "files");
const filesLike = (pattern: RegExp): Uint8Array[] =>
  readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => new Uint8Array(readFileSync(join(folder, name))));

const plain: Target["damage"] = async (seed, random, other) => mutate(seed, random, other);

/** A copy of an archive in which one record's content is damaged and its checksum right, so that readers get that far. */
const inside: Target["damage"] = async (seed, random, other) => {
  if (random() < 0.4) return mutate(seed, random, other);
  let archive: ZipArchive;
  try {
    archive = await ZipArchive.open(await openSource(seed));
  } catch {
    return mutate(seed, random, other);
  }
  const names = archive.names();
  const chosen = random() < 0.8 ? 0 : below(random, names.length);
  const records: { name: string; content: () => Uint8Array }[] = [];
  for (const [i, name] of names.entries()) {
    const content = await archive.read(name).catch(() => new Uint8Array());
    const damaged = i === chosen ? mutate(content, random, other) : content;
    records.push({ name, content: () => damaged });
  }
  const parts: Uint8Array[] = [];
  for await (const bytes of zipped(records, { compress: random() < 0.5, wideFrom: random() < 0.2 ? 0 : undefined }))
    parts.push(bytes);
  return random() < 0.9 ? joined(parts) : mutate(joined(parts), random, other);
};

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
/** How an old file begins: magic number, version, and what wrote it. */
const oldStart = latin1("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.");

const indexes = ["array", "other"].map((name) =>
  latin1(`{"metadata": {"total_size": 8}, "weight_map": {"${name}": "model-00001-of-00001.safetensors"}}`),
);

/** Reads what an index tells of, where shards of any name are the same file. */
async function readSharded(file: FileLike): Promise<unknown> {
  const opened = await safetensors.safeOpenSharded(file, {
    shard: () => new Uint8Array(readFileSync(join(folder, "scalar.npy.expected.safetensors"))),
  });
  try {
    return await opened.getTensors();
  } finally {
    await opened.close();
  }
}

/** Both columns of the long table in its largest form: some damage of a page is noticed when it is unpacked. */
const unpacks = 2 * 30_000 * (8 + 4);

/** Refuses as little as possible. */
const anything = { nulls: 0, dates: "integers" } as const;

/** All values of a table, whatever their type; lists are vectors of apache-arrow, into which nobody looks. */
async function valuesOf({ groups }: TableValues): Promise<unknown> {
  const found: unknown[] = [];
  for await (const group of groups)
    for (const values of group.values()) found.push(values.map((value) => typeof value !== "object" && String(value)));
  return found;
}

export async function fuzzTargets(): Promise<Target[]> {
  const archives = [
    ...filesLike(/\.(pt|tar)$/),
    ...(await Promise.all([...pickles, picklesOfLibraries].map((one) => pickleFile(hex(one))))),
  ];
  const old = [...filesLike(/\.pth$/), ...pickles.map((one) => joined([oldStart, hex(one), latin1("].")]))];
  return [
    { name: "PyTorch's zip format", read: load, seeds: archives, damage: inside },
    { name: "PyTorch's old format", read: load, seeds: old, damage: plain },
    { name: "npy", read: (file) => numpy.load(file), seeds: filesLike(/\.npy$/), damage: plain },
    { name: "npz", read: (file) => numpy.load(file), seeds: filesLike(/\.npz$/), damage: inside },
    { name: "safetensors", read: safetensors.loadFile, seeds: filesLike(/\.safetensors$/), damage: plain },
    { name: "safetensors index", read: readSharded, seeds: indexes, damage: plain },
    { name: "Arrow", read: (file) => loadArrow(file, anything), seeds: arrowFiles(), damage: plain },
    {
      name: "Parquet",
      read: (file) => loadParquet(file, anything),
      seeds: parquetFiles(),
      damage: plain,
      unpacks,
    },
    {
      name: "values of Arrow",
      read: async (file) => valuesOf(await openArrowValues(file)),
      seeds: [...arrowFiles(), ...arrowFilesOfTexts()],
      damage: plain,
    },
    {
      name: "values of Parquet",
      read: async (file) => valuesOf(await openParquetValues(file)),
      seeds: [...parquetFiles(), ...parquetFilesOfTexts()],
      damage: plain,
      unpacks,
    },
  ];
}

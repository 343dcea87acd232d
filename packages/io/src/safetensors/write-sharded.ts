import { bytesOf } from "@cresset/core/backend";
import { type Tensor, ValueError } from "@cresset/core/functions";
import { fileExists, removeFile } from "../file-system.ts";
import { openSource } from "../source.ts";
import { writeAtomically } from "../target.ts";
import { besideOf } from "./read-sharded.ts";
import { IndexText, writeIndex } from "./shard-index.ts";
import { contents, type DeferredTensor, entriesOf, type Named, type NamedTensors, type SaveOptions } from "./write.ts";

export interface SaveShardedOptions extends SaveOptions {
  /** How many bytes of tensors a file has at most, unless one tensor alone has more; default 5 GB. */
  readonly maxShardSize?: number;
}

const ending = ".safetensors.index.json";

/**
 * Writes tensors to several files of limited size, `model-00001-of-00002.safetensors` and so on, and an index that says where
 * each is: what `loadFile`, `safeOpenSharded` and Hugging Face's libraries read.
 *
 * The index is written last, and files that an index already refers to are not touched before: if anything fails, or the
 * process dies, the old index still leads to all the old tensors. Old shards that the new index has no use for are removed.
 *
 * @param index where the index is written: a path that ends in `.safetensors.index.json`; the shards lie beside it.
 * @param options.metadata goes into the index and every shard. Some versions of Transformers ask for `{ format: "pt" }`.
 * @throws as `saveFile`; ValueError for another name of the index, or a size that is not above 0.
 * @example
 * await safetensors.saveSharded(model.stateDict(), "model.safetensors.index.json", { maxShardSize: 100e6 });
 */
export async function saveSharded(
  tensors: NamedTensors,
  index: string | URL,
  { maxShardSize = 5e9, metadata = {} }: SaveShardedOptions = {},
): Promise<void> {
  const file = index instanceof URL ? index.pathname.replace(/^.*\//, "") : String(index).replace(/^.*[/\\]/, "");
  if (!file.endsWith(ending)) throw new ValueError(`the index of shards is called …${ending}, not ${file}`);
  if (!(maxShardSize > 0)) throw new ValueError(`shards of at most ${maxShardSize} bytes cannot be written`);
  const stem = decodeURIComponent(index instanceof URL ? file : encodeURIComponent(file)).slice(0, -ending.length);
  const shards = split(entriesOf(tensors), maxShardSize);
  const old = await shardsOf(index);
  const names = await freeNames(index, stem, shards.length);
  const weightMap = new Map(shards.flatMap((shard, i) => shard.map(([name]) => [name, names[i]] as const)));
  const written: string[] = [];
  try {
    for (const [i, shard] of shards.entries()) {
      written.push(names[i]);
      await writeAtomically(besideOf(index, names[i]), contents(shard, { metadata }));
    }
    const total = shards.flat().reduce((sum, [, tensor]) => sum + sizeOf(tensor), 0);
    const bytes = writeIndex({ weightMap, metadata }, total);
    await writeAtomically(
      index,
      (async function* () {
        yield bytes;
      })(),
    );
  } catch (error) {
    for (const name of written) await removeFile(besideOf(index, name)).catch(() => undefined);
    throw error;
  }
  for (const name of old) await removeFile(besideOf(index, name)).catch(() => undefined);
}

const sizeOf = ({ dtype, shape }: Tensor | DeferredTensor): number =>
  shape.reduce((product, n) => product * n, 1) * bytesOf(dtype);

/** In the order in which they are given, as many into a file as fit. */
function split(entries: readonly Named[], most: number): Named[][] {
  const shards: Named[][] = [[]];
  let size = 0;
  for (const entry of entries) {
    const own = sizeOf(entry[1]);
    if (size + own > most && shards[shards.length - 1].length > 0) {
      shards.push([]);
      size = 0;
    }
    shards[shards.length - 1].push(entry);
    size += own;
  }
  return shards;
}

/** The usual names of shards; where one is taken, all get a mark, so that what is there stays until the index is replaced. */
async function freeNames(index: string | URL, stem: string, count: number): Promise<string[]> {
  const five = (n: number): string => String(n).padStart(5, "0");
  for (let round = 0; ; round++) {
    const mark = round === 0 ? "" : `-${round}`;
    const names = Array.from(
      { length: count },
      (_, i) => `${stem}${mark}-${five(i + 1)}-of-${five(count)}.safetensors`,
    );
    const taken = await Promise.all(names.map((name) => fileExists(besideOf(index, name))));
    if (!taken.includes(true)) return names;
  }
}

/** The shards of an index that is there; none where it is no index. */
async function shardsOf(index: string | URL): Promise<Set<string>> {
  if (!(await fileExists(index))) return new Set();
  const source = await openSource(index);
  try {
    return new Set(new IndexText(await source.read(0, source.size)).files());
  } catch {
    return new Set();
  } finally {
    await source.close();
  }
}

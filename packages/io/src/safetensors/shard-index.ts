/**
 * The index of tensors that are spread over several files: JSON that says in which file each is, as Hugging Face's libraries
 * write it (`model.safetensors.index.json`).
 */
import { FormatError } from "../errors.ts";
import { JsonNames } from "./json-names.ts";
import { type JsonScalar, JsonWalk } from "./strict-json.ts";

export interface ShardIndex {
  /** The file of each tensor, by the tensor's name. */
  readonly weightMap: ReadonlyMap<string, string>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Of some real indexes; more is no index. */
const mostBytes = 100_000_000;

/** @throws FormatError for a length that no index has. */
export function requireIndexLength(length: number): void {
  if (length > mostBytes) throw new FormatError(`an index of ${length} bytes is too long`);
}

/** The text of an index, all of which was seen to be right: what is in it takes ten times as much memory once it is kept. */
export class IndexText {
  readonly #bytes: Uint8Array;
  /** Where files are named for the first time. */
  readonly #files: ArrayLike<number>;

  /** @throws FormatError naming what is wrong, such as a shard that is not a file beside the index. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const files = new JsonNames(bytes);
    walkIndex(bytes, { file: (place) => files.add(place) });
    this.#files = files.places();
  }

  /** Names of the files, in the order of the index. */
  *files(): Generator<string> {
    const walk = new JsonWalk(this.#bytes, "the index", { verified: true });
    for (let i = 0; i < this.#files.length; i++) yield walk.text(this.#files[i]);
  }

  /** Gives the name and the file of each tensor. */
  forEach(each: (name: string, file: string) => void): void {
    walkIndex(this.#bytes, { verified: true, each });
  }

  content(): ShardIndex {
    const weightMap = new Map<string, string>();
    const metadata: Record<string, string> = Object.create(null);
    const said = (key: string, value: JsonScalar): void => {
      metadata[key] = String(value);
    };
    walkIndex(this.#bytes, { verified: true, each: (name, file) => weightMap.set(name, file), said });
    return { weightMap, metadata };
  }
}

interface Visitor {
  /** Whether the index was gone through before. */
  readonly verified?: boolean;
  /** Is told where files are named. */
  readonly file?: (place: number) => void;
  readonly each?: (name: string, file: string) => void;
  /** Is told what else the index says. */
  readonly said?: (key: string, value: JsonScalar) => void;
}

function walkIndex(bytes: Uint8Array, visitor: Visitor): void {
  const walk = new JsonWalk(bytes, "the index", { verified: visitor.verified });
  let hasMap = false;
  walk.object((place) => {
    const isMetadata = walk.isText(place, "metadata");
    if (!isMetadata && !walk.isText(place, "weight_map"))
      throw new FormatError(`the index has an unknown field "${walk.shownText(place)}"`);
    if (!walk.begins("{"))
      throw new FormatError(isMetadata ? "the metadata of the index is not an object" : "the index has no weight_map");
    if (isMetadata) walkMetadata(walk, visitor);
    else walkMap(walk, visitor);
    hasMap ||= !isMetadata;
  });
  walk.end();
  if (!hasMap) throw new FormatError("the index has no weight_map");
}

function walkMetadata(walk: JsonWalk, { said }: Visitor): void {
  walk.object((key) => {
    if (walk.begins("{") || walk.begins("["))
      throw new FormatError(`the metadata "${walk.shownText(key)}" of the index is neither a text nor a number`);
    const value = walk.scalar();
    said?.(walk.text(key), value);
  });
}

function walkMap(walk: JsonWalk, { file, each }: Visitor): void {
  walk.object((name) => {
    const from = walk.place;
    const place = walk.begins('"') ? walk.string() : null;
    const said = place === null ? "" : walk.text(place);
    if (place === null || !isPlainName(said))
      throw new FormatError(
        `the index says that "${walk.shownText(name)}" is in ${walk.shown(from)}, which names no file beside it`,
      );
    file?.(place);
    each?.(walk.text(name), said);
  });
}

/** Whether a name can only be that of a file in the same folder, on any system and in a URL. */
function isPlainName(file: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  return file !== "" && file !== "." && file !== ".." && !/[/\\:?#%\u0000-\u001f]/.test(file);
}

export function writeIndex({ weightMap, metadata }: ShardIndex, totalSize: number): Uint8Array<ArrayBuffer> {
  const sorted = [...weightMap].sort(([a], [b]) => (a < b ? -1 : 1));
  // By hand, since a name such as "7" would come first in an object of JavaScript, and "__proto__" not at all.
  const pairs = sorted.map(([name, file]) => `    ${JSON.stringify(name)}: ${JSON.stringify(file)}`);
  const texts = Object.entries(metadata).map(([key, text]) => `    ${JSON.stringify(key)}: ${JSON.stringify(text)}`);
  const about = [`    "total_size": ${totalSize}`, ...texts];
  return new TextEncoder().encode(
    `{\n  "metadata": {\n${about.join(",\n")}\n  },\n  "weight_map": {\n${pairs.join(",\n")}\n  }\n}\n`,
  );
}

/**
 * The index of tensors that are spread over several files: JSON that says in which file each is, as Hugging Face's libraries
 * write it (`model.safetensors.index.json`).
 */
import { FormatError } from "../errors.ts";
import { parseStrictly } from "./strict-json.ts";

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

/**
 * Reads and checks an index.
 *
 * @throws FormatError naming what is wrong, such as a shard that is not a file beside the index.
 */
export function parseIndex(bytes: Uint8Array): ShardIndex {
  const json = parseStrictly(bytes, "the index");
  for (const key of json.keys())
    if (key !== "metadata" && key !== "weight_map") throw new FormatError(`the index has an unknown field "${key}"`);
  const map = json.get("weight_map");
  if (!(map instanceof Map)) throw new FormatError("the index has no weight_map");
  const weightMap = new Map<string, string>();
  for (const [name, file] of map) {
    if (typeof file !== "string" || !isPlainName(file))
      throw new FormatError(
        `the index says that "${name}" is in ${JSON.stringify(file)}, which names no file beside it`,
      );
    weightMap.set(name, file);
  }
  const metadata: Record<string, string> = Object.create(null);
  const given = json.get("metadata") ?? new Map();
  if (!(given instanceof Map)) throw new FormatError("the metadata of the index is not an object");
  for (const [key, value] of given) {
    if (typeof value === "object" && value !== null)
      throw new FormatError(`the metadata "${key}" of the index is neither a text nor a number`);
    metadata[key] = String(value);
  }
  return { weightMap, metadata };
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

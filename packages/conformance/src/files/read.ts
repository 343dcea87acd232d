import { load, numpy, safetensors } from "@cresset/io";
import { Tensor } from "cresset";

/** Tensors by where they are in a file: dotted paths through dictionaries and lists. */
export type Found = ReadonlyMap<string, Tensor>;

type Reader = (bytes: Uint8Array) => Promise<Found>;

/** The readers of the formats that files may have. */
export const readers: Readonly<Record<string, Reader>> = {
  pt: async (bytes) => tensorsIn(await load(bytes)),
  safetensors: async (bytes) => tensorsIn(await safetensors.loadFile(bytes)),
  npz: async (bytes) => tensorsIn(await numpy.load(bytes)),
  npy: async (bytes) => {
    const read = await numpy.load(bytes);
    return read instanceof Tensor ? new Map([["array", read]]) : tensorsIn(read);
  },
};

/** More values than any file of tensors has; one list may stand in many places. */
const mostValues = 1_000_000;

/** The tensors of nested records, Maps and arrays; a tensor alone has the path "". */
export function tensorsIn(value: unknown): Found {
  const found = new Map<string, Tensor>();
  const open = new Set<unknown>();
  let values = 0;
  const visit = (item: unknown, path: string): void => {
    if (++values > mostValues) throw new Error(`the file holds more than ${mostValues} values`);
    if (item instanceof Tensor) found.set(path, item);
    if (typeof item !== "object" || item === null || item instanceof Tensor || open.has(item)) return;
    open.add(item);
    for (const [key, inner] of entriesOf(item)) visit(inner, path === "" ? keyText(key) : `${path}.${keyText(key)}`);
    open.delete(item);
  };
  visit(value, "");
  return found;
}

/** A key as Python's `str` shows it; inside of tuples, and as `repr` does, texts have quotes. */
function keyText(key: unknown, quoted = false): string {
  if (key === null) return "None";
  if (typeof key === "boolean") return key ? "True" : "False";
  if (typeof key === "string") return quoted ? `'${key}'` : key;
  const items = Array.isArray(key) || key instanceof Set ? Array.from(key, (item) => keyText(item, true)) : null;
  if (items === null) return String(key);
  if (key instanceof Set) return items.length === 0 ? "frozenset()" : `frozenset({${items.join(", ")}})`;
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}

function entriesOf(value: object): Iterable<readonly [unknown, unknown]> {
  if (Array.isArray(value) || value instanceof Map) return value.entries();
  return value instanceof Set || ArrayBuffer.isView(value) ? [] : Object.entries(value);
}

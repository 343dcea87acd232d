/**
 * The header of a safetensors file: 8 bytes with its length, then JSON with each tensor's dtype, shape and place in the data
 * that follow. Format: https://github.com/huggingface/safetensors#format
 */
import { FormatError } from "../errors.ts";
import { mostDimensions, numelOf } from "../shape.ts";
import { hasHalfCharacter, JsonWalk, shortened } from "./strict-json.ts";

/** What each dtype of the format takes per element, in bytes. Cresset has no counterpart to some of them. */
const sizes = {
  F4: 0.5,
  F6_E2M3: 0.75,
  F6_E3M2: 0.75,
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  F8_E5M2FNUZ: 1,
  F8_E4M3FNUZ: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
  C64: 8,
} as const;
export type FileDType = keyof typeof sizes;

/** A tensor's entry; offsets are in bytes from the start of the data. */
export interface Entry {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order of the data. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the data begin in the file. */
  readonly dataStart: number;
}

const lengthBytes = 8;
/** The limit of the reference implementation, against files that only claim to be large. */
const mostHeaderBytes = 100_000_000;
const metadataKey = "__metadata__";

/**
 * How long the header is, from the file's first 8 bytes and its size.
 *
 * @throws FormatError for a length that the file cannot have.
 */
export function headerLength(start: Uint8Array, fileSize: number): number {
  if (fileSize < lengthBytes) throw new FormatError(`a file of ${fileSize} bytes is too short for safetensors`);
  const length = new DataView(start.buffer, start.byteOffset, lengthBytes).getBigUint64(0, true);
  if (length > BigInt(mostHeaderBytes))
    throw new FormatError(`not a safetensors file: its first 8 bytes tell of a header of ${length} bytes`);
  if (Number(length) > fileSize - lengthBytes)
    throw new FormatError(`the header of ${length} bytes is longer than the file, which has ${fileSize}`);
  return Number(length);
}

/**
 * Reads and checks a header: every tensor lies in the data, none overlaps another, and together they fill them. All of it is
 * gone through before an entry is kept: as objects, entries take ten times what they take in the file.
 *
 * @param require refuses entries that are not to be read.
 * @throws FormatError naming what is wrong; what `require` throws.
 */
export function parseHeader(
  bytes: Uint8Array,
  fileSize: number,
  require: (entry: Entry) => void = () => undefined,
): Header {
  const dataStart = lengthBytes + bytes.length;
  const extents = new Extents(bytes);
  walkHeader(bytes, (entry, place) => {
    require(entry);
    extents.add(entry, place);
  });
  extents.requireFilled(fileSize - dataStart);
  const entries: Entry[] = [];
  const metadata: Record<string, string> = Object.create(null);
  walkHeader(bytes, (entry) => entries.push(entry), {
    verified: true,
    said: (key, text) => {
      metadata[key] = text;
    },
  });
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  return { entries, metadata, dataStart };
}

type Said = (key: string, text: string) => void;

/**
 * Goes through a header.
 *
 * @param each is given every entry, and where its name is.
 * @param said is given every text of the metadata.
 */
function walkHeader(
  bytes: Uint8Array,
  each: (entry: Entry, place: number) => void,
  { verified = false, said }: { readonly verified?: boolean; readonly said?: Said } = {},
): void {
  const walk = new JsonWalk(bytes, "the header", { wholeNumbers: true, verified });
  walk.object((place) => {
    const name = walk.text(place);
    if (name === metadataKey) walkMetadata(walk, said);
    else each(readEntry(walk, name), place);
  });
  walk.end();
}

function walkMetadata(walk: JsonWalk, said: Said | undefined): void {
  if (!walk.begins("{")) throw new FormatError(`${metadataKey} is not an object`);
  walk.object((key) => {
    if (!walk.begins('"')) throw new FormatError(`the metadata "${walk.shownText(key)}" is not a text`);
    const text = walk.string();
    said?.(walk.text(key), walk.text(text));
  });
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
const isDType = (name: unknown): name is FileDType => typeof name === "string" && Object.hasOwn(sizes, name);

function readEntry(walk: JsonWalk, name: string): Entry {
  const what = `the tensor "${shortened(name)}"`;
  if (!walk.begins("{")) throw new FormatError(`the entry of ${what} is not an object`);
  let [dtype, shape, offsets]: [FileDType | null, Counts | null, Counts | null] = [null, null, null];
  walk.object((place) => {
    if (walk.isText(place, "dtype")) {
      const from = walk.place;
      const found = walk.begins('"') ? walk.scalar() : null;
      if (!isDType(found)) throw new FormatError(`${what} has the unknown dtype ${walk.shown(from)}`);
      dtype = found;
    } else if (walk.isText(place, "shape"))
      shape = readCounts(walk, mostDimensions, (shown) => `the shape of ${what} is not a list of sizes: ${shown}`);
    else if (walk.isText(place, "data_offsets"))
      offsets = readCounts(walk, 2, (shown) => `the data_offsets of ${what} are no range: ${shown}`);
    else throw new FormatError(`the entry of ${what} has an unknown field "${walk.shownText(place)}"`);
  });
  return entryOf(name, what, dtype, shape, offsets);
}

function entryOf(
  name: string,
  what: string,
  dtype: FileDType | null,
  shape: Counts | null,
  offsets: Counts | null,
): Entry {
  if (dtype === null) throw new FormatError(`${what} has no dtype`);
  if (shape === null) throw new FormatError(`${what} has no shape`);
  if (shape.length > mostDimensions) throw new FormatError(`${what} has ${shape.length} dimensions`);
  const [begin, end] = offsets?.first ?? [];
  if (offsets?.length !== 2 || begin > end)
    throw new FormatError(`the data_offsets of ${what} are no range: [${offsets?.first.join(",") ?? ""}]`);
  const needed = numelOf(shape.first, what) * sizes[dtype];
  if (needed !== end - begin)
    throw new FormatError(`${what} has ${end - begin} bytes, but ${dtype}[${shape.first.join(", ")}] takes ${needed}`);
  return { name, dtype, shape: shape.first, begin, end };
}

/** How long a list of whole numbers from 0 on is, and the first of them: whoever takes more refuses it. */
interface Counts {
  readonly length: number;
  readonly first: readonly number[];
}

function readCounts(walk: JsonWalk, most: number, problem: (shown: string) => string): Counts {
  const from = walk.place;
  if (!walk.begins("[")) throw new FormatError(problem(walk.shown(from)));
  const first: number[] = [];
  let length = 0;
  walk.array(() => {
    const item = walk.begins("[") || walk.begins("{") ? null : walk.scalar();
    if (!isCount(item)) throw new FormatError(problem(walk.shown(from)));
    if (length++ < most) first.push(item);
  });
  return { length, first };
}

/** Where tensors begin and end, without the tensors. */
class Extents {
  readonly #bytes: Uint8Array;
  #count = 0;
  #begins = new Float64Array(64);
  #ends = new Float64Array(64);
  /** Where their names are in the header. */
  #places = new Uint32Array(64);
  /** Whether they came in the order of the data, as in all files but strange ones. */
  #isSorted = true;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  add({ begin, end }: Entry, place: number): void {
    const i = this.#count++;
    if (i === this.#places.length) {
      this.#begins = copied(this.#begins, new Float64Array(2 * i));
      this.#ends = copied(this.#ends, new Float64Array(2 * i));
      this.#places = copied(this.#places, new Uint32Array(2 * i));
    }
    if (i > 0 && (begin < this.#begins[i - 1] || (begin === this.#begins[i - 1] && end < this.#ends[i - 1])))
      this.#isSorted = false;
    this.#begins[i] = begin;
    this.#ends[i] = end;
    this.#places[i] = place;
  }

  /** @throws FormatError unless together they are all of so many bytes. */
  requireFilled(rest: number): void {
    const [begins, ends] = [this.#begins, this.#ends];
    const order = this.#isSorted
      ? null
      : new Uint32Array(this.#count).map((_, i) => i).sort((a, b) => begins[a] - begins[b] || ends[a] - ends[b]);
    let at = 0;
    for (let n = 0; n < this.#count; n++) {
      const i = order?.[n] ?? n;
      const begin = begins[i];
      if (begin < at) {
        const name = new JsonWalk(this.#bytes, "the header", { verified: true }).shownText(this.#places[i]);
        throw new FormatError(
          `the tensor "${name}" overlaps another one: it begins at byte ${begin}, the one before ends at ${at}`,
        );
      }
      if (begin > at) throw new FormatError(`bytes ${at} to ${begin} belong to no tensor`);
      at = ends[i];
    }
    if (at > rest) throw new FormatError(`the tensors take ${at} bytes, but the file has ${rest} after its header`);
    if (at < rest) throw new FormatError(`${rest - at} bytes at the end of the file belong to no tensor`);
  }
}

function copied<A extends Float64Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** A tensor to be written. */
export interface Outline {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
}

/**
 * The first bytes of a file with these tensors, one after the other, up to the data, which begin at a multiple of 8.
 *
 * @throws FormatError for names and texts that the format cannot hold.
 */
export function writeHeader(
  tensors: readonly Outline[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const fields: string[] = [];
  const write = (name: string, value: unknown): number =>
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  for (const [key, text] of Object.entries(metadata))
    if (hasHalfCharacter(key + text))
      throw new FormatError(`the metadata ${JSON.stringify(key)} has half a character (a lone surrogate)`);
  if (Object.keys(metadata).length > 0) write(metadataKey, metadata);
  let at = 0;
  for (const { name, dtype, shape } of tensors) {
    if (name === metadataKey || hasHalfCharacter(name))
      throw new FormatError(`a tensor of a safetensors file cannot be called ${JSON.stringify(name)}`);
    const end = at + shape.reduce((product, n) => product * n, 1) * sizes[dtype];
    write(name, { dtype, shape, data_offsets: [at, end] });
    at = end;
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + length).fill(0x20, lengthBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, lengthBytes);
  return bytes;
}

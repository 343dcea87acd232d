/** Structs of Thrift's compact protocol, and Parquet files of them. */
import { joined } from "../joined.ts";
import { latin1 } from "./pickle-file.ts";

/** A whole number of 32 bits, or (a bigint) of 64, a text, a struct, or a list of one of these. */
export type ThriftValue = number | bigint | string | Uint8Array | ListOf;

export interface ListOf {
  readonly type: number;
  readonly count: number;
  readonly items: Uint8Array;
}

export function varint(value: number): number[] {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) + 128);
  return [...digits, rest];
}

const zigzag = (value: number): number[] => varint(value < 0 ? -2 * value - 1 : 2 * value);

/** Numbers of types, and how a value is written. */
function written(value: ThriftValue): readonly [number, Uint8Array] {
  if (typeof value === "number") return [5, Uint8Array.from(zigzag(value))];
  if (typeof value === "bigint") return [6, Uint8Array.from(zigzag(Number(value)))];
  if (typeof value === "string") return [8, joined([Uint8Array.from(varint(value.length)), latin1(value)])];
  if (value instanceof Uint8Array) return [12, value];
  return [9, joined([Uint8Array.of(0xf0 | value.type, ...varint(value.count)), value.items])];
}

/** A struct of values by the numbers of their fields. */
export function struct(fields: Readonly<Record<number, ThriftValue>>): Uint8Array {
  let last = 0;
  const parts = Object.entries(fields).flatMap(([key, value]) => {
    const step = Number(key) - last;
    last = Number(key);
    const [type, bytes] = written(value);
    return [Uint8Array.of((step << 4) | type), bytes];
  });
  return joined([...parts, Uint8Array.of(0)]);
}

/** A list of structs. */
export const structs = (...items: readonly Uint8Array[]): ListOf => ({
  type: 12,
  count: items.length,
  items: joined(items),
});
/** A list of texts. */
export const texts = (...items: readonly string[]): ListOf => ({
  type: 8,
  count: items.length,
  items: joined(items.map((item) => written(item)[1])),
});

/** A list of as many of the same as fit; a name of four letters in each begins at a place. */
export function listOfMany(type: number, size: number, item: Uint8Array, nameAt = -1): ListOf {
  const count = Math.floor(size / item.length);
  const items = new Uint8Array(count * item.length);
  for (let i = 0; i < count; i++) {
    const at = i * item.length;
    items.set(item, at);
    if (nameAt < 0) continue;
    for (let d = 0, rest = i; d < 4; d++, rest = Math.floor(rest / 26)) items[at + nameAt + d] = 97 + (rest % 26);
  }
  return { type, count, items };
}

/** Lists after one another, as one. */
export const concatenated = (...lists: readonly ListOf[]): ListOf => ({
  type: lists[0].type,
  count: lists.reduce((sum, { count }) => sum + count, 0),
  items: joined(lists.map(({ items }) => items)),
});

/** A file with bytes of columns, which begin at byte 4. */
export function parquetFile(footer: Uint8Array, columns: Uint8Array = new Uint8Array()): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  return joined([latin1("PAR1"), columns, footer, length, latin1("PAR1")]);
}

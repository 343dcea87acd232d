/** Damages bytes at random, so that the same seed gives the same damage. */
import { joined } from "../joined.ts";
import { op } from "../pickle/opcodes.ts";

export type Random = () => number;

/** Numbers from 0 up to 1 by a seed: mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const below = (random: Random, n: number): number => Math.floor(random() * n);
export const oneOf = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)];

type Damage = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

/** Numbers that code forgets about. */
const edges: readonly bigint[] = [
  ...[0n, 1n, 2n, 7n, 8n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn],
  ...[2n ** 40n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n],
];

const opcodes = Object.values(op);

function copied(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) change(copy);
  return copy;
}

/** A random part of bytes, mostly a short one. */
function part(bytes: Uint8Array, random: Random): Uint8Array {
  const from = below(random, bytes.length + 1);
  const length = random() < 0.7 ? below(random, 16) : below(random, bytes.length - from + 1);
  return bytes.subarray(from, from + length);
}

const cut: Damage = (bytes, random) => bytes.slice(0, below(random, bytes.length + 1));

const flip: Damage = (bytes, random) =>
  copied(bytes, (copy) => {
    copy[below(random, copy.length)] ^= 1 << below(random, 8);
  });

const overwrite: Damage = (bytes, random) =>
  copied(bytes, (copy) => {
    copy[below(random, copy.length)] = random() < 0.5 ? below(random, 256) : oneOf(random, [0, 1, 0x7f, 0x80, 0xff]);
  });

/** A number of 2, 4 or 8 bytes, little-endian, is another one. */
const number: Damage = (bytes, random) =>
  copied(bytes, (copy) => {
    const width = oneOf(random, [2, 4, 8]);
    const at = below(random, copy.length);
    const value = oneOf(random, edges);
    for (let i = 0; i < width && at + i < copy.length; i++) copy[at + i] = Number((value >> BigInt(8 * i)) & 255n);
  });

/** A number of 2, 4 or 8 bytes is another one near it: a length that is one too many, a place in the middle of something. */
const nearby: Damage = (bytes, random) =>
  copied(bytes, (copy) => {
    const width = oneOf(random, [2, 4, 8]);
    // Formats that are read in place have their numbers at multiples of their width.
    const step = random() < 0.7 ? width : 1;
    const at = step * below(random, Math.max(1, Math.floor(copy.length / step)));
    let value = 0n;
    for (let i = width - 1; i >= 0; i--) value = value * 256n + BigInt(copy[at + i] ?? 0);
    const distance = BigInt(oneOf(random, [1, 2, 4, 8, 16, 64]));
    const changed = oneOf(random, [value + distance, value - distance, 2n * value, value / 2n, -value]);
    for (let i = 0; i < width && at + i < copy.length; i++) copy[at + i] = Number((changed >> BigInt(8 * i)) & 255n);
  });

/** A number is one of seven bits a byte, as in Parquet and protocol buffers. */
const varint: Damage = (bytes, random) =>
  copied(bytes, (copy) => {
    let at = below(random, copy.length);
    let rest = oneOf(random, edges);
    do {
      copy[at++] = Number(rest & 127n) + (rest > 127n ? 128 : 0);
      rest >>= 7n;
    } while (rest > 0n && at < copy.length);
  });

/** Two pieces of the same length change places: records, entries, instructions. */
const exchange: Damage = (bytes, random) =>
  copied(bytes, (copy) => {
    const length = Math.min(1 + below(random, 32), copy.length >> 1);
    const [a, b] = [below(random, copy.length - length + 1), below(random, copy.length - length + 1)];
    copy.set(bytes.subarray(b, b + length), a);
    copy.set(bytes.subarray(a, a + length), b);
  });

const remove: Damage = (bytes, random) => {
  const from = below(random, bytes.length + 1);
  const to = Math.min(bytes.length, from + 1 + below(random, 12));
  return joined([bytes.subarray(0, from), bytes.subarray(to)]);
};

const insert: Damage = (bytes, random, other) => {
  const at = below(random, bytes.length + 1);
  return joined([bytes.subarray(0, at), part(random() < 0.5 ? bytes : other, random), bytes.subarray(at)]);
};

const repeat: Damage = (bytes, random) => {
  const at = below(random, bytes.length + 1);
  const piece = part(bytes, random).subarray(0, 64);
  const times = 1 + below(random, 50);
  return joined([bytes.subarray(0, at), ...new Array<Uint8Array>(times).fill(piece), bytes.subarray(at)]);
};

const splice: Damage = (bytes, random, other) =>
  joined([bytes.subarray(0, below(random, bytes.length + 1)), other.subarray(below(random, other.length + 1))]);

/** An instruction of pickles more, or in place of a byte. */
const opcode: Damage = (bytes, random) => {
  const at = below(random, bytes.length + 1);
  const code = Uint8Array.of(oneOf(random, opcodes));
  return joined([bytes.subarray(0, at), code, bytes.subarray(at + (random() < 0.5 ? 1 : 0))]);
};

/** A whole number written in decimal is another one: shapes and places in headers. */
const decimal: Damage = (bytes, random) => {
  const text = Buffer.from(bytes.subarray(0, 4096)).toString("latin1");
  const found = [...text.matchAll(/\d+/g)];
  if (found.length === 0) return flip(bytes, random, bytes);
  const { 0: digits, index } = oneOf(random, found);
  const value = random() < 0.3 ? -oneOf(random, edges) : oneOf(random, edges);
  const written = Uint8Array.from(`${value}`, (character) => character.charCodeAt(0));
  return joined([bytes.subarray(0, index), written, bytes.subarray(index + digits.length)]);
};

const damages: readonly Damage[] = [
  ...[cut, flip, overwrite, number, nearby, varint, exchange],
  ...[remove, insert, repeat, splice, opcode, decimal],
];

/** Bytes with a few damages; some of them take pieces from `other`. */
export function mutate(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let damaged = bytes;
  do damaged = oneOf(random, damages)(damaged, random, other);
  while (random() < 0.35);
  // What grew beyond all bounds says nothing new.
  return new Uint8Array(damaged.subarray(0, 1 << 16));
}

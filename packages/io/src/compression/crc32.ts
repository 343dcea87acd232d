/** The checksum of zip records: CRC-32 with the polynomial 0x04C11DB7, bits reflected (ISO 3309). */
const tables = makeTables();

/** Four tables, so that four bytes are taken at once: table k is what a byte does k bytes further on. */
function makeTables(): readonly Uint32Array[] {
  const made = Array.from({ length: 4 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    made[0][byte] = crc;
  }
  for (let k = 1; k < 4; k++)
    for (let byte = 0; byte < 256; byte++) made[k][byte] = (made[k - 1][byte] >>> 8) ^ made[0][made[k - 1][byte] & 255];
  return made;
}

type Crc32 = (bytes: Uint8Array, crc?: number) => number;

interface Zlib {
  readonly crc32?: Crc32;
}

let chosen: Crc32 | undefined;

/** Of 4 GiB or more, Node takes the length modulo 2³²; in parts, the sum is the same. */
const mostAtOnce = 2 ** 30;

/** The checksum of `bytes`, or of what came before (`crc`) and `bytes`. The runtime's own is eight times as fast, where it has one. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  if (chosen === undefined) {
    const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Zlib | undefined } };
    chosen = process?.getBuiltinModule?.("node:zlib")?.crc32 ?? crc32ByTables;
  }
  let sum = crc;
  for (let at = 0; at === 0 || at < bytes.length; at += mostAtOnce)
    sum = chosen(bytes.subarray(at, at + mostAtOnce), sum);
  return sum;
}

/** The same in plain JavaScript. */
export function crc32ByTables(bytes: Uint8Array, crc = 0): number {
  const [t0, t1, t2, t3] = tables;
  let c = ~crc;
  let at = 0;
  for (const end = bytes.length - 3; at < end; at += 4) {
    c ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    c = t3[c & 255] ^ t2[(c >>> 8) & 255] ^ t1[(c >>> 16) & 255] ^ t0[c >>> 24];
  }
  for (; at < bytes.length; at++) c = (c >>> 8) ^ t0[(c ^ bytes[at]) & 255];
  return ~c >>> 0;
}

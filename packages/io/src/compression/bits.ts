/** Numbers of some bits, from the lowest bit of each byte on. */

/** Up to 31 bits from a place on, the lowest first. */
export function bits(bytes: Uint8Array, bit: number, width: number): number {
  let value = 0;
  for (let got = 0; got < width; ) {
    const from = (bit + got) & 7;
    const taken = Math.min(8 - from, width - got);
    value += ((bytes[(bit + got) >>> 3] >> from) & ((1 << taken) - 1)) * 2 ** got;
    got += taken;
  }
  return value;
}

/** Bits that are read from the last to the first, as Zstandard has them: the highest one says where they end. */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  /** How many are left; below zero, where more were taken than there were, which are zeros. */
  left: number;

  /** Bytes of which the last is not zero; else there are none. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const last = bytes.length === 0 ? 0 : bytes[bytes.length - 1];
    this.left = last === 0 ? -1 : 8 * bytes.length - 1 - Math.clz32(last << 24);
  }

  /** The next bits, which stay. */
  peek(count: number): number {
    const from = this.left - count;
    if (from >= 0) return bits(this.#bytes, from, count);
    return this.left > 0 ? bits(this.#bytes, 0, this.left) * 2 ** -from : 0;
  }

  take(count: number): number {
    const value = this.peek(count);
    this.left -= count;
    return value;
  }
}

/**
 * The checksum of Zstandard's frames, 64 bits in halves of 32, as JavaScript multiplies those fastest:
 * https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */

/** A number of 64 bits. */
interface Wide {
  hi: number;
  lo: number;
}

const wide = (value: bigint): Wide => ({ hi: Number(value >> 32n) | 0, lo: Number(value & 0xffffffffn) | 0 });
const primes = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];
const [p1, p2, p3, p4, p5] = primes.map(wide);
const stripe = 32;

/** Multiplies by a number. */
function multiply(a: Wide, by: Wide): void {
  const [a0, a1] = [a.lo & 0xffff, a.lo >>> 16];
  const [b0, b1] = [by.lo & 0xffff, by.lo >>> 16];
  const low = a0 * b0;
  const [first, second] = [a0 * b1, a1 * b0];
  const middle = (low >>> 16) + (first & 0xffff) + (second & 0xffff);
  const high = a1 * b1 + (first >>> 16) + (second >>> 16) + (middle >>> 16);
  a.hi = (high + Math.imul(a.hi, by.lo) + Math.imul(a.lo, by.hi)) | 0;
  a.lo = (middle << 16) | (low & 0xffff);
}

function add(a: Wide, { hi, lo }: Wide): void {
  const low = (a.lo >>> 0) + (lo >>> 0);
  a.hi = (a.hi + hi + (low > 0xffffffff ? 1 : 0)) | 0;
  a.lo = low | 0;
}

/** Turns its bits to the left, by 1 to 31 of them. */
function turn({ hi, lo }: Wide, count: number, into: Wide): void {
  into.hi = (hi << count) | (lo >>> (32 - count));
  into.lo = (lo << count) | (hi >>> (32 - count));
}

/** Mixes in its own upper bits, `count` further down: 1 to 63 of them. */
function fold(a: Wide, count: number): void {
  if (count >= 32) a.lo ^= count === 32 ? a.hi : a.hi >>> (count - 32);
  else {
    const lo = (a.lo >>> count) | (a.hi << (32 - count));
    a.hi ^= a.hi >>> count;
    a.lo ^= lo;
  }
}

function round(sum: Wide, input: Wide): void {
  multiply(input, p2);
  add(sum, input);
  turn(sum, 31, sum);
  multiply(sum, p1);
}

/** The checksum with the seed 0 of bytes that come in parts. */
export class Xxh64 {
  readonly #sums: readonly Wide[] = [
    wide(primes[0] + primes[1]),
    { ...p2 },
    wide(0n),
    wide(-primes[0] & (2n ** 64n - 1n)),
  ];
  readonly #rest = new Uint8Array(stripe);
  #length = 0;
  readonly #input: Wide = { hi: 0, lo: 0 };

  add(bytes: Uint8Array): void {
    let at = 0;
    const kept = this.#length % stripe;
    this.#length += bytes.length;
    if (kept > 0) {
      at = Math.min(stripe - kept, bytes.length);
      this.#rest.set(bytes.subarray(0, at), kept);
      if (kept + at < stripe) return;
      this.#stripes(this.#rest, 0, stripe);
    }
    const end = bytes.length - ((bytes.length - at) % stripe);
    this.#stripes(bytes, at, end);
    this.#rest.set(bytes.subarray(end));
  }

  #stripes(bytes: Uint8Array, start: number, end: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = start; at < end; at += 8) {
      this.#input.lo = view.getInt32(at, true);
      this.#input.hi = view.getInt32(at + 4, true);
      round(this.#sums[((at - start) >> 3) & 3], this.#input);
    }
  }

  /** Its lower 32 bits. */
  lower(): number {
    const sum = this.#length < stripe ? { ...p5 } : this.#merged();
    add(sum, wide(BigInt(this.#length)));
    const left = this.#length % stripe;
    const view = new DataView(this.#rest.buffer);
    let at = 0;
    for (; at + 8 <= left; at += 8) {
      const input = { lo: view.getInt32(at, true), hi: view.getInt32(at + 4, true) };
      multiply(input, p2);
      turn(input, 31, input);
      multiply(input, p1);
      xor(sum, input);
      turn(sum, 27, sum);
      multiply(sum, p1);
      add(sum, p4);
    }
    if (at + 4 <= left) {
      const input = { lo: view.getInt32(at, true), hi: 0 };
      multiply(input, p1);
      xor(sum, input);
      turn(sum, 23, sum);
      multiply(sum, p2);
      add(sum, p3);
      at += 4;
    }
    for (; at < left; at++) {
      const input = { lo: this.#rest[at], hi: 0 };
      multiply(input, p5);
      xor(sum, input);
      turn(sum, 11, sum);
      multiply(sum, p1);
    }
    fold(sum, 33);
    multiply(sum, p2);
    fold(sum, 29);
    multiply(sum, p3);
    fold(sum, 32);
    return sum.lo >>> 0;
  }

  #merged(): Wide {
    const merged = wide(0n);
    for (const [i, turns] of [1, 7, 12, 18].entries()) {
      const turned = wide(0n);
      turn(this.#sums[i], turns, turned);
      add(merged, turned);
    }
    for (const sum of this.#sums) {
      const input = wide(0n);
      round(input, { ...sum });
      xor(merged, input);
      multiply(merged, p1);
      add(merged, p4);
    }
    return merged;
  }
}

function xor(a: Wide, { hi, lo }: Wide): void {
  a.hi ^= hi;
  a.lo ^= lo;
}

import type { DType, HostArray } from "../dtype/dtype.ts";
import { ValueError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

const STATE_WORDS = 624;
const SHIFT_WORDS = 397;
const TWO_32 = 2 ** 32;

/** The seed of a new `Generator`, as in PyTorch. */
const DEFAULT_SEED = 67280421310721n;

// Where numbers stand in a saved state, the C struct that PyTorch copies for its CPU generator, in words of 32 bits, of which
// a word of the engine takes two. The seed comes first.
const LEFT = 2;
const SEEDED = 3;
const NEXT = 4;
const WORDS = 6;
const NORMAL = 1256;
const NORMAL_IS_VALID = 1260;
const STATE_BYTES = 5056;

/** Draws that wait for values of a device, which say how many numbers they take. Others draw after them, or not at all. */
export interface WaitingDraws {
  /** A tensor of numbers that are drawn when it is their turn. @throws DeviceError for devices that cannot wait. */
  tensor(
    draw: (generator: Generator, length: number) => HostArray,
    shape: readonly number[],
    dtype: DType,
    device: string | undefined,
  ): Tensor;
  /** Resolves when they are done. */
  settled(): Promise<unknown>;
  /** A function by which the stream goes on from after them. */
  mark(): () => void;
  /** @throws DeviceError that says what to await. */
  refuse(): never;
}

/**
 * A stream of pseudo-random numbers: the 32-bit Mersenne Twister (Matsumoto and Nishimura, 1998) with PyTorch's
 * conventions, so that equal seeds give the numbers of PyTorch's CPU generator.
 *
 * @example
 * const generator = new Generator(0);
 * generator.random(); // 2357136044
 */
export class Generator {
  readonly #words = new Uint32Array(STATE_WORDS);
  #seedValue = 0n;
  /** Draws until the words must be renewed, counting this one. */
  #left = 1;
  /** Index of the next word to temper. */
  #next = 0;
  /** The second normal of the last pair, until it is used. */
  #cachedNormal: number | undefined;
  /** @internal The draws that wait, to whom the stream belongs until they are done. */
  waiting: WaitingDraws | null = null;

  /** @param seed an integer in [-2^63, 2^64), default 67280421310721 */
  constructor(seed: number | bigint = DEFAULT_SEED) {
    this.manualSeed(seed);
  }

  /**
   * Restarts the stream. Negative seeds wrap modulo 2^64; the engine itself uses the low 32 bits.
   *
   * @param seed an integer in [-2^63, 2^64)
   * @throws ValueError for a fraction or a seed out of range
   * @example generator.manualSeed(42).random()
   */
  manualSeed(seed: number | bigint): this {
    if (typeof seed === "number" ? !Number.isInteger(seed) : typeof seed !== "bigint") {
      throw new ValueError(`manualSeed: the seed must be an integer, got ${String(seed)}`);
    }
    const exact = BigInt(seed);
    if (exact < -(2n ** 63n) || exact >= 2n ** 64n) {
      throw new ValueError(`manualSeed: the seed must be in [-2**63, 2**64), got ${exact}`);
    }
    this.#seedValue = BigInt.asUintN(64, exact);
    const words = this.#words;
    words[0] = Number(this.#seedValue & 0xffffffffn);
    for (let i = 1; i < STATE_WORDS; i++) {
      const previous = words[i - 1] ^ (words[i - 1] >>> 30);
      words[i] = Math.imul(1812433253, previous) + i;
    }
    this.#left = 1;
    this.#next = 0;
    this.#cachedNormal = undefined;
    this.waiting = null;
    return this;
  }

  /** The seed in use, in [0, 2^64). */
  initialSeed(): bigint {
    return this.#seedValue;
  }

  /**
   * Reseeds from the platform's entropy and returns the new seed, in [0, 2^53).
   *
   * @example const seed = generator.seed(); // note it, and manualSeed(seed) repeats the run
   */
  seed(): bigint {
    const entropy = crypto.getRandomValues(new Uint32Array(2));
    const seed = ((BigInt(entropy[0]) << 32n) | BigInt(entropy[1])) & 0x1fffffffffffffn;
    this.manualSeed(seed);
    return seed;
  }

  /**
   * Resolves once no draws wait for values of a device, as those of `rrelu` in training do on webgpu: only then the host can
   * draw, or look at the state. Tensors of random numbers on such a device need not wait for it.
   *
   * @example
   * const y = F.rrelu(x, { training: true }); // on webgpu
   * await torch.defaultGenerator.settled();
   * const order = torch.randperm(n, { device: "cpu" });
   */
  async settled(): Promise<void> {
    while (this.waiting !== null) await this.waiting.settled();
  }

  /**
   * The whole state, in the layout of `torch.get_rng_state()`: 5056 bytes.
   *
   * @throws DeviceError while draws wait for values of a device: see `settled`.
   */
  getState(): Uint8Array<ArrayBuffer> {
    this.waiting?.refuse();
    const state = new Uint32Array(STATE_BYTES / 4);
    const { buffer } = state;
    new BigUint64Array(buffer)[0] = this.#seedValue;
    state[LEFT] = this.#left;
    state[SEEDED] = 1;
    state[NEXT] = this.#next;
    this.#words.forEach((word, i) => {
      state[WORDS + 2 * i] = word;
    });
    if (this.#cachedNormal !== undefined) {
      new Float64Array(buffer)[NORMAL / 2] = this.#cachedNormal;
      state[NORMAL_IS_VALID] = 1;
    }
    return new Uint8Array(buffer);
  }

  /**
   * Restores a state that `getState` or PyTorch's `get_rng_state` returned.
   *
   * @throws ValueError where the bytes are not such a state
   * @example
   * const state = generator.getState();
   * generator.setState(state); // the same numbers again
   */
  setState(state: Uint8Array): this {
    const { length } = state;
    if (length !== STATE_BYTES)
      throw new ValueError(
        `Expected a CPUGeneratorImplState of size ${STATE_BYTES} but found the input RNG state size to be ${length}`,
      );
    const { buffer } = Uint8Array.from(state);
    const given = new Uint32Array(buffer);
    const left = given[LEFT];
    const next = given[NEXT];
    const fits = left === 1 || next + left <= STATE_WORDS + 1;
    if (given[SEEDED] === 0 || left < 1 || left > STATE_WORDS || next > STATE_WORDS || given[NEXT + 1] > 0 || !fits)
      throw new ValueError("Invalid mt19937 state");
    // Draws that wait go on with the stream as it was when they were asked for.
    this.waiting = null;
    this.#seedValue = new BigUint64Array(buffer)[0];
    this.#left = left;
    this.#next = next;
    for (let i = 0; i < STATE_WORDS; i++) this.#words[i] = given[WORDS + 2 * i];
    this.#cachedNormal = given[NORMAL_IS_VALID] === 0 ? undefined : new Float64Array(buffer)[NORMAL / 2];
    return this;
  }

  /** The next 32-bit word, in [0, 2^32). */
  random(): number {
    if (--this.#left === 0) this.#renew();
    let word = this.#words[this.#next++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /** The next two words as one number in [0, 2^64): the first drawn is the high half. */
  random64(): bigint {
    const high = this.random();
    const low = this.random();
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /** Uniform on [0, 1) with 24 bits, from one word: a float32. */
  uniform24(): number {
    return (this.random() & 0xffffff) * 2 ** -24;
  }

  /** Uniform on [0, 1) with 53 bits, from two words: a float64. */
  uniform53(): number {
    const high = this.random() & 0x1fffff;
    const low = this.random();
    return (high * TWO_32 + low) * 2 ** -53;
  }

  /**
   * One standard normal in float64, by the Box-Muller transform. Numbers come in pairs: the second is kept for the
   * next call, whatever else is drawn between.
   */
  standardNormal(): number {
    const cached = this.#cachedNormal;
    if (cached !== undefined) {
      this.#cachedNormal = undefined;
      return cached;
    }
    const angle = 2 * Math.PI * this.uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-this.uniform53()));
    this.#cachedNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  #renew(): void {
    // While draws wait, each number is one for which the words would have to be renewed, so that others cost nothing.
    this.#left = 1;
    this.waiting?.refuse();
    const words = this.#words;
    const last = STATE_WORDS - 1;
    const wrap = STATE_WORDS - SHIFT_WORDS;
    for (let i = 0; i < wrap; i++) words[i] = words[i + SHIFT_WORDS] ^ twist(words[i], words[i + 1]);
    for (let i = wrap; i < last; i++) words[i] = words[i - wrap] ^ twist(words[i], words[i + 1]);
    words[last] = words[SHIFT_WORDS - 1] ^ twist(words[last], words[0]);
    this.#left = STATE_WORDS;
    this.#next = 0;
  }
}

function twist(high: number, low: number): number {
  const mixed = (high & 0x80000000) | (low & 0x7fffffff);
  return (mixed >>> 1) ^ (-(low & 1) & 0x9908b0df);
}

import type { DType, HostArray } from "../dtype/dtype.ts";
import { ValueError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

const STATE_WORDS = 624;
const SHIFT_WORDS = 397;

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
  /** The words as they are given out. */
  readonly #tempered = new Uint32Array(STATE_WORDS);
  #seedValue = 0n;
  /** Index of the next word to give out. */
  #next = 0;
  /** Where the words must be renewed. */
  #end = 0;
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
    let word = Number(BigInt.asUintN(32, exact));
    for (let i = 0; i < STATE_WORDS; ) {
      this.#words[i] = word;
      word = Math.imul(1812433253, word ^ (word >>> 30)) + ++i;
    }
    this.#next = 0;
    this.#end = 0;
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
    const seed = BigInt.asUintN(53, crypto.getRandomValues(new BigUint64Array(1))[0]);
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
    state[LEFT] = this.#end - this.#next + 1;
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
    const end = next + left - 1;
    if (given[SEEDED] === 0 || left < 1 || left > STATE_WORDS || end > STATE_WORDS || given[NEXT + 1] > 0)
      throw new ValueError("Invalid mt19937 state");
    // Draws that wait go on with the stream as it was when they were asked for.
    this.waiting = null;
    this.#seedValue = new BigUint64Array(buffer)[0];
    this.#next = next;
    this.#end = end;
    for (let i = 0; i < STATE_WORDS; i++) {
      this.#words[i] = given[WORDS + 2 * i];
      this.#tempered[i] = temper(this.#words[i]);
    }
    this.#cachedNormal = given[NORMAL_IS_VALID] === 0 ? undefined : new Float64Array(buffer)[NORMAL / 2];
    return this;
  }

  /** The next 32-bit word, in [0, 2^32). */
  random(): number {
    if (this.#next === this.#end) this.#renew();
    return this.#tempered[this.#next++];
  }

  /** @internal The next words, as many as `out` has room for. */
  words(out: Uint32Array): void {
    for (let at = 0; at < out.length; ) {
      if (this.#next === this.#end) this.#renew();
      const some = this.#tempered.subarray(this.#next, Math.min(this.#end, this.#next + out.length - at));
      out.set(some, at);
      at += some.length;
      this.#next += some.length;
    }
  }

  /** The next two words as one number in [0, 2^64): the first drawn is the high half. */
  random64(): bigint {
    return (BigInt(this.random()) << 32n) | BigInt(this.random());
  }

  /** Uniform on [0, 1) with 24 bits, from one word: a float32. */
  uniform24(): number {
    return (this.random() & 0xffffff) * 2 ** -24;
  }

  /** Uniform on [0, 1) with 53 bits, from two words: a float64. */
  uniform53(): number {
    return ((this.random() & 0x1fffff) * 2 ** 32 + this.random()) * 2 ** -53;
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
    this.waiting?.refuse();
    const words = this.#words;
    let word = words[0];
    for (let i = 0; i < STATE_WORDS; i++) {
      const next = words[i < STATE_WORDS - 1 ? i + 1 : 0];
      const mixed = (word & 0x80000000) | (next & 0x7fffffff);
      const far = words[i < STATE_WORDS - SHIFT_WORDS ? i + SHIFT_WORDS : i + SHIFT_WORDS - STATE_WORDS];
      words[i] = far ^ (mixed >>> 1) ^ (-(next & 1) & 0x9908b0df);
      this.#tempered[i] = temper(words[i]);
      word = next;
    }
    this.#next = 0;
    this.#end = STATE_WORDS;
  }
}

function temper(word: number): number {
  let mixed = word ^ (word >>> 11);
  mixed ^= (mixed << 7) & 0x9d2c5680;
  mixed ^= (mixed << 15) & 0xefc60000;
  return mixed ^ (mixed >>> 18);
}

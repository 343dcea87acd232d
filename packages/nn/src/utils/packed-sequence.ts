import { type DType, fromHost, type Tensor } from "@cresset/core/functions";

/**
 * Sequences of different lengths without padding: their elements step by step, those of the longest sequence first. Made
 * by `packPaddedSequence` and `packSequence`; recurrent layers take and return it.
 */
export class PackedSequence {
  /** [Σ batchSizes, *] */
  readonly data: Tensor;
  /** How many sequences have an element at each step; not increasing. */
  readonly batchSizes: readonly number[];
  /** Which of the original sequences stands at each place; null if they were sorted. */
  readonly order: readonly number[] | null;

  constructor(data: Tensor, batchSizes: readonly number[], order: readonly number[] | null = null) {
    this.data = data;
    this.batchSizes = batchSizes;
    this.order = order;
  }

  /** The place of each original sequence. */
  places(): number[] {
    const places = Array.from({ length: this.batchSizes[0] }, (_, n) => n);
    for (const [place, n] of (this.order ?? []).entries()) places[n] = place;
    return places;
  }

  /** `order` as an int64 tensor. */
  get sortedIndices(): Tensor | null {
    return this.order === null ? null : this.#indices(this.order);
  }

  /** The place of each original sequence as an int64 tensor, null if they were sorted. */
  get unsortedIndices(): Tensor | null {
    return this.order === null ? null : this.#indices(this.places());
  }

  #indices(values: readonly number[]): Tensor {
    return fromHost(BigInt64Array.from(values, BigInt), [values.length], "int64", this.data.device);
  }

  /** The same sequences with other data of the same order. */
  withData(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.batchSizes, this.order);
  }

  /** Converts the data. */
  to(dtype: DType): PackedSequence {
    return this.withData(this.data.to(dtype));
  }
}

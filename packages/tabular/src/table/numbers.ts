/** The first block grows up to this size; further ones have it at once, so growing copies nothing. */
const block = 8192;

/** A list of float64 numbers that grows without copying, and takes little more memory than the numbers. */
export class Numbers implements Iterable<number> {
  private readonly blocks: Float64Array[] = [new Float64Array(16)];
  private count = 0;

  static from(values: ArrayLike<number>): Numbers {
    const numbers = new Numbers();
    for (let i = 0; i < values.length; i++) numbers.push(values[i]);
    return numbers;
  }

  get length(): number {
    return this.count;
  }

  /** Bytes that are allocated. */
  get bytes(): number {
    return this.blocks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  push(value: number): void {
    const at = this.count % block;
    const which = (this.count - at) / block;
    if (which === this.blocks.length) this.blocks.push(new Float64Array(block));
    else if (at === this.blocks[which].length) {
      const larger = new Float64Array(2 * at);
      larger.set(this.blocks[which]);
      this.blocks[which] = larger;
    }
    this.blocks[which][at] = value;
    this.count++;
  }

  /** Number `i`, which must be there. */
  at(i: number): number {
    const place = i % block;
    return this.blocks[(i - place) / block][place];
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.count; i++) yield this.at(i);
  }
}

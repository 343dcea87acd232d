/** Sums of float64 with the errors of rounding carried along (Neumaier, 1974), so that their order hardly matters. */
export class Sum {
  private total = 0;
  private lost = 0;

  add(value: number): void {
    const next = this.total + value;
    this.lost += Math.abs(this.total) >= Math.abs(value) ? this.total - next + value : value - next + this.total;
    this.total = next;
  }

  get value(): number {
    return this.total + this.lost;
  }
}

/** What scaling needs to know of a column. */
export interface Moments {
  readonly mean: number;
  /** PyTorch's `std`: of the sample, divided by n - 1. 1 for a column whose values are all equal. */
  readonly std: number;
}

export function moments(count: number, at: (i: number) => number): Moments {
  const sum = new Sum();
  let [smallest, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    const value = at(i);
    sum.add(value);
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  if (!(largest > smallest)) return { mean: smallest, std: 1 };
  const mean = sum.value / count;
  const squares = new Sum();
  for (let i = 0; i < count; i++) squares.add((at(i) - mean) ** 2);
  return { mean, std: Math.sqrt(squares.value / (count - 1)) };
}

/** The middle value, as PyTorch's `median` has it: the lower one of two. */
export function median(values: Float64Array): number {
  return values.sort()[(values.length - 1) >> 1];
}

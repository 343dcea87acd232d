/** Random programs with gradients: a weighted sum of everything in the pool, differentiated by the leaves. */
import type { DType } from "../dtype/dtype.ts";
import { numelOf } from "../graph/type.ts";
import { fromHost } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Naive } from "./naive.ts";
import { type Entry, RandomProgram } from "./random-program.ts";

export class GradientProgram extends RandomProgram {
  readonly leaves: Tensor[] = [];
  private readonly given: readonly Float64Array<ArrayBuffer>[];

  /** @param given the leaves' values, in order; without them random ones. */
  constructor(given: readonly Float64Array<ArrayBuffer>[] = []) {
    super(false);
    this.given = given;
  }

  protected override around(step: () => void): void {
    step();
  }

  /** Every tensor of data is float64, and a function of a leaf, so that it may be written in place. */
  override leaf(shape: readonly number[], _: DType, seed: number): Entry {
    const data =
      this.given[this.leaves.length] ??
      Float64Array.from({ length: numelOf(shape) }, (_, i) => Math.sin(seed + 1.7 * i + this.leaves.length));
    const leaf = fromHost(data.slice(), shape, "float64").requiresGrad_();
    this.leaves.push(leaf);
    return this.add(leaf.mul(1), Naive.fromHost(data, "float64", shape));
  }

  loss(): Tensor | null {
    let total: Tensor | null = null;
    for (const { tensor } of this.pool) {
      const weights = Float64Array.from({ length: tensor.numel() }, (_, i) => Math.cos(i + this.pool.length));
      const part = tensor.mul(fromHost(weights, tensor.shape, "float64")).sum();
      total = total === null ? part : total.add(part);
    }
    return total;
  }
}

/** Transforms of the parts of a tensor. */
import { add, cat, narrow, select, stack, type Tensor, ValueError } from "@cresset/core/functions";
import * as constraints from "../constraints/values.ts";
import { sumRightmost } from "../functions.ts";
import { type CacheOptions, Transform } from "./transform.ts";

const withCaches = (transforms: readonly Transform[], { cacheSize = 0 }: CacheOptions): readonly Transform[] =>
  cacheSize > 0 ? transforms.map((each) => each.withCache(cacheSize)) : [...transforms];

/** Parts along `dim`, of `lengths` (each 1 by default), each by its transform; as `cat` joins them. */
export class CatTransform extends Transform {
  static override readonly typeName: string = "CatTransform";
  readonly transforms: readonly Transform[];
  readonly dim: number;
  readonly lengths: readonly number[];

  constructor(tseq: readonly Transform[], dim = 0, lengths?: readonly number[] | null, options: CacheOptions = {}) {
    super(options);
    this.transforms = withCaches(tseq, options);
    this.dim = dim;
    this.lengths = lengths ?? tseq.map(() => 1);
    if (this.lengths.length !== tseq.length)
      throw new ValueError(`expected one length for each transform, got ${this.lengths.length} of ${tseq.length}`);
  }

  override get eventDim(): number {
    return Math.max(...this.transforms.map((each) => each.eventDim));
  }

  /** The size along `dim`. */
  get length(): number {
    return this.lengths.reduce((total, size) => total + size, 0);
  }

  override get bijective(): boolean {
    return this.transforms.every((each) => each.bijective);
  }

  override get domain(): constraints.Constraint {
    return constraints.cat(
      this.transforms.map((each) => each.domain),
      this.dim,
      this.lengths,
    );
  }

  override get codomain(): constraints.Constraint {
    return constraints.cat(
      this.transforms.map((each) => each.codomain),
      this.dim,
      this.lengths,
    );
  }

  override withCache(cacheSize = 1): Transform {
    if (this.cacheSize === cacheSize) return this;
    return new CatTransform(this.transforms, this.dim, this.lengths, { cacheSize });
  }

  protected override forward(x: Tensor): Tensor {
    return cat(
      this.parts(x).map((part, i) => this.transforms[i].call(part)),
      this.dim,
    );
  }

  protected override backward(y: Tensor): Tensor {
    return cat(
      this.parts(y).map((part, i) => this.transforms[i].inv.call(part)),
      this.dim,
    );
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const results = this.parts(y);
    const { eventDim } = this;
    const jacobians = this.parts(x).map((part, i) => {
      const transform = this.transforms[i];
      return sumRightmost(transform.logAbsDetJacobian(part, results[i]), eventDim - transform.eventDim);
    });
    const dim = (this.dim >= 0 ? this.dim - x.ndim : this.dim) + eventDim;
    return dim < 0 ? cat(jacobians, dim) : jacobians.reduce((total, each) => add(total, each));
  }

  private parts(x: Tensor): Tensor[] {
    if (x.shape.at(this.dim) !== this.length)
      throw new ValueError(
        `${this.typeName} is for ${this.length} elements along ${this.dim}, not ${x.shape.at(this.dim)}`,
      );
    let start = 0;
    return this.lengths.map((length) => {
      start += length;
      return narrow(x, this.dim, start - length, length);
    });
  }
}

/** Slices along `dim`, each by its transform; as `stack` joins them. */
export class StackTransform extends Transform {
  static override readonly typeName: string = "StackTransform";
  readonly transforms: readonly Transform[];
  readonly dim: number;

  constructor(tseq: readonly Transform[], dim = 0, options: CacheOptions = {}) {
    super(options);
    this.transforms = withCaches(tseq, options);
    this.dim = dim;
  }

  override get bijective(): boolean {
    return this.transforms.every((each) => each.bijective);
  }

  override get domain(): constraints.Constraint {
    return constraints.stack(
      this.transforms.map((each) => each.domain),
      this.dim,
    );
  }

  override get codomain(): constraints.Constraint {
    return constraints.stack(
      this.transforms.map((each) => each.codomain),
      this.dim,
    );
  }

  override withCache(cacheSize = 1): Transform {
    return this.cacheSize === cacheSize ? this : new StackTransform(this.transforms, this.dim, { cacheSize });
  }

  protected override forward(x: Tensor): Tensor {
    return stack(
      this.slices(x).map((part, i) => this.transforms[i].call(part)),
      this.dim,
    );
  }

  protected override backward(y: Tensor): Tensor {
    return stack(
      this.slices(y).map((part, i) => this.transforms[i].inv.call(part)),
      this.dim,
    );
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const results = this.slices(y);
    const each = this.slices(x).map((part, i) => this.transforms[i].logAbsDetJacobian(part, results[i]));
    return stack(each, this.dim);
  }

  private slices(x: Tensor): Tensor[] {
    const { transforms, dim } = this;
    if (x.shape.at(dim) !== transforms.length)
      throw new ValueError(`${this.typeName} is for ${transforms.length} slices along ${dim}, not ${x.shape.at(dim)}`);
    return transforms.map((_, i) => select(x, dim, i));
  }
}

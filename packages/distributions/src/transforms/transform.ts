import { NotImplementedError, neg, type Tensor, ValueError } from "@cresset/core/functions";
import type { Constraint } from "../constraints/constraint.ts";
import { unchecked, withCheckOf } from "../validation.ts";

/** By name: whether a transform keeps its last argument and result. */
export interface CacheOptions {
  /** 0 (default), or 1: then the last argument and result are kept, so that inverting the result gives the argument back. */
  readonly cacheSize?: number;
}

/** A class of transforms: what is known without an instance. */
interface TransformClass {
  readonly typeName: string;
}

/**
 * An invertible function of tensors with the logarithm of its Jacobian's determinant.
 *
 * @example
 * const t = new torch.distributions.transforms.ExpTransform();
 * const y = t.call(x);
 * t.inv.call(y); // x
 * t.logAbsDetJacobian(x, y);
 */
export abstract class Transform {
  /** The name that it prints under, also when a minifier renames the class. */
  static readonly typeName: string = "Transform";
  readonly cacheSize: number;
  /** @internal The last argument and result. */
  protected cached: readonly [x: Tensor, y: Tensor] | null = null;
  /** @internal */
  protected inverse: Transform | null = null;

  constructor(options: CacheOptions = {}) {
    this.cacheSize = options.cacheSize ?? 0;
    if (this.cacheSize !== 0 && this.cacheSize !== 1) throw new ValueError("cache_size must be 0 or 1");
  }

  get typeName(): string {
    return (this.constructor as unknown as TransformClass).typeName;
  }

  /** What it takes. */
  abstract get domain(): Constraint;
  /** What it gives. */
  abstract get codomain(): Constraint;

  /** Whether each result belongs to one argument. */
  get bijective(): boolean {
    return false;
  }

  /** 1 or -1, as it rises or falls. */
  get sign(): number | Tensor {
    throw new NotImplementedError(`${this.typeName} has no sign`);
  }

  /** How many dimensions are one value. @throws ValueError where domain and codomain differ in that. */
  get eventDim(): number {
    if (this.domain.eventDim === this.codomain.eventDim) return this.domain.eventDim;
    throw new ValueError("Please use either .domain.event_dim or .codomain.event_dim");
  }

  /** The inverse; its inverse is this transform. */
  get inv(): Transform {
    this.inverse ??= new InverseTransform(this);
    return this.inverse;
  }

  /** The transform with a cache of that size. */
  withCache(cacheSize = 1): Transform {
    return this.cacheSize === cacheSize ? this : this.changed({ cacheSize });
  }

  /** @internal A copy with other fields. */
  protected changed(fields: object): this {
    return Object.assign(Object.create(Object.getPrototypeOf(this)), this, { cached: null, inverse: null }, fields);
  }

  /** Whether two transforms are the same function. */
  equals(other: Transform): boolean {
    return this === other;
  }

  /** y of x. In Python, `t(x)`. */
  call(x: Tensor): Tensor {
    if (this.cacheSize === 0) return this.forward(x);
    const kept = this.kept(x, 0, 1);
    if (kept !== null) return kept;
    const y = this.forward(x);
    this.cached = [x, y];
    return y;
  }

  /** @internal x of y. */
  inverseCall(y: Tensor): Tensor {
    if (this.cacheSize === 0) return this.backward(y);
    const kept = this.kept(y, 1, 0);
    if (kept !== null) return kept;
    const x = this.backward(y);
    this.cached = [x, y];
    return x;
  }

  /**
   * What is kept beside a tensor, or beside the one that it is a checked copy of: distributions look up values that they have
   * checked. What was kept is checked likewise.
   */
  private kept(given: Tensor, from: 0 | 1, to: 0 | 1): Tensor | null {
    const { cached } = this;
    return cached !== null && unchecked(cached[from]) === unchecked(given) ? withCheckOf(given, cached[to]) : null;
  }

  /** y of x: what a subclass has. */
  protected forward(_x: Tensor): Tensor {
    throw new NotImplementedError(`${this.typeName} cannot be computed`);
  }

  /** x of y: what a subclass has. */
  protected backward(_y: Tensor): Tensor {
    throw new NotImplementedError(`${this.typeName} cannot be inverted`);
  }

  /** log |dy / dx|, without the dimensions of one value. */
  logAbsDetJacobian(_x: Tensor, _y: Tensor): Tensor {
    throw new NotImplementedError(`${this.typeName} has no Jacobian`);
  }

  /** The shape of y, given that of x. */
  forwardShape(shape: readonly number[]): readonly number[] {
    return shape;
  }

  /** The shape of x, given that of y. */
  inverseShape(shape: readonly number[]): readonly number[] {
    return shape;
  }

  toString(): string {
    return `${this.typeName}()`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** What `inv` gives. */
class InverseTransform extends Transform {
  static override readonly typeName: string = "_InverseTransform";
  private readonly of: Transform;

  constructor(of: Transform) {
    super({ cacheSize: of.cacheSize });
    this.of = of;
  }

  override get domain(): Constraint {
    return this.of.codomain;
  }

  override get codomain(): Constraint {
    return this.of.domain;
  }

  override get bijective(): boolean {
    return this.of.bijective;
  }

  override get sign(): number | Tensor {
    return this.of.sign;
  }

  override get inv(): Transform {
    return this.of;
  }

  override withCache(cacheSize = 1): Transform {
    return this.of.withCache(cacheSize).inv;
  }

  override equals(other: Transform): boolean {
    return other instanceof InverseTransform && this.of.equals(other.of);
  }

  override call(x: Tensor): Tensor {
    return this.of.inverseCall(x);
  }

  override inverseCall(y: Tensor): Tensor {
    return this.of.call(y);
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return neg(this.of.logAbsDetJacobian(y, x));
  }

  override forwardShape(shape: readonly number[]): readonly number[] {
    return this.of.inverseShape(shape);
  }

  override inverseShape(shape: readonly number[]): readonly number[] {
    return this.of.forwardShape(shape);
  }

  override toString(): string {
    return `${this.typeName}(${this.of})`;
  }
}

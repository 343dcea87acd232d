/** Transforms that treat dimensions as one value, or change them. */
import { reshape, type Tensor, ValueError, zeros } from "@cresset/core/functions";
import * as constraints from "../constraints/values.ts";
import { sumRightmost } from "../functions.ts";
import { sizeText } from "../printing.ts";
import { type CacheOptions, Transform } from "./transform.ts";

/** Another transform, of which the last `reinterpretedBatchNdims` dimensions more are one value: their Jacobians add up. */
export class IndependentTransform extends Transform {
  static override readonly typeName: string = "IndependentTransform";
  readonly baseTransform: Transform;
  readonly reinterpretedBatchNdims: number;

  constructor(baseTransform: Transform, reinterpretedBatchNdims: number, options: CacheOptions = {}) {
    super(options);
    this.baseTransform = baseTransform.withCache(this.cacheSize);
    this.reinterpretedBatchNdims = reinterpretedBatchNdims;
  }

  override get domain(): constraints.Constraint {
    return constraints.independent(this.baseTransform.domain, this.reinterpretedBatchNdims);
  }

  override get codomain(): constraints.Constraint {
    return constraints.independent(this.baseTransform.codomain, this.reinterpretedBatchNdims);
  }

  override get bijective(): boolean {
    return this.baseTransform.bijective;
  }

  override get sign(): number | Tensor {
    return this.baseTransform.sign;
  }

  override withCache(cacheSize = 1): Transform {
    if (this.cacheSize === cacheSize) return this;
    return new IndependentTransform(this.baseTransform, this.reinterpretedBatchNdims, { cacheSize });
  }

  protected override forward(x: Tensor): Tensor {
    if (x.ndim < this.domain.eventDim) throw new ValueError("Too few dimensions on input");
    return this.baseTransform.call(x);
  }

  protected override backward(y: Tensor): Tensor {
    if (y.ndim < this.codomain.eventDim) throw new ValueError("Too few dimensions on input");
    return this.baseTransform.inv.call(y);
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return sumRightmost(this.baseTransform.logAbsDetJacobian(x, y), this.reinterpretedBatchNdims);
  }

  override forwardShape(shape: readonly number[]): readonly number[] {
    return this.baseTransform.forwardShape(shape);
  }

  override inverseShape(shape: readonly number[]): readonly number[] {
    return this.baseTransform.inverseShape(shape);
  }

  override toString(): string {
    return `${this.typeName}(${this.baseTransform}, ${this.reinterpretedBatchNdims})`;
  }
}

const numelOf = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** Reshapes the last dimensions from `inShape` to `outShape`. @throws ValueError where these differ in elements. */
export class ReshapeTransform extends Transform {
  static override readonly typeName: string = "ReshapeTransform";
  readonly inShape: readonly number[];
  readonly outShape: readonly number[];

  constructor(inShape: readonly number[], outShape: readonly number[], options: CacheOptions = {}) {
    super(options);
    this.inShape = [...inShape];
    this.outShape = [...outShape];
    if (numelOf(inShape) !== numelOf(outShape))
      throw new ValueError("in_shape, out_shape have different numbers of elements");
  }

  override get domain(): constraints.Constraint {
    return constraints.independent(constraints.real, this.inShape.length);
  }

  override get codomain(): constraints.Constraint {
    return constraints.independent(constraints.real, this.outShape.length);
  }

  override get bijective(): boolean {
    return true;
  }

  protected override forward(x: Tensor): Tensor {
    return reshape(x, [...x.shape.slice(0, x.ndim - this.inShape.length), ...this.outShape]);
  }

  protected override backward(y: Tensor): Tensor {
    return reshape(y, [...y.shape.slice(0, y.ndim - this.outShape.length), ...this.inShape]);
  }

  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor {
    return zeros(x.shape.slice(0, x.ndim - this.inShape.length), { dtype: x.dtype, device: x.device });
  }

  override forwardShape(shape: readonly number[]): readonly number[] {
    return exchanged(shape, this.inShape, this.outShape);
  }

  override inverseShape(shape: readonly number[]): readonly number[] {
    return exchanged(shape, this.outShape, this.inShape);
  }
}

function exchanged(shape: readonly number[], from: readonly number[], to: readonly number[]): readonly number[] {
  const cut = shape.length - from.length;
  if (cut < 0) throw new ValueError("Too few dimensions on input");
  const tail = shape.slice(cut);
  if (tail.some((size, d) => size !== from[d]))
    throw new ValueError(`Shape mismatch: expected ${sizeText(tail)} but got ${sizeText(from)}`);
  return [...shape.slice(0, cut), ...to];
}

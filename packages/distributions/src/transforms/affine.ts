import { keywords, toNumber } from "@cresset/core/extend";
import {
  abs,
  add,
  broadcastShapes,
  broadcastTo,
  div,
  fullLike,
  log,
  mul,
  reshape,
  sign,
  sub,
  sum,
  Tensor,
} from "@cresset/core/functions";
import type { Parameter } from "../arguments.ts";
import * as constraints from "../constraints/values.ts";
import { equalValues } from "./equal-values.ts";
import { type CacheOptions, Transform } from "./transform.ts";

export interface AffineOptions extends CacheOptions {
  readonly loc?: Parameter;
  readonly scale?: Parameter;
  /** How many of the last dimensions are one value; default 0. */
  readonly eventDim?: number;
}

/** y = loc + scale · x. @example new AffineTransform(1, 2, { eventDim: 1 }) */
export class AffineTransform extends Transform {
  static override readonly typeName: string = "AffineTransform";
  readonly loc: Parameter;
  readonly scale: Parameter;
  private readonly dims: number;

  constructor(
    loc: Parameter | AffineOptions,
    scale?: Parameter | AffineOptions,
    eventDim?: number | AffineOptions,
    options?: AffineOptions,
  ) {
    const given = keywords<Required<AffineOptions>>(
      ["loc", "scale", "eventDim", "cacheSize"],
      [loc, scale, eventDim, options],
    );
    super(given);
    this.loc = given.loc;
    this.scale = given.scale;
    this.dims = given.eventDim ?? 0;
  }

  override get eventDim(): number {
    return this.dims;
  }

  override get domain(): constraints.Constraint {
    return this.dims === 0 ? constraints.real : constraints.independent(constraints.real, this.dims);
  }

  override get codomain(): constraints.Constraint {
    return this.domain;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number | Tensor {
    return this.scale instanceof Tensor ? sign(this.scale) : Math.sign(toNumber(this.scale));
  }

  override equals(other: Transform): boolean {
    return other instanceof AffineTransform && equalValues(this.loc, other.loc) && equalValues(this.scale, other.scale);
  }

  protected override forward(x: Tensor): Tensor {
    return add(this.loc, mul(this.scale, x));
  }

  protected override backward(y: Tensor): Tensor {
    return div(sub(y, this.loc), this.scale);
  }

  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor {
    const { scale, dims } = this;
    const each = scale instanceof Tensor ? log(abs(scale)) : fullLike(x, Math.log(Math.abs(toNumber(scale))));
    if (dims === 0) return broadcastTo(each, [...x.shape]);
    const total = sum(reshape(each, [...each.shape.slice(0, each.ndim - dims), -1]), -1);
    return broadcastTo(total, x.shape.slice(0, x.ndim - dims));
  }

  override forwardShape(shape: readonly number[]): readonly number[] {
    const shapes = [this.loc, this.scale].map((each) => (each instanceof Tensor ? each.shape : []));
    return broadcastShapes(shape, ...shapes);
  }

  override inverseShape(shape: readonly number[]): readonly number[] {
    return this.forwardShape(shape);
  }
}

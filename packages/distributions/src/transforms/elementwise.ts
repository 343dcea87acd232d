/** Transforms of each element by itself. */
import {
  abs,
  add,
  atanh,
  broadcastShapes,
  clamp,
  div,
  exp,
  expm1,
  float,
  log,
  log1p,
  mul,
  neg,
  pow,
  sigmoid,
  sub,
  type Tensor,
  tanh,
} from "@cresset/core/functions";
import { softplus } from "@cresset/nn/functional";
import { broadcastAll, type Parameter } from "../arguments.ts";
import * as constraints from "../constraints/values.ts";
import { epsilonOf, tinyOf } from "../numbers.ts";
import { equalValues } from "./equal-values.ts";
import { type CacheOptions, Transform } from "./transform.ts";

/** Bijections of the line that rise. */
abstract class Rising extends Transform {
  override get domain(): constraints.Constraint {
    return constraints.real;
  }

  override get codomain(): constraints.Constraint {
    return constraints.positive;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number {
    return 1;
  }

  override equals(other: Transform): boolean {
    return other.constructor === this.constructor;
  }
}

/** y = exp(x) */
export class ExpTransform extends Rising {
  static override readonly typeName: string = "ExpTransform";

  protected override forward(x: Tensor): Tensor {
    return exp(x);
  }

  protected override backward(y: Tensor): Tensor {
    return log(y);
  }

  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor {
    return x;
  }
}

/** y = x ^ exponent, of positive x. */
export class PowerTransform extends Rising {
  static override readonly typeName: string = "PowerTransform";
  readonly exponent: Tensor;

  constructor(exponent: Parameter, options: CacheOptions = {}) {
    super(options);
    [this.exponent] = broadcastAll(exponent);
  }

  override get domain(): constraints.Constraint {
    return constraints.positive;
  }

  override equals(other: Transform): boolean {
    return other instanceof PowerTransform && equalValues(this.exponent, other.exponent);
  }

  protected override forward(x: Tensor): Tensor {
    return pow(x, this.exponent);
  }

  protected override backward(y: Tensor): Tensor {
    return pow(y, div(1, this.exponent));
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return log(abs(div(mul(this.exponent, y), x)));
  }

  override forwardShape(shape: readonly number[]): readonly number[] {
    return broadcastShapes(shape, this.exponent.shape);
  }

  override inverseShape(shape: readonly number[]): readonly number[] {
    return broadcastShapes(shape, this.exponent.shape);
  }
}

/** The logistic function, away from 0 and 1. */
export function clippedSigmoid(x: Tensor): Tensor {
  return clamp(sigmoid(x), tinyOf(x.dtype), 1 - epsilonOf(x.dtype));
}

/** y = 1 / (1 + exp(-x)) */
export class SigmoidTransform extends Rising {
  static override readonly typeName: string = "SigmoidTransform";

  override get codomain(): constraints.Constraint {
    return constraints.unitInterval;
  }

  protected override forward(x: Tensor): Tensor {
    return clippedSigmoid(x);
  }

  protected override backward(y: Tensor): Tensor {
    const inside = clamp(y, tinyOf(y.dtype), 1 - epsilonOf(y.dtype));
    return sub(log(inside), log1p(neg(inside)));
  }

  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor {
    return sub(neg(softplus(neg(x))), softplus(x));
  }
}

/** y = log(1 + exp(x)), x itself above 20. */
export class SoftplusTransform extends Rising {
  static override readonly typeName: string = "SoftplusTransform";

  protected override forward(x: Tensor): Tensor {
    return softplus(x);
  }

  protected override backward(y: Tensor): Tensor {
    return add(log(neg(expm1(neg(y)))), y);
  }

  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor {
    return neg(softplus(neg(x)));
  }
}

const open: constraints.Interval = /* @__PURE__ */ constraints.interval(
  /* @__PURE__ */ float(-1),
  /* @__PURE__ */ float(1),
);

/** y = tanh(x). Where y may be ±1, take `{ cacheSize: 1 }`: its inverse there is infinite. */
export class TanhTransform extends Rising {
  static override readonly typeName: string = "TanhTransform";

  override get codomain(): constraints.Constraint {
    return open;
  }

  protected override forward(x: Tensor): Tensor {
    return tanh(x);
  }

  protected override backward(y: Tensor): Tensor {
    return atanh(y);
  }

  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor {
    return mul(2, sub(sub(Math.log(2), x), softplus(mul(-2, x))));
  }
}

/** y = |x|; its inverse gives the positive x. */
export class AbsTransform extends Transform {
  static override readonly typeName: string = "AbsTransform";

  override get domain(): constraints.Constraint {
    return constraints.real;
  }

  override get codomain(): constraints.Constraint {
    return constraints.positive;
  }

  override equals(other: Transform): boolean {
    return other instanceof AbsTransform;
  }

  protected override forward(x: Tensor): Tensor {
    return abs(x);
  }

  protected override backward(y: Tensor): Tensor {
    return y;
  }
}

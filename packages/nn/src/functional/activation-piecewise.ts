import { call, operation, type Term, toNumber } from "@cresset/core/extend";
import {
  relu as coreRelu,
  threshold as coreThreshold,
  DTypeError,
  type Scalar,
  type Tensor,
  ValueError,
} from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { finish, type InplaceOptions, inplaceOf, requireFloat } from "./activation-common.ts";

export { hardshrink } from "@cresset/core/functions";

/**
 * `torch.relu`, optionally in place.
 *
 * @param inplace writes into `input`; default false.
 */
export function relu(input: Tensor, inplace?: boolean | InplaceOptions): Tensor {
  return finish(input, (x) => coreRelu(x), inplaceOf(inplace), "relu");
}

const clampTo = (x: Term, low: Term | number, high: Term | number): Term => m.minimum(m.maximum(x, low), high);

/** Scalars: the lower and the upper bound. */
const hardtanhOp = operation(
  "hardtanh",
  ([x], [low, high]) => clampTo(x, m.cast(low, x.dtype), m.cast(high, x.dtype)),
  {
    linked: true,
    derivative: ({ grad, input, scalar }) => {
      const x = input(0);
      return [m.where(m.and(m.gt(x, scalar(0)), m.lt(x, scalar(1))), grad(), 0)];
    },
  },
);

/** The parameters of `hardtanh`, by name. */
export interface HardtanhOptions extends InplaceOptions {
  /** Default -1. */
  readonly minVal?: Scalar;
  /** Default 1. */
  readonly maxVal?: Scalar;
}

/**
 * x limited to [minVal, maxVal]. The gradient is 0 at the bounds.
 *
 * @param minVal default -1
 * @param maxVal default 1; both may be given by name, as `{ minVal, maxVal, inplace }`.
 */
export function hardtanh(
  input: Tensor,
  minVal?: Scalar | HardtanhOptions,
  maxVal?: Scalar | HardtanhOptions,
  inplace?: boolean | HardtanhOptions,
): Tensor {
  const options = keywords<HardtanhOptions>(["minVal", "maxVal", "inplace"], [minVal, maxVal, inplace]);
  const low = options.minVal ?? -1;
  const high = options.maxVal ?? 1;
  if (input.dtype === "bool") throw new DTypeError("Bool inputs not supported for hardtanh");
  if (input.dtype === "uint8" && (toNumber(low) < 0 || toNumber(high) < 0))
    throw new DTypeError("cannot do hardtanh on an unsigned type with negative limits");
  return finish(input, (x) => call(hardtanhOp, [x], [low, high]), options.inplace, "hardtanh");
}

/** min(max(x, 0), 6). */
export function relu6(input: Tensor, inplace?: boolean | InplaceOptions): Tensor {
  return hardtanh(input, 0, 6, inplaceOf(inplace));
}

/** The parameters of `leakyRelu`, by name. */
export interface LeakyReluOptions extends InplaceOptions {
  /** Slope of the negative part; default 0.01. */
  readonly negativeSlope?: Scalar;
}

const leakyReluOp = operation("leaky_relu", ([x], [slope]) => m.where(m.gt(x, 0), x, m.mul(x, slope)), {
  gradName: "LeakyReluBackward0",
  linked: true,
  derivative: ({ grad, input, scalar }) => [m.where(m.gt(input(0), 0), grad(), m.mul(grad(), scalar(0)))],
});

/**
 * x where positive, else negativeSlope · x.
 *
 * @param negativeSlope default 0.01; may be given by name, as `{ negativeSlope, inplace }`.
 * @throws DTypeError for integers.
 */
export function leakyRelu(
  input: Tensor,
  negativeSlope?: Scalar | LeakyReluOptions,
  inplace?: boolean | LeakyReluOptions,
): Tensor {
  const options = keywords<LeakyReluOptions>(["negativeSlope", "inplace"], [negativeSlope, inplace]);
  requireFloat("leaky_relu_cpu", input);
  const slope = options.negativeSlope ?? 0.01;
  return finish(input, (x) => call(leakyReluOp, [x], [slope]), options.inplace, "leaky_relu");
}

/** The parameters of `elu`, by name. */
export interface EluOptions extends InplaceOptions {
  /** Default 1. */
  readonly alpha?: Scalar;
}

// Slopes are exp of the input, not the result plus alpha: that would cancel for large negative inputs.
const eluOp = operation("elu", ([x], [alpha]) => m.where(m.gt(x, 0), x, m.mul(m.expm1(m.negativePart(x)), alpha)), {
  slope: ([x], [alpha]) => m.where(m.gt(x, 0), 1, m.mul(m.exp(m.negativePart(x)), alpha)),
});
/** Where alpha is 1, as it mostly is. */
const unitEluOp = operation("elu", ([x]) => m.where(m.gt(x, 0), x, m.expm1(m.negativePart(x))), {
  slope: ([x]) => m.exp(m.negativePart(x)),
});

/**
 * x where positive, else alpha · (exp(x) - 1).
 *
 * @param alpha default 1; may be given by name, as `{ alpha, inplace }`.
 * @throws DTypeError for integers.
 * @example
 * F.elu(torch.tensor([-1, 1])); // tensor([-0.6321,  1.0000])
 */
export function elu(input: Tensor, alpha?: Scalar | EluOptions, inplace?: boolean | EluOptions): Tensor {
  const options = keywords<EluOptions>(["alpha", "inplace"], [alpha, inplace]);
  requireFloat("elu_cpu", input);
  const factor = options.alpha ?? 1;
  const apply = (x: Tensor) => (toNumber(factor) === 1 ? call(unitEluOp, [x]) : call(eluOp, [x], [factor]));
  return finish(input, apply, options.inplace, "elu");
}

/** PyTorch's constant is a float32 for every dtype. */
const floatSixth = Math.fround(1 / 6);

const hardsigmoidOp = operation("hardsigmoid", ([x]) => m.div(clampTo(m.add(x, 3), 0, 6), 6), {
  linked: true,
  derivative: ({ grad, input }) => {
    const x = input(0);
    return [m.where(m.and(m.gt(x, -3), m.lt(x, 3)), m.mul(grad(), floatSixth), 0)];
  },
});

/** min(max(x + 3, 0), 6) / 6. @throws DTypeError for integers. */
export function hardsigmoid(input: Tensor, inplace?: boolean | InplaceOptions): Tensor {
  requireFloat("hardsigmoid", input);
  return finish(input, (x) => call(hardsigmoidOp, [x]), inplaceOf(inplace), "hardsigmoid");
}

// The product comes before the division, so that very large inputs overflow as they do in PyTorch.
const hardswishOp = operation("hardswish", ([x]) => m.div(m.mul(x, clampTo(m.add(x, 3), 0, 6)), 6), {
  derivative: ({ grad, input }) => {
    const x = input(0);
    const between = m.mul(grad(), m.add(m.div(x, 3), 0.5));
    return [m.where(m.lt(x, -3), 0, m.where(m.ge(x, 3), grad(), between))];
  },
});

/** x · min(max(x + 3, 0), 6) / 6. @throws DTypeError for integers. */
export function hardswish(input: Tensor, inplace?: boolean | InplaceOptions): Tensor {
  requireFloat("hardswish_cpu", input);
  return finish(input, (x) => call(hardswishOp, [x]), inplaceOf(inplace), "hardswish");
}

const softshrinkOp = operation(
  "softshrink",
  ([x], [lambda]) => m.where(m.gt(x, lambda), m.sub(x, lambda), m.where(m.lt(x, m.neg(lambda)), m.add(x, lambda), 0)),
  {
    linked: true,
    derivative: ({ grad, input, scalar }) => {
      const x = input(0);
      return [m.where(m.or(m.gt(x, scalar(0)), m.lt(x, m.neg(scalar(0)))), grad(), 0)];
    },
  },
);

/** The parameter of `softshrink`, by name. */
export interface SoftshrinkOptions {
  /** Default 0.5. */
  readonly lambd?: Scalar;
}

/**
 * x moved towards 0 by `lambd`; 0 where |x| <= lambd, and for NaN.
 *
 * @param lambd at least 0; default 0.5. May be given by name, as `{ lambd }`.
 * @throws ValueError for a negative `lambd`; DTypeError for integers.
 */
export function softshrink(input: Tensor, lambd?: Scalar | SoftshrinkOptions): Tensor {
  const by = keywords<SoftshrinkOptions>(["lambd"], [lambd]).lambd ?? 0.5;
  if (!(toNumber(by) >= 0))
    throw new ValueError(`lambda must be greater or equal to 0, but found to be ${toNumber(by)}.`);
  requireFloat("softshrink_cpu", input);
  return call(softshrinkOp, [input], [by]);
}

/**
 * `torch.threshold`, optionally in place: x where it is above `threshold`, else `value`.
 *
 * @param inplace writes into `input`; default false.
 */
export function threshold(input: Tensor, threshold: Scalar, value: Scalar, inplace?: boolean | InplaceOptions): Tensor {
  return finish(input, (x) => coreThreshold(x, threshold, value), inplaceOf(inplace), "threshold");
}

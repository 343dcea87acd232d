import { call, operation, type Term } from "@cresset/core/extend";
import {
  celu as coreCelu,
  selu as coreSelu,
  DTypeError,
  type Scalar,
  type Tensor,
  ValueError,
} from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import {
  expOfMinusAbs,
  finish,
  type InplaceOptions,
  inplaceOf,
  logistic,
  logOfLogistic,
  requireFloat,
} from "./activation-common.ts";

export { sigmoid, tanh } from "@cresset/core/functions";
export type { InplaceOptions } from "./activation-common.ts";

/**
 * `torch.selu`, optionally in place.
 *
 * @param inplace writes into `input`; default false.
 */
export function selu(input: Tensor, inplace?: boolean | InplaceOptions): Tensor {
  return finish(input, (x) => coreSelu(x), inplaceOf(inplace), "selu");
}

/** The parameters of `celu`, by name. */
export interface CeluOptions extends InplaceOptions {
  /** Default 1. */
  readonly alpha?: Scalar;
}

/**
 * `torch.celu`, optionally in place: max(0, x) + min(0, alpha · (exp(x / alpha) - 1)).
 *
 * @param alpha default 1; may be given by name, as `{ alpha, inplace }`.
 * @throws ValueError for alpha = 0.
 */
export function celu(input: Tensor, alpha?: Scalar | CeluOptions, inplace?: boolean | CeluOptions): Tensor {
  const options = keywords<CeluOptions>(["alpha", "inplace"], [alpha, inplace]);
  return finish(input, (x) => coreCelu(x, options.alpha ?? 1), options.inplace, "celu");
}

/** Options of `gelu`. */
export interface GeluOptions {
  /** "none" (default): with the error function. "tanh": Hendrycks and Gimpel's approximation. */
  readonly approximate?: "none" | "tanh";
}

/** Φ(x), the normal distribution function. */
const normalCdf = (x: Term): Term => m.mul(m.add(1, m.erf(m.mul(x, Math.SQRT1_2))), 0.5);

const geluOp = operation("gelu", ([x]) => m.mul(m.mul(x, 0.5), m.add(1, m.erf(m.mul(x, Math.SQRT1_2)))), {
  slope: ([x]) => {
    const density = m.mul(m.exp(m.mul(m.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return m.add(normalCdf(x), m.mul(x, density));
  },
});

const geluBeta = Math.sqrt(2 / Math.PI);
const geluKappa = 0.044715;

/** sqrt(2 / π) · (x + 0.044715 x³). */
const geluInner = (x: Term): Term => m.mul(m.add(x, m.mul(m.mul(m.mul(x, x), x), geluKappa)), geluBeta);

const geluTanhOp = operation("gelu", ([x]) => m.mul(m.mul(x, 0.5), m.add(1, m.tanh(geluInner(x)))), {
  slope: ([x]) => {
    const t = m.tanh(geluInner(x));
    const inner = m.mul(m.add(1, m.mul(m.mul(x, x), 3 * geluKappa)), geluBeta);
    const left = m.mul(m.add(1, t), 0.5);
    const right = m.mul(m.mul(m.mul(x, 0.5), m.sub(1, m.mul(t, t))), inner);
    return m.add(left, right);
  },
});

/**
 * x · Φ(x), where Φ is the normal distribution function.
 *
 * @throws ValueError for an unknown approximation; DTypeError for integers.
 * @example
 * F.gelu(x, { approximate: "tanh" });
 */
export function gelu(input: Tensor, options: GeluOptions = {}): Tensor {
  const { approximate = "none" } = options;
  if (approximate !== "none" && approximate !== "tanh")
    throw new ValueError("approximate argument must be either none or tanh.");
  requireFloat("GeluKernelImpl", input);
  return call(approximate === "tanh" ? geluTanhOp : geluOp, [input]);
}

const siluOp = operation("silu", ([x]) => m.div(x, m.add(1, m.exp(m.neg(x)))), {
  derivative: ({ grad, input }) => {
    const x = input(0);
    const s = logistic(x);
    return [m.mul(m.mul(grad(), s), m.add(1, m.mul(x, m.sub(1, s))))];
  },
});

/** x · sigmoid(x), also called swish. @throws DTypeError for integers. */
export function silu(input: Tensor, inplace?: boolean | InplaceOptions): Tensor {
  requireFloat("silu_cpu", input);
  return finish(input, (x) => call(siluOp, [x]), inplaceOf(inplace), "silu");
}

/** 1 from 30 on, before exp(x) overflows, which the derivative would multiply by 0. */
const tanhOfSoftplus = (x: Term): Term => m.tanh(m.log1p(m.exp(m.minimum(x, 30))));

const mishOp = operation("mish", ([x]) => m.mul(x, tanhOfSoftplus(x)), {
  slope: ([x]) => {
    const t = tanhOfSoftplus(x);
    return m.add(t, m.mul(m.mul(x, logistic(x)), m.sub(1, m.mul(t, t))));
  },
});

/** x · tanh(softplus(x)). @throws DTypeError for integers. */
export function mish(input: Tensor, inplace?: boolean | InplaceOptions): Tensor {
  requireFloat("mish_cpu", input);
  return finish(input, (x) => call(mishOp, [x]), inplaceOf(inplace), "mish");
}

/** The parameters of `softplus`, by name. */
export interface SoftplusOptions {
  /** Default 1. */
  readonly beta?: Scalar;
  /** Above it (times beta) the function is the identity; default 20. */
  readonly threshold?: Scalar;
}

/** Scalars: beta and the threshold. */
const softplusOp = operation(
  "softplus",
  ([x], [beta, threshold]) => {
    const scaled = m.mul(x, m.cast(beta, x.dtype));
    return m.where(m.gt(scaled, threshold), x, m.div(m.log1p(m.exp(scaled)), beta));
  },
  {
    derivative: ({ grad, input, scalar }) => {
      const x = input(0);
      const scaled = m.mul(x, m.cast(scalar(0), x.dtype));
      const above = m.gt(scaled, scalar(1));
      // Only of what is used: the derivative would multiply an infinite one by 0.
      const e = m.exp(m.where(above, 0, scaled));
      return [m.where(above, grad(), m.div(m.mul(grad(), e), m.add(e, 1)))];
    },
  },
);

/**
 * log(1 + exp(beta · x)) / beta, the identity where beta · x > threshold.
 *
 * @param beta default 1
 * @param threshold default 20; both may be given by name, as `{ beta, threshold }`.
 * @throws DTypeError for integers.
 */
export function softplus(input: Tensor, beta?: Scalar | SoftplusOptions, threshold?: Scalar | SoftplusOptions): Tensor {
  const options = keywords<SoftplusOptions>(["beta", "threshold"], [beta, threshold]);
  requireFloat("softplus_cpu", input);
  return call(softplusOp, [input], [options.beta ?? 1, options.threshold ?? 20]);
}

const logsigmoidOp = operation("log_sigmoid", ([x]) => logOfLogistic(x), {
  gradName: "LogSigmoidBackward0",
  derivative: ({ grad, input }) => {
    const x = input(0);
    const e = expOfMinusAbs(x);
    const share = m.div(e, m.add(1, e));
    return [m.mul(grad(), m.where(m.gt(x, 0), share, m.sub(1, share)))];
  },
});

/** log(sigmoid(x)), without overflow. @throws DTypeError for integers. */
export function logsigmoid(input: Tensor): Tensor {
  requireFloat("log_sigmoid_cpu", input);
  return call(logsigmoidOp, [input]);
}

const softsignOp = operation("softsign", ([x]) => m.div(x, m.add(m.abs(x), 1)), {
  gradName: "DivBackward0",
  // As the quotient's derivative: 1 / (1 + |x|)² would be finite at infinity, where PyTorch's is not a number.
  derivative: ({ grad, input }) => {
    const x = input(0);
    const divisor = m.add(m.abs(x), 1);
    const ofDivisor = m.mul(m.neg(grad()), m.div(m.div(x, divisor), divisor));
    return [m.add(m.div(grad(), divisor), m.mul(ofDivisor, m.sign(x)))];
  },
});

/** x / (1 + |x|). @throws DTypeError for bool. */
export function softsign(input: Tensor): Tensor {
  if (input.dtype === "bool") throw new DTypeError("\"abs_cpu\" not implemented for 'Bool'");
  return call(softsignOp, [input]);
}

const tanhshrinkOp = operation("tanhshrink", ([x]) => m.sub(x, m.tanh(x)), { gradName: "SubBackward0" });

/** x - tanh(x). @throws DTypeError for bool. */
export function tanhshrink(input: Tensor): Tensor {
  if (input.dtype === "bool")
    throw new DTypeError(
      "Subtraction, the `-` operator, with a bool tensor is not supported. " +
        "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.",
    );
  return call(tanhshrinkOp, [input]);
}

/** `torch.nn.utils.fusion`: batch norms of evaluation mode, which are affine maps, taken into the layer before them. */
import {
  add,
  mul,
  noGrad,
  onesLike,
  reshape,
  rsqrt,
  sub,
  type Tensor,
  unsqueeze,
  ValueError,
  zerosLike,
} from "@cresset/core/functions";
import { deepCopy } from "../deep-copy.ts";
import { keywords } from "../keywords.ts";
import type { AnyModule } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** A layer with a weight and perhaps a bias. */
type Affine = AnyModule & { weight: Parameter; bias: Parameter | null };

/** A batch norm: `nn.BatchNorm1d`, `2d` or `3d`. */
type Norm = AnyModule & {
  readonly eps: number;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
};

function requireEvaluation(layer: AnyModule, norm: Norm): { mean: Tensor; variance: Tensor } {
  if (layer.training || norm.training) throw new ValueError("Fusion only for eval!");
  const { runningMean: mean, runningVar: variance } = norm;
  if (mean === null || variance === null)
    throw new ValueError("fusion: the batch norm has no running statistics (trackRunningStats: false)");
  return { mean, variance };
}

/** A copy of a layer with the weight and the bias that are made of its own and those of the batch norm after it. */
function fused<M extends Affine>(layer: M, norm: Norm, weights: typeof fuseLinearBnWeights): M {
  const { mean, variance } = requireEvaluation(layer, norm);
  const copy = deepCopy(layer);
  [copy.weight, copy.bias] = weights(copy.weight, copy.bias, mean, variance, norm.eps, norm.weight, norm.bias);
  return copy;
}

/** What `fuseConvBnEval` makes of weight and bias of a convolution. */
export function fuseConvBnWeights(
  convW: Tensor,
  convB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
  transpose = false,
): [weight: Parameter, bias: Parameter] {
  return noGrad(() => {
    const scale = rsqrt(add(bnRv, bnEps));
    const factor = bnW ?? onesLike(bnRm);
    const ones = convW.shape.slice(2).map(() => 1);
    const perChannel = reshape(mul(factor, scale), transpose ? [1, -1, ...ones] : [-1, 1, ...ones]);
    const shifted = mul(mul(sub(convB ?? zerosLike(bnRm), bnRm), scale), factor);
    return [new Parameter(mul(convW, perChannel)), new Parameter(add(shifted, bnB ?? zerosLike(bnRm)))];
  });
}

/** The parameter of `fuseConvBnEval`, by name. */
export interface FuseConvOptions {
  /** Whether it is a transposed convolution; default false. */
  readonly transpose?: boolean;
}

/**
 * One convolution that computes what a convolution and a batch norm after it compute, both in evaluation mode. They stay as they are.
 *
 * @param transpose whether it is a transposed convolution; default false.
 * @throws ValueError in training mode, or for a batch norm without running statistics.
 * @example const fused = nn.utils.fuseConvBnEval(conv.eval(), norm.eval());
 */
export function fuseConvBnEval<M extends Affine>(conv: M, bn: Norm, transpose?: boolean | FuseConvOptions): M {
  const transposed = keywords<FuseConvOptions>(["transpose"], [transpose]).transpose;
  return fused(conv, bn, (...given) => fuseConvBnWeights(...given, transposed));
}

/** What `fuseLinearBnEval` makes of weight and bias of a linear layer. */
export function fuseLinearBnWeights(
  linearW: Tensor,
  linearB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
): [weight: Parameter, bias: Parameter] {
  return noGrad(() => {
    const scale = mul(bnW ?? onesLike(bnRm), rsqrt(add(bnRv, bnEps)));
    const shifted = mul(sub(linearB ?? zerosLike(bnRm), bnRm), scale);
    return [new Parameter(mul(linearW, unsqueeze(scale, -1))), new Parameter(add(shifted, bnB ?? zerosLike(bnRm)))];
  });
}

/** One linear layer that computes what a linear layer and a batch norm after it compute: as `fuseConvBnEval`. */
export function fuseLinearBnEval<M extends Affine>(linear: M, bn: Norm): M {
  return fused(linear, bn, fuseLinearBnWeights);
}

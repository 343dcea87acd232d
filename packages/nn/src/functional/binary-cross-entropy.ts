import { call, pytorchName, requireTensors, sameShape, type Term } from "@cresset/core/extend";
import { DTypeError, ShapeError, type Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { sizeText } from "../printing.ts";
import { logistic, logOfLogistic } from "./activation-common.ts";
import {
  byReduction,
  checkReduction,
  type LossAttributes,
  lossOperation,
  type ReductionOptions,
  requireWithin,
  sizeHint,
  spread,
} from "./reduction.ts";

export interface BinaryCrossEntropyOptions extends ReductionOptions {
  /** A factor for each element's loss; broadcasts to the input's shape. */
  readonly weight?: Tensor | null;
}

interface BinaryAttributes extends LossAttributes {
  readonly weighted: boolean;
}

/** log x, but not below -100, so that a probability of exactly 0 has a finite loss. */
const clampedLog = (x: Term): Term => m.maximum(m.log(x), -100);
/** log(1 - x), but not below -100. */
const clampedLogOfRest = (x: Term): Term => m.maximum(m.log1p(m.neg(x)), -100);

const bceOp = lossOperation<BinaryAttributes>(
  "binary_cross_entropy",
  ([x, y, weight], _, { weighted }) => {
    const p = m.check(x, m.and(m.ge(x, 0), m.le(x, 1)), {
      error: "ValueError",
      message:
        "all elements of input should be between 0 and 1: put a Sigmoid before this loss, or give the scores to BCEWithLogitsLoss",
    });
    const loss = m.sub(m.mul(m.sub(y, 1), clampedLogOfRest(p)), m.mul(y, clampedLog(p)));
    return weighted ? m.mul(loss, weight) : loss;
  },
  {
    // PyTorch's own: where the loss is clamped, the true derivative is 0 and nothing would be learned.
    derivative: ({ input, grad, needs, attributes: { reduction, weighted } }) => {
      const [x, y] = [input(0), input(1)];
      const each = spread(grad(), reduction, x.numel);
      const g = weighted ? m.mul(each, input(2)) : each;
      return [
        needs(0) ? m.div(m.mul(g, m.sub(x, y)), m.maximum(m.mul(m.sub(1, x), x), 1e-12)) : null,
        needs(1) ? m.mul(g, m.sub(clampedLogOfRest(x), clampedLog(x))) : null,
        null,
      ];
    },
  },
);

const unweighted = byReduction<BinaryAttributes>({ weighted: false });
const withWeight = byReduction<BinaryAttributes>({ weighted: true });

/**
 * The cross-entropy between probabilities and targets: -(y log p + (1 - y) log(1 - p)), with logarithms not below -100.
 * It does not scale its input, which must be probabilities; see `binaryCrossEntropyWithLogits` for scores.
 *
 * @param input probabilities in [0, 1], of any shape.
 * @param target of the input's shape and dtype, usually 0 or 1.
 * @throws ShapeError if the shapes differ, DTypeError if the dtypes do; ValueError at evaluation for an input outside
 * [0, 1].
 * @example
 * F.binaryCrossEntropy(torch.tensor([0.9, 0.2]), torch.tensor([1, 0])) // tensor(0.1643)
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  weight?: Tensor | null | BinaryCrossEntropyOptions,
  options?: BinaryCrossEntropyOptions,
): Tensor {
  const given = keywords<BinaryCrossEntropyOptions>(["weight", "reduction"], [weight, options]);
  const { reduction = "mean" } = given;
  checkReduction(reduction);
  requireTensors("binary_cross_entropy", [input, target]);
  if (!sameShape(input.shape, target.shape))
    throw new ShapeError(
      `Using a target size (${sizeText(target.shape)}) that is different to the input size (${sizeText(input.shape)}) is deprecated. ` +
        `Please ensure they have the same size.${sizeHint(input.shape, target.shape)}`,
    );
  requireFloatTarget(input, target);
  const factor = given.weight ?? null;
  if (factor === null) return call(bceOp, [input, target], [], unweighted[reduction]);
  requireWithin(input.shape, factor.shape);
  return call(bceOp, [input, target, factor], [], withWeight[reduction]);
}

function requireFloatTarget(input: Tensor, target: Tensor): void {
  if (input.dtype === target.dtype) return;
  throw new DTypeError(
    `Found dtype ${pytorchName(target.dtype)} but expected ${pytorchName(input.dtype)}\n` +
      `Give it the input's dtype: target.to("${input.dtype}").`,
  );
}

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** A factor for the loss of positive targets, one per class; broadcasts to the input's shape. */
  readonly posWeight?: Tensor | null;
}

interface LogitsAttributes extends BinaryAttributes {
  readonly posWeighted: boolean;
}

const bceWithLogitsOp = lossOperation<LogitsAttributes>(
  "binary_cross_entropy_with_logits",
  (inputs, _, { weighted, posWeighted }) => {
    const [x, y] = inputs;
    const softplus = m.neg(logOfLogistic(x));
    const positive = posWeighted ? m.mul(softplus, m.add(m.mul(m.sub(inputs[2], 1), y), 1)) : softplus;
    const loss = m.add(m.mul(m.sub(1, y), x), positive);
    return weighted ? m.mul(loss, inputs[posWeighted ? 3 : 2]) : loss;
  },
  {
    derivative: ({ input, grad, needs, attributes: { reduction, weighted, posWeighted } }) => {
      const [x, y] = [input(0), input(1)];
      const each = spread(grad(), reduction, x.numel);
      const g = weighted ? m.mul(each, input(posWeighted ? 3 : 2)) : each;
      const sigmoid = logistic(x);
      if (!posWeighted)
        return [needs(0) ? m.mul(m.sub(sigmoid, y), g) : null, needs(1) ? m.neg(m.mul(g, x)) : null, null];
      const t = m.mul(input(2), y);
      const softplus = m.neg(logOfLogistic(x));
      return [
        needs(0) ? m.mul(m.sub(m.mul(m.sub(m.add(t, 1), y), sigmoid), t), g) : null,
        needs(1) ? m.mul(g, m.sub(m.mul(m.sub(input(2), 1), softplus), x)) : null,
        null,
        null,
      ];
    },
  },
);

/** By whether there is a weight, and a weight of positives. */
const logitsAttributes = [0, 1, 2, 3].map((bits) =>
  byReduction<LogitsAttributes>({ weighted: (bits & 1) !== 0, posWeighted: (bits & 2) !== 0 }),
);

/**
 * `binaryCrossEntropy(sigmoid(input), target)`, computed from the scores themselves: it neither overflows nor loses the
 * small differences that a saturated sigmoid does.
 *
 * @param input scores (logits) of any shape.
 * @param target of the input's shape, usually 0 or 1.
 * @throws ShapeError if the shapes differ.
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  weight?: Tensor | null | BinaryCrossEntropyWithLogitsOptions,
  options?: BinaryCrossEntropyWithLogitsOptions,
): Tensor {
  const given = keywords<BinaryCrossEntropyWithLogitsOptions>(["weight", "reduction", "posWeight"], [weight, options]);
  const { reduction = "mean" } = given;
  checkReduction(reduction);
  requireTensors("binary_cross_entropy_with_logits", [input, target]);
  if (!sameShape(input.shape, target.shape))
    throw new ShapeError(
      `Target size (${sizeText(target.shape)}) must be the same as input size (${sizeText(input.shape)})${sizeHint(input.shape, target.shape)}`,
    );
  const [factor, positive] = [given.weight ?? null, given.posWeight ?? null];
  const inputs = [input, target, ...(positive === null ? [] : [positive]), ...(factor === null ? [] : [factor])];
  requireWithin(input.shape, ...inputs.map((each) => each.shape));
  const table = logitsAttributes[(factor === null ? 0 : 1) + (positive === null ? 0 : 2)];
  return call(bceWithLogitsOp, inputs, [], table[reduction]);
}

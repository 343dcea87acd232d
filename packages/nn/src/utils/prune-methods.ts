/** How masks of pruned tensors are chosen. */
import {
  abs,
  FloatScalar,
  flatten,
  gt,
  IndexError,
  indexFill,
  kthvalue,
  mul,
  norm,
  ones,
  rand,
  randLike,
  reshape,
  type Scalar,
  ShapeError,
  type Tensor,
  topk,
  ValueError,
  zerosLike,
} from "@cresset/core/functions";
import { sizeText } from "../printing.ts";

/** How much is pruned: a number of elements or channels, or a fraction; `torch.float(1)` is the fraction 1. */
export type PruningAmount = Scalar;

/**
 * A way to choose what is pruned. A subclass says which ones of the elements that are still there (1 in `defaultMask`) stay.
 *
 * @example
 * class Negative extends nn.utils.prune.BasePruningMethod {
 *   readonly PRUNING_TYPE = "unstructured";
 *   computeMask(t: Tensor, defaultMask: Tensor) { return defaultMask.mul(t.ge(0)); }
 * }
 */
export abstract class BasePruningMethod {
  /** What a further pruning is shown: the elements left, in a row; the channels left along `dim`; or everything. */
  abstract readonly PRUNING_TYPE: "unstructured" | "structured" | "global";
  /** Of structured methods: the dimension of the channels. */
  readonly dim: number = -1;
  abstract computeMask(t: Tensor, defaultMask: Tensor): Tensor;
}

const isFraction = (amount: PruningAmount): boolean =>
  amount instanceof FloatScalar || !Number.isInteger(Number(amount));
const numberOf = (amount: PruningAmount): number => (amount instanceof FloatScalar ? amount.value : Number(amount));

function requireAmount(amount: PruningAmount): void {
  const value = numberOf(amount);
  if (!(value >= 0) || (isFraction(amount) && value > 1))
    throw new ValueError(`amount=${value} should either be a float in the range [0, 1] or a non-negative integer`);
}

/** How many of `size` are pruned. */
function countOf(amount: PruningAmount, size: number): number {
  const value = numberOf(amount);
  const count = isFraction(amount) ? roundHalfEven(value * size) : value;
  if (count > size)
    throw new ValueError(`amount=${count} should be smaller than the number of parameters to prune=${size}`);
  return count;
}

/** As Python rounds. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** A mask with zeros at some places of its row-major order. */
function without(mask: Tensor, places: Tensor): Tensor {
  return reshape(indexFill(flatten(mask), 0, places, 0), mask.shape);
}

/** Prunes nothing. */
export class Identity extends BasePruningMethod {
  override readonly PRUNING_TYPE = "unstructured";

  override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
    return defaultMask;
  }
}

/** What prunes so many, or such a share. */
abstract class PruningByAmount extends BasePruningMethod {
  readonly amount: PruningAmount;

  constructor(amount: PruningAmount) {
    super();
    requireAmount(amount);
    this.amount = amount;
  }
}

/** Prunes elements at random. @throws ValueError for an amount that is none. */
export class RandomUnstructured extends PruningByAmount {
  override readonly PRUNING_TYPE = "unstructured";
  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const count = countOf(this.amount, t.numel());
    return count === 0 ? defaultMask : without(defaultMask, topk(flatten(randLike(t)), count).indices);
  }
}

/** Prunes the elements of least size. @throws ValueError for an amount that is none. */
export class L1Unstructured extends PruningByAmount {
  override readonly PRUNING_TYPE = "unstructured";
  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const count = countOf(this.amount, t.numel());
    if (count === 0) return defaultMask;
    return without(defaultMask, topk(flatten(abs(t)), count, { largest: false }).indices);
  }
}

/** What prunes channels: so many, or such a share. */
abstract class ChannelPruning extends PruningByAmount {
  override readonly PRUNING_TYPE = "structured";
  override readonly dim: number;

  constructor(amount: PruningAmount, dim: number) {
    super(amount);
    this.dim = dim;
  }

  /** Which channels stay, as 1 and 0, when `count` of them along `dim` are pruned. */
  protected abstract kept(t: Tensor, dim: number, count: number): Tensor;

  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    requireChannels(t, this.dim);
    const dim = this.dim < 0 ? this.dim + t.ndim : this.dim;
    const count = countOf(this.amount, t.shape[dim]);
    if (count === 0) return defaultMask;
    const along = t.shape.map((size, d) => (d === dim ? size : 1));
    const all = ones([...t.shape], { dtype: t.dtype, device: t.device });
    return mul(mul(reshape(this.kept(t, dim, count), along), all), defaultMask.to(t.dtype));
  }
}

function requireChannels(t: Tensor, dim: number): void {
  if (t.ndim <= 1)
    throw new ShapeError(
      `Structured pruning can only be applied to multidimensional tensors. Found tensor of shape ${sizeText(t.shape)} with ${t.ndim} dims`,
    );
  if (dim >= t.ndim) throw new IndexError(`Invalid index ${dim} for tensor of size ${sizeText(t.shape)}`);
}

/** Prunes channels at random. @throws ValueError for an amount that is none. */
export class RandomStructured extends ChannelPruning {
  constructor(amount: PruningAmount, dim = -1) {
    super(amount, dim);
  }

  protected override kept(t: Tensor, dim: number, count: number): Tensor {
    const drawn = rand([t.shape[dim]], { device: t.device });
    return gt(drawn, kthvalue(drawn, count).values);
  }
}

/** Prunes the channels of least norm of order `n`. @throws ValueError for an amount that is none. */
export class LnStructured extends ChannelPruning {
  readonly n: number;

  constructor(amount: PruningAmount, n: number, dim = -1) {
    super(amount, dim);
    this.n = n;
  }

  protected override kept(t: Tensor, dim: number, count: number): Tensor {
    const others = t.shape.map((_, d) => d).filter((d) => d !== dim);
    const norms = norm(t, this.n, others);
    return indexFill(zerosLike(norms), 0, topk(norms, t.shape[dim] - count).indices, 1);
  }
}

/** Prunes where a given mask is 0. */
export class CustomFromMask extends BasePruningMethod {
  override readonly PRUNING_TYPE = "global";
  readonly mask: Tensor;

  constructor(mask: Tensor) {
    super();
    this.mask = mask;
  }

  override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
    if (this.mask.shape.join() !== defaultMask.shape.join())
      throw new ShapeError(
        `prune: the mask has shape ${sizeText(this.mask.shape)}, and what is pruned ${sizeText(defaultMask.shape)}`,
      );
    return mul(defaultMask, this.mask.to(defaultMask.dtype));
  }
}

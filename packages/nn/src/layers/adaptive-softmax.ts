import { call, operation } from "@cresset/core/extend";
import {
  add,
  argmax,
  cat,
  gather,
  logSoftmax,
  mean,
  narrow,
  neg,
  ShapeError,
  select,
  squeeze,
  type Tensor,
  type TensorOptions,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { ModuleList } from "../containers/module-list.ts";
import { Sequential } from "../containers/sequential.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Linear } from "./linear.ts";

/** Keyword arguments of `AdaptiveLogSoftmaxWithLoss`. */
export interface AdaptiveOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** By how much each cluster's inner size is smaller than the one before; default 4. */
  readonly divValue?: number;
  /** Whether the head has a bias; default false. */
  readonly headBias?: boolean;
}

/** The log-probability of each target [N], and the mean of their negatives []. */
export type AdaptiveOutput = readonly [Tensor, Tensor] & { readonly output: Tensor; readonly loss: Tensor };

/** (classes [N]) → the places of those of a cluster, counted from its first; 0 for others. */
const placeOp = operation<{ low: number; high: number }>("adaptive_place", ([target], _, { low, high }) => {
  const inside = m.and(m.ge(target, low), m.lt(target, high));
  return m.where(inside, m.sub(target, low), 0);
});

/** (sum, values, target): values of the targets in a cluster take the place of the sum. */
const chosenOp = operation<{ low: number; high: number }>("adaptive_choose", ([other, own, target], _, { low, high }) =>
  m.where(m.and(m.ge(target, low), m.lt(target, high)), own, other),
);

/** The column of the head for a target: its own, or that of its cluster. */
const columnOp = operation<{ cutoffs: readonly number[]; classes: number }>(
  "adaptive_column",
  ([target], _, { cutoffs, classes }) => {
    const valid = m.and(m.ge(target, 0), m.lt(target, classes));
    let column = m.check(target, valid, {
      error: "IndexError",
      message: `Target values should be in [0, ${classes - 1}]`,
    });
    for (const [i, cutoff] of cutoffs.entries()) column = m.where(m.ge(target, cutoff), cutoffs[0] + i, column);
    return column;
  },
);

interface AdaptiveParameters extends AdaptiveOptions {
  readonly inFeatures: number;
  readonly nClasses: number;
  readonly cutoffs: readonly number[];
}

/**
 * Softmax over many classes, frequent ones first (Grave et al. 2017): the most frequent ones have outputs of their own, the rest
 * stands in clusters with inner layers that get smaller. A call takes input [N, inFeatures] or [inFeatures] and targets [N]
 * or [], and gives `output`, the log-probabilities of the targets, and `loss`, the mean of their negatives.
 *
 * @param cutoffs where clusters begin: rising, between 1 and nClasses - 1.
 * @throws ValueError for other cutoffs; ShapeError for sizes that do not fit.
 * @example
 * const m = new nn.AdaptiveLogSoftmaxWithLoss(16, 1000, [10, 100]);
 * const { loss } = m(torch.randn([8, 16]), torch.randint(0, 1000, [8]));
 */
export class AdaptiveLogSoftmaxWithLoss extends Module<[input: Tensor, target: Tensor], AdaptiveOutput> {
  static override readonly typeName: string = "AdaptiveLogSoftmaxWithLoss";
  readonly inFeatures: number;
  readonly nClasses: number;
  readonly cutoffs: readonly number[];
  readonly divValue: number;
  readonly headBias: boolean;
  readonly shortlistSize: number;
  readonly nClusters: number;
  readonly headSize: number;
  head: Linear;
  tail: ModuleList;

  constructor(...named: ByName<AdaptiveParameters, ["inFeatures", "nClasses", "cutoffs"]>);
  constructor(
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    divValue?: number | AdaptiveOptions,
    headBias?: boolean | AdaptiveOptions,
  );
  constructor(...given: readonly unknown[]) {
    super();
    const names = ["inFeatures", "nClasses", "cutoffs", "divValue", "headBias", "device", "dtype"] as const;
    const { inFeatures, nClasses, cutoffs, device, dtype, ...options } = keywords<AdaptiveParameters>(names, given, 3);
    const rising = cutoffs.every((cutoff, i) => i === 0 || cutoff > cutoffs[i - 1]);
    if (cutoffs.length === 0 || !rising || !cutoffs.every((c) => Number.isInteger(c) && c > 0 && c <= nClasses - 1))
      throw new ValueError(
        "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1",
      );
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = [...cutoffs, nClasses];
    this.divValue = options.divValue ?? 4;
    this.headBias = options.headBias ?? false;
    this.shortlistSize = this.cutoffs[0];
    this.nClusters = this.cutoffs.length - 1;
    this.headSize = this.shortlistSize + this.nClusters;
    this.head = new Linear(inFeatures, this.headSize, { bias: this.headBias, device, dtype });
    this.tail = new ModuleList(
      Array.from({ length: this.nClusters }, (_, i) => {
        const inner = Math.floor(inFeatures / this.divValue ** (i + 1));
        const outer = this.cutoffs[i + 1] - this.cutoffs[i];
        return new Sequential(
          new Linear(inFeatures, inner, { bias: false, device, dtype }),
          new Linear(inner, outer, { bias: false, device, dtype }),
        );
      }),
    );
  }

  /** Draws all weights anew. */
  resetParameters(): void {
    this.head.resetParameters();
    for (const layers of this.tail)
      for (const layer of layers.children()) if (layer instanceof Linear) layer.resetParameters();
  }

  forward(input: Tensor, target: Tensor): AdaptiveOutput {
    const alone = target.ndim === 0;
    const [x, classes] = alone && input.ndim === 1 ? [unsqueeze(input, 0), unsqueeze(target, 0)] : [input, target];
    if (classes.ndim !== 1) throw new ShapeError("0D or 1D target tensor expected, multi-target not supported");
    if (x.ndim !== 2) throw new ShapeError("input tensor should have two dimensions, or one where the target has none");
    if (x.shape[0] !== classes.shape[0])
      throw new ShapeError("Input and target should have the same size in the batch dimension.");
    const head = logSoftmax(this.head(x), 1);
    const column = call(columnOp, [classes], [], { cutoffs: this.cutoffs.slice(0, -1), classes: this.nClasses });
    let output = squeeze(gather(head, 1, unsqueeze(column, 1)), 1);
    for (const [i, rows] of clustersOf(this.tail, x).entries()) {
      const range = { low: this.cutoffs[i], high: this.cutoffs[i + 1] };
      const place = call(placeOp, [classes], [], range);
      const own = squeeze(gather(rows, 1, unsqueeze(place, 1)), 1);
      output = call(chosenOp, [output, add(output, own), classes], [], range);
    }
    const result = alone ? squeeze(output, 0) : output;
    return named(result, neg(mean(output)));
  }

  /** The log-probabilities of all classes, [N, nClasses], of input [N, inFeatures]. */
  logProb(input: Tensor): Tensor {
    const head = logSoftmax(this.head(input), 1);
    const parts = clustersOf(this.tail, input).map((rows, i) =>
      add(rows, unsqueeze(select(head, 1, this.shortlistSize + i), 1)),
    );
    return cat([narrow(head, 1, 0, this.shortlistSize), ...parts], 1);
  }

  /** The most probable class of each row, [N], of input [N, inFeatures]. */
  predict(input: Tensor): Tensor {
    return argmax(this.logProb(input), 1);
  }
}

/** The log-probabilities within each cluster. */
function clustersOf(tail: ModuleList, x: Tensor): Tensor[] {
  return [...tail].filter((layers) => layers instanceof Sequential).map((layers) => logSoftmax(layers(x), 1));
}

function named(output: Tensor, loss: Tensor): AdaptiveOutput {
  return Object.defineProperties([output, loss], {
    output: { value: output },
    loss: { value: loss },
  }) as unknown as AdaptiveOutput;
}

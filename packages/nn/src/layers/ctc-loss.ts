import type { Tensor } from "@cresset/core/functions";
import { type CtcLengths, type CtcLossOptions, ctcLoss } from "../functional/ctc-loss.ts";
import type { Reduction } from "../functional/reduction.ts";
import { keywords } from "../keywords.ts";
import { Module } from "../module.ts";

/**
 * Connectionist temporal classification: called with log-probabilities [T, N, C], targets [N, S] (or concatenated), and
 * the lengths of inputs and targets, [N] each.
 *
 * @example
 * const loss = new nn.CTCLoss()(torch.logSoftmax(scores, 2), targets, inputLengths, targetLengths);
 */
export class CTCLoss extends Module<
  [logProbs: Tensor, targets: Tensor, inputLengths: CtcLengths, targetLengths: CtcLengths],
  Tensor
> {
  static override readonly typeName: string = "CTCLoss";
  readonly blank: number;
  readonly reduction: Reduction;
  readonly zeroInfinity: boolean;

  constructor(
    blank?: number | CtcLossOptions,
    reduction?: Reduction | CtcLossOptions,
    zeroInfinity?: boolean | CtcLossOptions,
  ) {
    super();
    const names = ["blank", "reduction", "zeroInfinity"] as const;
    const options = keywords<CtcLossOptions>([...names], [blank, reduction, zeroInfinity]);
    this.blank = options.blank ?? 0;
    this.reduction = options.reduction ?? "mean";
    this.zeroInfinity = options.zeroInfinity ?? false;
  }

  forward(logProbs: Tensor, targets: Tensor, inputLengths: CtcLengths, targetLengths: CtcLengths): Tensor {
    const { blank, reduction, zeroInfinity } = this;
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, reduction, zeroInfinity });
  }
}

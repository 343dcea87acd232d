import {
  constant,
  type Description,
  given,
  on,
  positive,
  probability,
  real,
  type Sample,
  smooth,
  takes,
} from "@cresset/core/catalogue";
import type * as functional from "../functional/index.ts";

type Name =
  | Extract<keyof typeof functional, `${string}Loss`>
  | "binaryCrossEntropy"
  | "binaryCrossEntropyWithLogits"
  | "crossEntropy"
  | "klDiv";

const two = [real(2, 3), real(2, 3)];
const signs = given([1, -1, 1, 1, -1, -1], [2, 3]);
const sides = given([1, -1], [2]);
const classes = given([2, 0], [2], "int64");
const reductions = (sample: (reduction: string) => Sample): Sample[] => ["none", "mean", "sum"].map(sample);

const regression = smooth(...reductions((reduction) => on(two, { reduction })));

export const lossSamples: Readonly<Record<Name, Description>> = {
  binaryCrossEntropy: takes(
    "input target weight -size_average -reduce | reduction",
    smooth(
      ...reductions((reduction) => on([probability(2, 3), probability(2, 3)], { reduction })),
      on([probability(2, 3), probability(2, 3), constant(positive(3))]),
    ),
  ),
  binaryCrossEntropyWithLogits: takes(
    "input target weight -size_average -reduce | reduction pos_weight",
    smooth(
      ...reductions((reduction) => on([real(2, 3), probability(2, 3)], { reduction })),
      on([real(2, 3), probability(2, 3), constant(positive(3))]),
    ),
  ),
  cosineEmbeddingLoss: takes(
    "input1 input2 target | margin -size_average -reduce reduction",
    smooth(...reductions((reduction) => on([...two, sides], { margin: 0.1, reduction }))),
  ),
  crossEntropy: takes(
    "input target weight -size_average | ignore_index -reduce reduction label_smoothing",
    smooth(
      ...reductions((reduction) => on([real(2, 3), classes], { reduction })),
      on([real(2, 3), classes, positive(3)], { labelSmoothing: 0.1 }),
      on([real(2, 3), classes], { ignoreIndex: 2 }),
      on([real(2, 3), probability(2, 3)]),
    ),
  ),
  ctcLoss: takes("log_probs targets input_lengths target_lengths | blank reduction zero_infinity?", {
    ...smooth({
      ...on([real(4, 2, 3), given([1, 2, 2, 1], [2, 2], "int64")], [4, 3], [2, 1]),
      among: "logProbabilities",
    }),
    once: "its derivative, as PyTorch's, is computed by a recursion that records none",
  }),
  gaussianNllLoss: takes(
    "input target var | full? eps reduction",
    smooth(on([...two, positive(2, 3)]), on([...two, positive(2, 3)], { full: true, reduction: "sum" })),
  ),
  hingeEmbeddingLoss: takes(
    "input target | margin -size_average -reduce reduction",
    smooth(...reductions((reduction) => on([real(2, 3), signs], { margin: 0.8, reduction }))),
  ),
  huberLoss: takes("input target | reduction delta", smooth(on(two), on(two, { delta: 0.6, reduction: "none" }))),
  klDiv: takes(
    "input target -size_average -reduce | reduction log_target?",
    smooth(on([real(2, 3), probability(2, 3)]), on(two, { logTarget: true, reduction: "batchmean" })),
  ),
  l1Loss: takes("input target -size_average -reduce | reduction", regression),
  marginRankingLoss: takes(
    "input1 input2 target | margin -size_average -reduce reduction",
    smooth(...reductions((reduction) => on([...two, signs], { margin: 0.3, reduction }))),
  ),
  mseLoss: takes("input target -size_average -reduce | reduction", regression),
  multiMarginLoss: takes(
    "input target | p margin weight -size_average -reduce reduction",
    smooth(on([real(2, 3), classes]), on([real(2, 3), classes], { p: 2, margin: 0.7 })),
  ),
  multilabelMarginLoss: takes(
    "input target -size_average -reduce | reduction",
    smooth(on([real(2, 3), given([2, 0, -1, 1, -1, 0], [2, 3], "int64")])),
  ),
  multilabelSoftMarginLoss: takes(
    "input target | weight -size_average -reduce reduction",
    smooth(on([real(2, 3), probability(2, 3)])),
  ),
  nllLoss: takes(
    "input target weight -size_average | ignore_index -reduce reduction",
    smooth(
      ...reductions((reduction) => on([real(2, 3), classes], { reduction })),
      on([real(2, 3), classes, positive(3)]),
    ),
  ),
  poissonNllLoss: takes(
    "input target | log_input? full? -size_average eps -reduce reduction",
    smooth(on([real(2, 3), positive(2, 3)]), on([positive(2, 3), positive(2, 3)], { logInput: false, full: true })),
  ),
  smoothL1Loss: takes(
    "input target -size_average -reduce | reduction beta",
    smooth(on(two), on(two, { beta: 0.6, reduction: "sum" })),
  ),
  softMarginLoss: takes(
    "input target -size_average -reduce | reduction",
    smooth(...reductions((reduction) => on([real(2, 3), signs], { reduction }))),
  ),
  tripletMarginLoss: takes(
    "anchor positive negative | margin p eps swap? -size_average -reduce reduction",
    smooth(on([...two, real(2, 3)]), on([...two, real(2, 3)], { margin: 2, p: 3, swap: true })),
  ),
  tripletMarginWithDistanceLoss: takes(
    "anchor positive negative | distance_function margin swap? reduction",
    smooth(on([...two, real(2, 3)])),
  ),
};

import {
  as,
  constant,
  type Description,
  flat,
  given,
  on,
  positive,
  real,
  smooth,
  takes,
} from "@cresset/core/catalogue";
import type * as attention from "../functional/attention.ts";
import type * as distance from "../functional/distance.ts";
import type * as dropout from "../functional/dropout.ts";
import type * as linear from "../functional/linear.ts";
import type * as norm from "../functional/norm.ts";
import type * as normBatch from "../functional/norm-batch.ts";

type Name =
  | keyof typeof distance
  | keyof typeof dropout
  | keyof typeof linear
  | Exclude<keyof typeof norm, "crossMapNorm">
  | keyof typeof normBatch
  | "embedding"
  | "embeddingBag"
  | "oneHot"
  | "oneHotSync"
  | keyof Pick<typeof attention, "scaledDotProductAttention">;

/** Nothing is dropped where what is drawn is the same for every operand: then differences are those of one function. */
const dropped = takes("input p training/train? inplace?", {
  ...smooth(on([real(2, 3, 2)], 0.4), on([real(2, 3, 2)], 0.4, false)),
  ofStorage: "it draws in the order of memory",
});
const places = given([2, 0, 1, 2], [2, 2], "int64");

export const layerSamples: Readonly<Record<Name, Description>> = {
  alphaDropout: dropped,
  dropout: dropped,
  dropout1d: dropped,
  dropout2d: dropped,
  dropout3d: takes("input p training? inplace?", smooth(on([real(2, 2, 1, 1, 2)], 0.4))),
  featureAlphaDropout: dropped,
  gumbelSoftmax: takes("logits tau hard? eps dim", smooth(on([real(2, 3)]), on([real(2, 3)], 0.7))),
  rrelu: takes("input lower upper training? inplace?", smooth(on([real(2, 3)]), on([real(2, 3)], 0.2, 0.4, true))),

  batchNorm: takes(
    "input running_mean running_var weight bias training? momentum eps",
    smooth(
      on([real(3, 2), constant(real(2)), constant(positive(2)), positive(2), real(2)]),
      as([real(3, 2, 2), positive(2), real(2)], (x, weight, bias) => [x, null, null, weight, bias, true]),
    ),
  ),
  groupNorm: takes(
    "input num_groups weight bias eps -cudnn_enabled=True",
    smooth(
      on([real(2, 4, 3)], 2),
      as([real(2, 4), positive(4), real(4)], (x, weight, bias) => [x, 2, weight, bias, 0.01]),
    ),
  ),
  instanceNorm: takes(
    "input running_mean running_var weight bias use_input_stats? momentum eps",
    smooth(on([real(2, 2, 3)])),
  ),
  layerNorm: takes(
    "input normalized_shape weight bias eps -cudnn_enable=True",
    smooth(
      on([real(2, 4)], [4]),
      as([real(2, 3), positive(3), real(3)], (x, weight, bias) => [x, [3], weight, bias, 0.01]),
    ),
  ),
  localResponseNorm: takes(
    "input size alpha beta k",
    smooth(on([real(1, 4, 3)], 3), on([real(1, 4, 3)], 2, 0.3, 0.6, 1.5)),
  ),
  rmsNorm: takes(
    "input normalized_shape weight eps",
    smooth(
      on([real(2, 4)], [4]),
      as([real(2, 3), positive(3)], (x, weight) => [x, [3], weight, 0.01]),
    ),
  ),
  normalize: takes("input p dim eps", smooth(on([real(2, 3)]), on([real(2, 3)], 3, 0))),

  bilinear: takes("input1 input2 weight bias", smooth(on([real(2, 3), real(2, 2), real(2, 3, 2), real(2)]))),
  linear: takes("input weight bias", smooth(on([real(2, 3), real(2, 3), real(2)]), on([real(2, 2, 3), real(1, 3)]))),
  cosineSimilarity: takes("x1 x2 dim eps", smooth(on([real(2, 3), real(2, 3)]), on([real(2, 3), real(3)], 0))),
  pairwiseDistance: takes(
    "x1 x2 p eps keepdim?",
    smooth(on([real(2, 3), real(2, 3)]), on([real(2, 3), real(3)], 3, 0.01, true)),
  ),
  pdist: takes("input p", smooth(on([real(4, 3)], 3))),

  embedding: takes(
    "input weight padding_idx max_norm norm_type scale_grad_by_freq? sparse?",
    smooth(on([places, real(3, 2)]), { ...on([places, real(3, 2)], 1), flat: "the row of the padding is not learned" }),
  ),
  embeddingBag: takes(
    "input weight offsets | max_norm norm_type scale_grad_by_freq? mode sparse? per_sample_weights include_last_offset? padding_idx",
    smooth(
      on([places, real(3, 2)]),
      on([places, real(3, 2)], { mode: "sum" }),
      on([places, real(3, 2)], { mode: "max" }),
      on([given([2, 0, 1], [3], "int64"), real(3, 2), given([0, 2], [2], "int64")], { mode: "sum" }),
    ),
  ),
  oneHot: takes("input/tensor num_classes", flat("its results are integers", on([places], 4))),
  oneHotSync: takes("input/tensor num_classes", flat("its results are integers", on([places]))),
  scaledDotProductAttention: takes(
    [
      "query key value attn_mask dropout_p is_causal? | scale enable_gqa?",
      "query key value | attn_mask dropout_p need_attn_weights? is_causal?",
    ],
    smooth(
      on([real(2, 2, 3), real(2, 3, 3), real(2, 3, 2)]),
      on([real(2, 2, 3), real(2, 3, 3), real(2, 3, 2)], { isCausal: true }),
    ),
  ),
};

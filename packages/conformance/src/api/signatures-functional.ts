import type { Signatures } from "./signatures.ts";

const maxPool = "input kernel_size stride padding dilation | ceil_mode return_indices";
const averagePool = "input kernel_size stride padding | ceil_mode count_include_pad divisor_override";
const convolution = "input weight bias stride padding dilation groups";
const transposed = "input weight bias stride padding output_padding groups dilation";
const dropout = "input p training inplace";

const activations: Signatures = {
  celu: "input alpha inplace",
  elu: "input alpha inplace",
  gelu: "input | approximate",
  glu: "input dim",
  gumbel_softmax: "logits tau hard eps dim",
  hardshrink: "input lambd",
  hardtanh: "input min_val max_val inplace",
  leaky_relu: "input negative_slope inplace",
  log_softmax: "input dim | dtype",
  prelu: "input weight",
  rrelu: "input lower upper training inplace",
  softmax: "input dim | dtype",
  softmin: "input dim | dtype",
  softplus: "input beta threshold",
  softshrink: "input lambd",
  threshold: "input threshold value inplace",
};

const layers: Signatures = {
  alpha_dropout: dropout,
  dropout,
  dropout1d: dropout,
  dropout2d: dropout,
  dropout3d: dropout,
  batch_norm: "input running_mean running_var weight bias training momentum eps",
  group_norm: "input num_groups weight bias eps",
  instance_norm: "input running_mean running_var weight bias use_input_stats momentum eps",
  layer_norm: "input normalized_shape weight bias eps",
  local_response_norm: "input size alpha beta k",
  normalize: "input p dim eps",
  bilinear: "input1 input2 weight bias",
  linear: "input weight bias",
  embedding: "input weight padding_idx max_norm norm_type scale_grad_by_freq sparse",
  embedding_bag:
    "input weight offsets | max_norm norm_type scale_grad_by_freq mode sparse per_sample_weights include_last_offset padding_idx",
  one_hot: "input num_classes",
  pad: "input pad mode value",
  interpolate: "input size scale_factor mode align_corners recompute_scale_factor antialias",
  grid_sample: "input grid mode padding_mode align_corners",
  affine_grid: "theta size align_corners",
  fold: "input output_size kernel_size dilation padding stride",
  unfold: "input kernel_size dilation padding stride",
  pixel_shuffle: "input upscale_factor",
  pixel_unshuffle: "input downscale_factor",
  cosine_similarity: "x1 x2 dim eps",
  pairwise_distance: "x1 x2 p eps keepdim",
  pdist: "input p",
  _scaled_dot_product_attention: "query key value | attn_mask dropout_p need_attn_weights is_causal",
};

const windows: Signatures = {
  avg_pool1d: averagePool,
  avg_pool2d: averagePool,
  avg_pool3d: averagePool,
  max_pool1d: maxPool,
  max_pool2d: maxPool,
  max_pool3d: maxPool,
  lp_pool1d: "input norm_type kernel_size stride | ceil_mode",
  lp_pool2d: "input norm_type kernel_size stride | ceil_mode",
  adaptive_max_pool1d: "input output_size | return_indices",
  adaptive_max_pool2d: "input output_size | return_indices",
  conv1d: convolution,
  conv2d: convolution,
  conv3d: convolution,
  conv_transpose1d: transposed,
  conv_transpose2d: transposed,
  conv_transpose3d: transposed,
};

/** Losses take everything but their tensors by name, as PyTorch's users write them. */
const losses: Signatures = {
  binary_cross_entropy: "input target | weight reduction",
  binary_cross_entropy_with_logits: "input target | weight reduction pos_weight",
  cosine_embedding_loss: "input1 input2 target | margin reduction",
  cross_entropy: "input target | weight ignore_index reduction label_smoothing",
  ctc_loss: "log_probs targets input_lengths target_lengths | blank reduction zero_infinity",
  gaussian_nll_loss: "input target var | full eps reduction",
  hinge_embedding_loss: "input target | margin reduction",
  huber_loss: "input target | reduction delta",
  kl_div: "input target | reduction log_target",
  l1_loss: "input target | reduction",
  margin_ranking_loss: "input1 input2 target | margin reduction",
  mse_loss: "input target | reduction",
  multi_margin_loss: "input target | p margin weight reduction",
  multilabel_margin_loss: "input target | reduction",
  multilabel_soft_margin_loss: "input target | weight reduction",
  nll_loss: "input target | weight ignore_index reduction",
  poisson_nll_loss: "input target | log_input full eps reduction",
  smooth_l1_loss: "input target | reduction beta",
  soft_margin_loss: "input target | reduction",
  triplet_margin_loss: "anchor positive negative | margin p eps swap reduction",
};

/** Signatures of `nn.functional`. */
export const functionalSignatures: Signatures = { ...activations, ...layers, ...windows, ...losses };

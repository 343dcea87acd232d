/**
 * Parameters of operations in PyTorch's order: positional ones, then after `|` those of the trailing options object.
 * `*tensors` takes any number of operands, spread. Only operations for which the recorded arguments are not enough are
 * listed: those with arguments given by keyword that are positional here, or in more than one form. A list holds the
 * forms of an overloaded operation; the first that has all the given names and positions applies.
 */
export type Signatures = Readonly<Record<string, string | readonly string[]>>;

const reduction = "input dim keepdim";
const typedReduction = "input dim keepdim | dtype";
const variance = ["input unbiased", "input dim unbiased keepdim", "input dim | correction keepdim"];

const reductions: Signatures = {
  all: reduction,
  any: reduction,
  amax: reduction,
  amin: reduction,
  aminmax: "input | dim keepdim",
  argmax: reduction,
  argmin: reduction,
  count_nonzero: "input dim",
  logsumexp: reduction,
  max: reduction,
  min: reduction,
  mean: typedReduction,
  median: reduction,
  nanmean: typedReduction,
  nanmedian: reduction,
  nansum: typedReduction,
  norm: "input p dim keepdim | dtype",
  prod: typedReduction,
  quantile: "input q dim keepdim | interpolation",
  std: variance,
  std_mean: variance,
  sum: typedReduction,
  var: variance,
  var_mean: variance,
  histc: "input bins min max",
  bincount: "input weights minlength",
  dist: "input other p",
  "linalg.matrix_norm": "A ord dim keepdim | dtype",
  "linalg.vector_norm": "x ord dim keepdim | dtype",
  "masked.sum": "input dim | keepdim dtype mask",
};

const scans: Signatures = {
  cummax: "input dim",
  cummin: "input dim",
  cumprod: "input dim | dtype",
  cumsum: "input dim | dtype",
  logcumsumexp: "input dim",
  diff: "input n dim prepend append",
  trapezoid: "y x | dx dim",
  cumulative_trapezoid: "y x | dx dim",
};

const pointwise: Signatures = {
  add: "input other | alpha",
  sub: "input other | alpha",
  rsub: "input other | alpha",
  div: "input other | rounding_mode",
  addcmul: "input tensor1 tensor2 | value",
  addcdiv: "input tensor1 tensor2 | value",
  allclose: "input other rtol atol equal_nan",
  isclose: "input other rtol atol equal_nan",
  clamp: "input min max",
  clamp_min: "input min",
  clamp_max: "input max",
  fill: "input value",
  lerp: "input end weight",
  logit: "input eps",
  log_softmax: "input dim | dtype",
  softmax: "input dim | dtype",
  masked_fill: "input mask value",
  nan_to_num: "input nan posinf neginf",
  pow: "input exponent",
  round: "input | decimals",
  where: "condition input other",
};

const shapes: Signatures = {
  as_strided: "input size stride storage_offset",
  broadcast_shapes: "*shapes",
  broadcast_tensors: "*tensors",
  broadcast_to: "input size",
  cartesian_prod: "*tensors",
  cat: "tensors dim",
  chunk: "input chunks dim",
  combinations: "input r with_replacement",
  diag: "input diagonal",
  diagflat: "input offset",
  diag_embed: "input offset dim1 dim2",
  diagonal: "input offset dim1 dim2",
  diagonal_scatter: "input src offset dim1 dim2",
  flatten: "input start_dim end_dim",
  flip: "input dims",
  meshgrid: "*tensors | indexing",
  movedim: "input source destination",
  narrow: "input dim start length",
  repeat_interleave: "input repeats dim | output_size",
  roll: "input shifts dims",
  rot90: "input k dims",
  select_scatter: "input src dim index",
  split: "input split_size_or_sections dim",
  squeeze: "input dim",
  stack: "tensors dim",
  take_along_dim: "input indices dim",
  tensor_split: "input indices_or_sections dim",
  tile: "input dims",
  tril: "input diagonal",
  triu: "input diagonal",
  unbind: "input dim",
  unsqueeze: "input dim",
  "Tensor.expand": "input size",
  "Tensor.repeat": "input size",
  "Tensor.sum_to_size": "input size",
  "Tensor.view": "input size",
  "Tensor.unflatten": "input dim sizes",
};

const gathering: Signatures = {
  argsort: "input dim descending | stable",
  bucketize: "input boundaries | out_int32 right",
  searchsorted: "sorted_sequence input | out_int32 right side sorter",
  gather: "input dim index",
  index_add: "input dim index source | alpha",
  index_copy: "input dim index source",
  index_fill: "input dim index value",
  index_put: "input indices values accumulate",
  kthvalue: "input k dim keepdim",
  nonzero: "input | as_tuple",
  scatter: "input dim index src | reduce",
  scatter_add: "input dim index src",
  scatter_reduce: "input dim index src reduce | include_self",
  sort: "input dim descending | stable",
  topk: "input k dim largest sorted",
  unique: "input sorted return_inverse return_counts dim",
  unique_consecutive: "input return_inverse return_counts dim",
};

const products: Signatures = {
  addbmm: "input batch1 batch2 | beta alpha",
  addmm: "input mat1 mat2 | beta alpha",
  addmv: "input mat vec | beta alpha",
  addr: "input vec1 vec2 | beta alpha",
  baddbmm: "input batch1 batch2 | beta alpha",
  cdist: "x1 x2 p compute_mode",
  chain_matmul: "*matrices",
  einsum: "equation *operands",
  tensordot: "a b dims",
  "linalg.cross": "input other | dim",
  "linalg.multi_dot": "tensors",
  "linalg.vecdot": "x y | dim",
  "linalg.matrix_power": "A n",
};

const creation: Signatures = {
  full: "size fill_value | dtype device requires_grad",
  full_like: "input fill_value | dtype device requires_grad",
  linspace: "start end steps | dtype device requires_grad",
  logspace: "start end steps base | dtype device requires_grad",
  multinomial: "input num_samples replacement | generator",
  normal: "mean std size | generator",
  tensor: "data | dtype device requires_grad",
  as_tensor: "data | dtype device",
  "Tensor.new_full": "input size fill_value | dtype device requires_grad",
};

const initialisation: Signatures = {
  "nn.init.uniform_": "tensor a b",
  "nn.init.normal_": "tensor mean std",
  "nn.init.constant_": "tensor val",
  "nn.init.dirac_": "tensor groups",
  "nn.init.orthogonal_": "tensor gain",
  "nn.init.sparse_": "tensor sparsity std",
  "nn.init.xavier_normal_": "tensor gain",
  "nn.init.xavier_uniform_": "tensor gain",
};

export const signatures: Signatures = {
  ...reductions,
  ...scans,
  ...pointwise,
  ...shapes,
  ...gathering,
  ...products,
  ...creation,
  ...initialisation,
};

import type { linearAlgebra } from "../linalg.ts";
import type { reduction } from "../reduction.ts";
import type { scan } from "../scan.ts";
import type { sorting } from "../sort.ts";
import {
  as,
  boolResult,
  type Description,
  flat,
  given,
  integers,
  integersOnly,
  intResult,
  on,
  positive,
  real,
  smooth,
  takes,
} from "./sample.ts";

const reduced = smooth(on([real(2, 3)]), on([real(2, 3)], 1), on([real(2, 3, 2)], [0, 2], true));
const oneDim = smooth(on([real(2, 3)]), on([real(2, 3)], 1));
const alongOne = smooth(on([real(2, 3)], 1), on([real(3)], 0));
const logical = flat(boolResult, on([real(2, 3)]), on([real(2, 3)], 1));
const position = flat(intResult, on([real(2, 3)]), on([real(2, 3)], 1));

const reflections = given([1, 0, 0.3, 1, -0.4, 0.6, 0.2, 0.5], [4, 2]);
export const reductionSamples: Readonly<Record<keyof typeof reduction, Description>> = {
  sum: takes("input dim keepdim? | dtype", reduced),
  nansum: takes("input dim keepdim? | dtype", reduced),
  mean: takes("input dim keepdim? | dtype", reduced),
  nanmean: takes("input dim keepdim? | dtype", reduced),
  prod: takes("input dim keepdim? | dtype", oneDim),
  sumToSize: takes("input size...", smooth(on([real(2, 3)], [1, 3]))),

  var: takes(["input unbiased?", "input dim unbiased? keepdim?", "input dim | correction keepdim?"], reduced),
  std: takes(["input unbiased?", "input dim unbiased? keepdim?", "input dim | correction keepdim?"], reduced),
  varMean: takes(["input unbiased?", "input dim unbiased? keepdim?", "input dim | correction keepdim?"], oneDim),
  stdMean: takes(["input unbiased?", "input dim unbiased? keepdim?", "input dim | correction keepdim?"], oneDim),

  max: takes("input dim/other keepdim?", smooth(...oneDim.samples, on([real(2, 3), real(3)]))),
  min: takes("input dim/other keepdim?", smooth(...oneDim.samples, on([real(2, 3), real(3)]))),
  amax: takes("input dim keepdim?", reduced),
  amin: takes("input dim keepdim?", reduced),
  aminmax: takes("input | dim keepdim?", smooth(on([real(2, 3)]), on([real(2, 3)], { dim: 1 }))),
  argmax: takes("input dim keepdim?", position),
  argmin: takes("input dim keepdim?", position),

  all: takes("input dim keepdim?", logical),
  any: takes("input dim keepdim?", logical),
  countNonzero: takes("input dim...", position),

  logsumexp: takes("input dim keepdim?", smooth(on([real(2, 3)], 1), on([real(2, 3, 2)], [0, 2], true))),
  norm: takes("input p dim keepdim? | dtype", smooth(on([real(2, 3)]), on([real(2, 3)], 1, 1), on([real(2, 3)], 3, 1))),
  renorm: takes("input p# dim maxnorm#", smooth(on([real(2, 3)], 2, 0, 1.5), on([real(2, 3)], 1, 1, 2))),
  dist: takes("input other p#", smooth(on([real(2, 3), real(2, 3)]), on([real(2, 3), real(3)], 3))),
};

export const scanSamples: Readonly<Record<keyof typeof scan, Description>> = {
  cumsum: takes("input dim | dtype", alongOne),
  cumprod: takes("input dim | dtype", alongOne),
  cummax: takes("input dim", alongOne),
  cummin: takes("input dim", alongOne),
  logcumsumexp: takes("input dim", alongOne),
  diff: takes("input n dim prepend append", smooth(on([real(2, 3)]), on([real(4)], 2))),
  gradient: takes(
    "input | spacing dim edge_order",
    smooth(
      on([real(4, 3)]),
      on([real(4, 3)], { spacing: 0.5, dim: 0, edgeOrder: 2 }),
      as([real(2, 4), given([0.1, 0.5, 0.6, 1.1], [4])], (x, at) => [x, { spacing: [at], dim: 1, edgeOrder: 2 }]),
      as([real(2, 4), given([0.1, 0.5, 0.6, 1.1], [4])], (x, at) => [x, { spacing: [at], dim: 1 }]),
    ),
  ),
  trapezoid: takes("y x | dx# dim", smooth(on([real(2, 3)]), on([real(2, 3), positive(3)]))),
  trapz: takes("y x | dx dim", smooth(on([real(2, 3)]))),
  cumulativeTrapezoid: takes("y x | dx# dim", smooth(on([real(2, 3)]), on([real(2, 3), positive(3)]))),
};

const sorted = given([-1.5, -0.2, 0.4, 1.1], [4]);

export const sortSamples: Readonly<Record<keyof typeof sorting, Description>> = {
  histogramdd: takes(
    "input bins | range weight density?",
    flat(
      "it counts",
      on([real(8, 2)], [2, 3]),
      on([real(4, 2)], [2, 2], { range: [-1, 1, -2, 1], density: true }),
      as([real(4, 2), sorted, given([-1, 2], [2])], (x, a, b) => [x, [a, b]]),
    ),
  ),
  sort: takes(
    ["input dim descending?", "input | stable? dim descending?"],
    smooth(on([real(2, 3)]), on([real(2, 3)], 0, { descending: true })),
  ),
  argsort: takes(["input dim descending?", "input | stable? dim descending?"], flat(intResult, on([real(2, 3)]))),
  msort: takes("input", smooth(on([real(3, 2)]))),
  topk: takes("input k dim largest? sorted?", smooth(on([real(2, 3)], 2), on([real(4)], 2, 0, false))),
  kthvalue: takes("input k dim keepdim?", smooth(on([real(2, 3)], 2))),
  median: takes("input dim keepdim?", oneDim),
  nanmedian: takes("input dim keepdim?", oneDim),
  mode: takes("input dim keepdim?", smooth(on([real(2, 3)]))),
  quantile: takes("input q dim keepdim? | interpolation", smooth(on([real(2, 3)], 0.3), on([real(2, 3)], 0.7, 1))),
  nanquantile: takes("input q dim keepdim? | interpolation", smooth(on([real(2, 3)], 0.3), on([real(2, 3)], 0.7, 1))),

  searchsorted: takes(
    "sorted_sequence input/self | out_int32? right? side sorter",
    flat(intResult, on([sorted, real(2, 3)])),
  ),
  bucketize: takes("input boundaries | out_int32? right?", flat(intResult, on([real(2, 3), sorted]))),
  isin: takes(
    "elements/element# test_elements/test_element# | assume_unique? invert?",
    flat(boolResult, on([integers(5, 2, 3), integers(5, 2)])),
  ),

  histogram: takes(
    "input bins | range weight density?",
    flat("it counts", on([real(8)], 4), on([real(8)], 4, { range: [-1, 1] }), on([real(8), sorted])),
  ),
  histc: takes("input bins min max", flat("it counts", on([real(8)], 4, -2, 2))),
  bincount: takes("input weights minlength", flat("it counts", on([integers(4, 6)]))),
  bincountSync: takes("input weights minlength", flat("it counts", on([integers(4, 6)]))),
  nonzero: takes("input | as_tuple?", flat(intResult, on([real(2, 3)]))),
  nonzeroSync: takes("input | as_tuple?", flat(intResult, on([real(2, 3)]))),
  argwhere: takes("input", flat(intResult, on([real(2, 3)]))),
  argwhereSync: takes("input", flat(intResult, on([real(2, 3)]))),
  unique: takes("input sorted? return_inverse? return_counts? dim", flat(integersOnly, on([integers(3, 6)]))),
  uniqueSync: takes("input sorted? return_inverse? return_counts? dim", flat(integersOnly, on([integers(3, 6)]))),
  uniqueConsecutive: takes("input return_inverse? return_counts? dim", flat(integersOnly, on([integers(3, 6)]))),
  uniqueConsecutiveSync: takes("input return_inverse? return_counts? dim", flat(integersOnly, on([integers(3, 6)]))),
};

/** Well conditioned, of no symmetry. */
const square = given([2, 0.3, -0.4, 0.1, 1.5, 0.2, 0.6, -0.2, 2.4], [3, 3]);
const definite = given([2, 0.3, 0.4, 0.3, 1.5, 0.2, 0.4, 0.2, 2.4], [3, 3]);
const lower = given([1.4, 0, 0, 0.2, 1.2, 0, 0.3, 0.1, 1.5], [3, 3]);
const scaled = { beta: 3, alpha: 2 };

export const linalgSamples: Readonly<Record<keyof typeof linearAlgebra, Description>> = {
  geqrf: takes("input", flat("PyTorch has no derivative of it", on([square]), on([real(2, 2, 3)]))),
  orgqr: takes("input input2/tau", smooth(on([reflections, positive(2)]), on([real(3, 3), real(2)]))),
  ormqr: takes(
    "input input2/tau input3/other left? transpose?",
    smooth(
      on([reflections, positive(2), real(4, 2)]),
      on([reflections, positive(2), real(2, 4)], { left: false }),
      on([reflections, positive(2), real(4, 2)], { transpose: true }),
    ),
  ),
  triangularSolve: takes(
    "input/b A upper? transpose? unitriangular?",
    smooth(on([real(3, 2), square]), on([real(3, 2), square], { upper: false, transpose: true, unitriangular: true })),
  ),
  matmul: takes(
    "input other",
    smooth(on([real(2, 3), real(3, 2)]), on([real(3), real(3)]), on([real(2, 2, 3), real(3, 2)])),
  ),
  mm: takes("input mat2", smooth(on([real(2, 3), real(3, 2)]))),
  bmm: takes("input mat2", smooth(on([real(2, 2, 3), real(2, 3, 2)]))),
  mv: takes("input vec", smooth(on([real(2, 3), real(3)]))),
  dot: takes("input tensor", smooth(on([real(3), real(3)]))),
  vdot: takes("input other", smooth(on([real(3), real(3)]))),
  inner: takes("input other", smooth(on([real(2, 3), real(2, 3)]))),
  outer: takes("input vec2", smooth(on([real(2), real(3)]))),
  ger: takes("input vec2", smooth(on([real(2), real(3)]))),
  kron: takes("input other", smooth(on([real(2, 2), real(1, 3)]))),
  cross: takes("input other dim", smooth(on([real(2, 3), real(2, 3)], 1))),
  tensordot: takes("a b dims", smooth(on([real(2, 3), real(3, 2)], 1))),
  einsum: takes("equation *operands", smooth(as([real(2, 3), real(3, 2)], (a, b) => ["ij,jk->ki", a, b]))),
  cov: takes("input | correction fweights aweights", smooth(on([real(2, 4)]), on([real(4)], { correction: 0 }))),
  corrcoef: takes("input", smooth(on([real(2, 4)]))),
  chainMatmul: takes("*matrices", smooth(on([real(2, 3), real(3, 2), real(2, 2)]))),
  pdist: takes("input p", smooth(on([real(4, 3)]), on([real(4, 3)], 1))),
  matrixExp: takes("input", smooth(on([square]), on([real(2, 2, 2)]))),
  cdist: takes("x1 x2 p compute_mode", smooth(on([real(2, 3), real(3, 3)]), on([real(2, 3), real(3, 3)], 1))),

  addmm: takes("input mat1 mat2 | beta# alpha#", smooth(on([real(2, 2), real(2, 3), real(3, 2)], scaled))),
  addmv: takes("input mat vec | beta# alpha#", smooth(on([real(2), real(2, 3), real(3)], scaled))),
  addr: takes("input vec1 vec2 | beta# alpha#", smooth(on([real(2, 3), real(2), real(3)], scaled))),
  baddbmm: takes(
    "input batch1 batch2 | beta# alpha#",
    smooth(on([real(2, 2, 2), real(2, 2, 3), real(2, 3, 2)], scaled)),
  ),
  addbmm: takes("input batch1 batch2 | beta# alpha#", smooth(on([real(2, 2), real(2, 2, 3), real(2, 3, 2)], scaled))),
  matrixPower: takes("input n", smooth(on([square], 3), on([square], -1))),

  cholesky: takes("input upper?", smooth({ ...on([definite]), among: "symmetric" })),
  choleskyInverse: takes("input upper?", smooth({ ...on([lower]), among: "triangular" })),
  choleskySolve: takes(
    "input/B input2/L upper?",
    smooth({ ...as([lower, real(3, 2)], (L, B) => [B, L]), among: "triangular" }),
  ),
  det: takes("input", smooth(on([square]))),
  inverse: takes("input", smooth(on([square]))),
  lu: takes("input/A pivot? get_infos?", smooth(on([square]), on([real(2, 3)]), on([real(3, 2)]))),
  luSolve: takes("input LU_data LU_pivots", smooth(on([real(3, 2), square, given([2, 3, 3], [3], "int32")]))),
  luUnpack: takes(
    "LU_data LU_pivots -unpack_data=True -unpack_pivots=True",
    smooth(on([square, given([2, 3, 3], [3], "int32")])),
  ),
  logdet: takes("input", smooth(on([square]))),
  pinverse: takes("input rcond", smooth(on([real(3, 2)]))),
  qr: takes("input some?", smooth(on([square]))),
  slogdet: takes("input", smooth(on([square]))),
  svd: takes("input some? -compute_uv=True", smooth(on([square]))),
};

import type { linearAlgebra } from "../linalg.ts";
import type { reduction } from "../reduction.ts";
import type { scan } from "../scan.ts";
import type { sorting } from "../sort.ts";
import {
  as,
  boolResult,
  flat,
  given,
  integers,
  integersOnly,
  intResult,
  on,
  positive,
  real,
  type Samples,
  smooth,
} from "./sample.ts";

const reduced = smooth(on([real(2, 3)]), on([real(2, 3)], 1), on([real(2, 3, 2)], [0, 2], true));
const oneDim = smooth(on([real(2, 3)]), on([real(2, 3)], 1));
const alongOne = smooth(on([real(2, 3)], 1), on([real(3)], 0));
const logical = flat(boolResult, on([real(2, 3)]), on([real(2, 3)], 1));
const position = flat(intResult, on([real(2, 3)]), on([real(2, 3)], 1));

export const reductionSamples: Readonly<Record<keyof typeof reduction, Samples>> = {
  sum: reduced,
  nansum: reduced,
  mean: reduced,
  nanmean: reduced,
  prod: oneDim,
  sumToSize: smooth(on([real(2, 3)], [1, 3])),

  var: reduced,
  std: reduced,
  varMean: oneDim,
  stdMean: oneDim,

  max: smooth(...oneDim.samples, on([real(2, 3), real(3)])),
  min: smooth(...oneDim.samples, on([real(2, 3), real(3)])),
  amax: reduced,
  amin: reduced,
  aminmax: smooth(on([real(2, 3)]), on([real(2, 3)], { dim: 1 })),
  argmax: position,
  argmin: position,

  all: logical,
  any: logical,
  countNonzero: position,

  logsumexp: smooth(on([real(2, 3)], 1), on([real(2, 3, 2)], [0, 2], true)),
  norm: smooth(on([real(2, 3)]), on([real(2, 3)], 1, 1), on([real(2, 3)], 3, 1)),
  renorm: smooth(on([real(2, 3)], 2, 0, 1.5), on([real(2, 3)], 1, 1, 2)),
  dist: smooth(on([real(2, 3), real(2, 3)]), on([real(2, 3), real(3)], 3)),
};

export const scanSamples: Readonly<Record<keyof typeof scan, Samples>> = {
  cumsum: alongOne,
  cumprod: alongOne,
  cummax: alongOne,
  cummin: alongOne,
  logcumsumexp: alongOne,
  diff: smooth(on([real(2, 3)]), on([real(4)], 2)),
  gradient: smooth(
    on([real(4, 3)]),
    on([real(4, 3)], { spacing: 0.5, dim: 0, edgeOrder: 2 }),
    as([real(2, 4), given([0.1, 0.5, 0.6, 1.1], [4])], (x, at) => [x, { spacing: [at], dim: 1, edgeOrder: 2 }]),
    as([real(2, 4), given([0.1, 0.5, 0.6, 1.1], [4])], (x, at) => [x, { spacing: [at], dim: 1 }]),
  ),
  trapezoid: smooth(on([real(2, 3)]), on([real(2, 3), positive(3)])),
  trapz: smooth(on([real(2, 3)])),
  cumulativeTrapezoid: smooth(on([real(2, 3)]), on([real(2, 3), positive(3)])),
};

const sorted = given([-1.5, -0.2, 0.4, 1.1], [4]);

export const sortSamples: Readonly<Record<keyof typeof sorting, Samples>> = {
  sort: smooth(on([real(2, 3)]), on([real(2, 3)], 0, { descending: true })),
  argsort: flat(intResult, on([real(2, 3)])),
  msort: smooth(on([real(3, 2)])),
  topk: smooth(on([real(2, 3)], 2), on([real(4)], 2, 0, false)),
  kthvalue: smooth(on([real(2, 3)], 2)),
  median: oneDim,
  nanmedian: oneDim,
  mode: smooth(on([real(2, 3)])),
  quantile: smooth(on([real(2, 3)], 0.3), on([real(2, 3)], 0.7, 1)),
  nanquantile: smooth(on([real(2, 3)], 0.3), on([real(2, 3)], 0.7, 1)),

  searchsorted: flat(intResult, on([sorted, real(2, 3)])),
  bucketize: flat(intResult, on([real(2, 3), sorted])),
  isin: flat(boolResult, on([integers(5, 2, 3), integers(5, 2)])),

  histogram: flat("it counts", on([real(8)], 4), on([real(8)], 4, { range: [-1, 1] }), on([real(8), sorted])),
  histogramdd: flat(
    "it counts",
    on([real(8, 2)], [2, 3]),
    on([real(4, 2)], [2, 2], { range: [-1, 1, -2, 1], density: true }),
    as([real(4, 2), sorted, given([-1, 2], [2])], (x, a, b) => [x, [a, b]]),
  ),
  histc: flat("it counts", on([real(8)], 4, -2, 2)),
  bincount: flat("it counts", on([integers(4, 6)])),
  bincountSync: flat("it counts", on([integers(4, 6)])),
  nonzero: flat(intResult, on([real(2, 3)])),
  nonzeroSync: flat(intResult, on([real(2, 3)])),
  argwhere: flat(intResult, on([real(2, 3)])),
  argwhereSync: flat(intResult, on([real(2, 3)])),
  unique: flat(integersOnly, on([integers(3, 6)])),
  uniqueSync: flat(integersOnly, on([integers(3, 6)])),
  uniqueConsecutive: flat(integersOnly, on([integers(3, 6)])),
  uniqueConsecutiveSync: flat(integersOnly, on([integers(3, 6)])),
};

/** Well conditioned, of no symmetry. */
const square = given([2, 0.3, -0.4, 0.1, 1.5, 0.2, 0.6, -0.2, 2.4], [3, 3]);
const definite = given([2, 0.3, 0.4, 0.3, 1.5, 0.2, 0.4, 0.2, 2.4], [3, 3]);
const lower = given([1.4, 0, 0, 0.2, 1.2, 0, 0.3, 0.1, 1.5], [3, 3]);
/** What stands on and above the diagonal of reflections does not count. */
const reflections = given([1, 0, 0.3, 1, -0.4, 0.6, 0.2, 0.5], [4, 2]);
const scaled = { beta: 3, alpha: 2 };

export const linalgSamples: Readonly<Record<keyof typeof linearAlgebra, Samples>> = {
  matmul: smooth(on([real(2, 3), real(3, 2)]), on([real(3), real(3)]), on([real(2, 2, 3), real(3, 2)])),
  mm: smooth(on([real(2, 3), real(3, 2)])),
  bmm: smooth(on([real(2, 2, 3), real(2, 3, 2)])),
  mv: smooth(on([real(2, 3), real(3)])),
  dot: smooth(on([real(3), real(3)])),
  vdot: smooth(on([real(3), real(3)])),
  inner: smooth(on([real(2, 3), real(2, 3)])),
  outer: smooth(on([real(2), real(3)])),
  ger: smooth(on([real(2), real(3)])),
  kron: smooth(on([real(2, 2), real(1, 3)])),
  cross: smooth(on([real(2, 3), real(2, 3)], 1)),
  tensordot: smooth(on([real(2, 3), real(3, 2)], 1)),
  einsum: smooth(as([real(2, 3), real(3, 2)], (a, b) => ["ij,jk->ki", a, b])),
  cov: smooth(on([real(2, 4)]), on([real(4)], { correction: 0 })),
  corrcoef: smooth(on([real(2, 4)])),
  chainMatmul: smooth(on([real(2, 3), real(3, 2), real(2, 2)])),
  pdist: smooth(on([real(4, 3)]), on([real(4, 3)], 1)),
  matrixExp: smooth(on([square]), on([real(2, 2, 2)])),
  cdist: smooth(on([real(2, 3), real(3, 3)]), on([real(2, 3), real(3, 3)], 1)),

  addmm: smooth(on([real(2, 2), real(2, 3), real(3, 2)], scaled)),
  addmv: smooth(on([real(2), real(2, 3), real(3)], scaled)),
  addr: smooth(on([real(2, 3), real(2), real(3)], scaled)),
  baddbmm: smooth(on([real(2, 2, 2), real(2, 2, 3), real(2, 3, 2)], scaled)),
  addbmm: smooth(on([real(2, 2), real(2, 2, 3), real(2, 3, 2)], scaled)),
  matrixPower: smooth(on([square], 3), on([square], -1)),

  cholesky: smooth({ ...on([definite]), symmetric: true }),
  choleskyInverse: smooth(on([lower])),
  choleskySolve: smooth(on([real(3, 2), lower])),
  det: smooth(on([square])),
  geqrf: flat("PyTorch has no derivative of it", on([square]), on([real(2, 2, 3)])),
  inverse: smooth(on([square])),
  lu: smooth(on([square]), on([real(2, 3)]), on([real(3, 2)])),
  luSolve: smooth(on([real(3, 2), square, given([2, 3, 3], [3], "int32")])),
  luUnpack: smooth(on([square, given([2, 3, 3], [3], "int32")])),
  logdet: smooth(on([square])),
  orgqr: smooth(on([reflections, positive(2)]), on([real(3, 3), real(2)])),
  ormqr: smooth(
    on([reflections, positive(2), real(4, 2)]),
    on([reflections, positive(2), real(2, 4)], { left: false }),
    on([reflections, positive(2), real(4, 2)], { transpose: true }),
  ),
  pinverse: smooth(on([real(3, 2)])),
  qr: smooth(on([square])),
  slogdet: smooth(on([square])),
  svd: smooth(on([square])),
  triangularSolve: smooth(
    on([real(3, 2), square]),
    on([real(3, 2), square], { upper: false, transpose: true, unitriangular: true }),
  ),
};

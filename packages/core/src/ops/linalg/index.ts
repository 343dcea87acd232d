export { addbmm, addmm, addmv, addr, baddbmm, type ScaleOptions } from "./addmm.ts";
// The types of torch.linalg's options: a namespace holds values only, or its bundled declarations would not compile.
export type { CheckOptions, SolveTriangularOptions, TriangularOptions } from "./cholesky.ts";
export { cholesky, triangularSolve } from "./cholesky.ts";
export { choleskyInverse, choleskySolve } from "./cholesky-solve.ts";
export { type CovOptions, corrcoef, cov } from "./covariance.ts";
export { type CdistOptions, cdist, pdist } from "./distance.ts";
export type { Triangle } from "./eigen.ts";
export { einsum } from "./einsum.ts";
export { geqrf, householderProduct as orgqr, type OrmqrOptions, ormqr } from "./householder.ts";
export { det, inv as inverse, logdet, slogdet } from "./inverse.ts";
export type { LdlOptions } from "./ldl.ts";
export { type PcaLowrankOptions, pcaLowrank, type SvdLowrankOptions, svdLowrank } from "./low-rank.ts";
export { type LuOptions, type LuSolveOptions, lu, luSolve, luUnpack } from "./lu.ts";
export { bmm, dot, matmul, mm, mv, vdot } from "./matmul.ts";
export { matrixExp } from "./matrix-exp.ts";
export type { MatrixNorm, MatrixNormOptions } from "./matrix-norm.ts";
export { matrixPower } from "./matrix-power.ts";
export * as linalg from "./namespace.ts";
export {
  type ContractedDims,
  chainMatmul,
  cross,
  inner,
  kron,
  outer,
  outer as ger,
  tensordot,
} from "./products.ts";
export { pinverse } from "./pseudo-inverse.ts";
export type { QrMode } from "./qr.ts";
export { qr } from "./qr.ts";
export { svd } from "./svd.ts";

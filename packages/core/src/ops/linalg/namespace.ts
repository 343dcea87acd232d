/** `torch.linalg`. */
export { LinAlgError } from "../../errors.ts";
export { vectorNorm } from "../reduction/norm.ts";
export { choleskyEx, linalgCholesky as cholesky, solveTriangular } from "./cholesky.ts";
export { eigh, eigvalsh } from "./eigen.ts";
export { householderProduct } from "./householder.ts";
export { det, inv, invEx, slogdet, solve, solveEx } from "./inverse.ts";
export { ldlFactor, ldlFactorEx, ldlSolve } from "./ldl.ts";
export { lstsq } from "./least-squares.ts";
export { linalgLu as lu, linalgLuSolve as luSolve, luFactor, luFactorEx } from "./lu.ts";
export { matmul } from "./matmul.ts";
export { matrixExp } from "./matrix-exp.ts";
export {
  cond,
  linalgNorm as norm,
  matrixNorm,
  matrixRank,
} from "./matrix-norm.ts";
export { matrixPower } from "./matrix-power.ts";
export { linalgCross as cross, multiDot, vecdot } from "./products.ts";
export { pinv } from "./pseudo-inverse.ts";
export { linalgQr as qr } from "./qr.ts";
export { linalgSvd as svd, svdvals } from "./svd.ts";
export { tensorinv, tensorsolve } from "./tensor-inverse.ts";
export { linalgDiagonal as diagonal, linalgVander as vander } from "./views.ts";

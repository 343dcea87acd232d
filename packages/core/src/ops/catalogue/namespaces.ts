import * as linalg from "../linalg/namespace.ts";
import * as special from "../special/index.ts";
import type { Catalogue } from "./catalogue.ts";

/** What `torch.special` has and `torch` has not. */
export const specialFunctions = {
  entr: { fn: special.entr, on: ["special"] },
  erfcx: { fn: special.erfcx, on: ["special"] },
  i0e: { fn: special.i0e, on: ["special"] },
  i1: { fn: special.i1, on: ["special"] },
  i1e: { fn: special.i1e, on: ["special"] },
  logNdtr: { fn: special.logNdtr, on: ["special"] },
  ndtr: { fn: special.ndtr, on: ["special"] },
  ndtri: { fn: special.ndtri, on: ["special"] },
  xlog1py: { fn: special.xlog1py, on: ["special"] },
} as const satisfies Catalogue;

/** What `torch.linalg` has and `torch` has not. */
export const linalgFunctions = {
  cholesky: { fn: linalg.cholesky, on: ["linalg"] },
  choleskyEx: { fn: linalg.choleskyEx, on: ["linalg"] },
  cond: { fn: linalg.cond, on: ["linalg"] },
  cross: { fn: linalg.cross, on: ["linalg"] },
  diagonal: { fn: linalg.diagonal, on: ["linalg"] },
  eigh: { fn: linalg.eigh, on: ["linalg"] },
  eigvalsh: { fn: linalg.eigvalsh, on: ["linalg"] },
  householderProduct: { fn: linalg.householderProduct, on: ["linalg"] },
  invEx: { fn: linalg.invEx, on: ["linalg"] },
  ldlFactor: { fn: linalg.ldlFactor, on: ["linalg"] },
  ldlFactorEx: { fn: linalg.ldlFactorEx, on: ["linalg"] },
  ldlSolve: { fn: linalg.ldlSolve, on: ["linalg"] },
  lstsq: { fn: linalg.lstsq, on: ["linalg"] },
  lu: { fn: linalg.lu, on: ["linalg"] },
  luFactor: { fn: linalg.luFactor, on: ["linalg"] },
  luFactorEx: { fn: linalg.luFactorEx, on: ["linalg"] },
  luSolve: { fn: linalg.luSolve, on: ["linalg"] },
  matrixNorm: { fn: linalg.matrixNorm, on: ["linalg"] },
  matrixRank: { fn: linalg.matrixRank, on: ["linalg"] },
  multiDot: { fn: linalg.multiDot, on: ["linalg"] },
  norm: { fn: linalg.norm, on: ["linalg"] },
  qr: { fn: linalg.qr, on: ["linalg"] },
  solve: { fn: linalg.solve, on: ["linalg"] },
  solveEx: { fn: linalg.solveEx, on: ["linalg"] },
  solveTriangular: { fn: linalg.solveTriangular, on: ["linalg"] },
  svd: { fn: linalg.svd, on: ["linalg"] },
  svdvals: { fn: linalg.svdvals, on: ["linalg"] },
  tensorinv: { fn: linalg.tensorinv, on: ["linalg"] },
  tensorsolve: { fn: linalg.tensorsolve, on: ["linalg"] },
  vander: { fn: linalg.vander, on: ["linalg"] },
  vecdot: { fn: linalg.vecdot, on: ["linalg"] },
  vectorNorm: { fn: linalg.vectorNorm, on: ["linalg"] },
} as const satisfies Catalogue;

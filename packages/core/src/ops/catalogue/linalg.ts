import * as l from "../linalg/index.ts";
import type { Catalogue } from "./catalogue.ts";

const plain = ["torch", "method"] as const;
const everywhere = ["torch", "method", "inplace"] as const;

/** Products of matrices and vectors; `torch.linalg` has more. */
export const linearAlgebra = {
  matmul: { fn: l.matmul, on: plain },
  mm: { fn: l.mm, on: plain },
  bmm: { fn: l.bmm, on: plain },
  mv: { fn: l.mv, on: plain },
  dot: { fn: l.dot, on: plain },
  vdot: { fn: l.vdot, on: plain },
  inner: { fn: l.inner, on: plain },
  outer: { fn: l.outer, on: plain },
  ger: { fn: l.outer, on: plain },
  kron: { fn: l.kron, on: plain },
  cross: { fn: l.cross, on: plain },
  tensordot: { fn: l.tensordot, on: ["torch"] },
  einsum: { fn: l.einsum, on: ["torch"] },
  cov: { fn: l.cov, on: plain },
  corrcoef: { fn: l.corrcoef, on: plain },
  chainMatmul: { fn: l.chainMatmul, on: ["torch"] },
  cdist: { fn: l.cdist, on: ["torch"] },
  pdist: { fn: l.pdist, on: ["torch"] },
  matrixExp: { fn: l.matrixExp, on: plain },

  addmm: { fn: l.addmm, on: everywhere },
  addmv: { fn: l.addmv, on: everywhere },
  addr: { fn: l.addr, on: everywhere },
  baddbmm: { fn: l.baddbmm, on: everywhere },
  addbmm: { fn: l.addbmm, on: everywhere },
  matrixPower: { fn: l.matrixPower, on: plain },

  // Decompositions: the host computes them.
  cholesky: { fn: l.cholesky, on: plain },
  choleskyInverse: { fn: l.choleskyInverse, on: plain },
  choleskySolve: { fn: l.choleskySolve, on: plain },
  det: { fn: l.det, on: plain },
  geqrf: { fn: l.geqrf, on: plain },
  inverse: { fn: l.inverse, on: plain },
  lu: { fn: l.lu, on: plain },
  luSolve: { fn: l.luSolve, on: plain },
  luUnpack: { fn: l.luUnpack, on: ["torch"] },
  logdet: { fn: l.logdet, on: plain },
  orgqr: { fn: l.orgqr, on: plain },
  ormqr: { fn: l.ormqr, on: plain },
  pinverse: { fn: l.pinverse, on: plain },
  qr: { fn: l.qr, on: plain },
  slogdet: { fn: l.slogdet, on: plain },
  svd: { fn: l.svd, on: plain },
  triangularSolve: { fn: l.triangularSolve, on: plain },
} as const satisfies Catalogue;

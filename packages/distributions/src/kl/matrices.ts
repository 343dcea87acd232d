/** Divergences of normal vectors. */
import {
  add,
  broadcastShapes,
  broadcastTo,
  diagEmbed,
  div,
  linalg,
  matmul,
  mul,
  pow,
  reshape,
  rsqrt,
  sqrt,
  sub,
  sum,
  type Tensor,
  transpose,
  unsqueeze,
  ValueError,
} from "@cresset/core/functions";
import { LowRankMultivariateNormal, lowRankLogDet, lowRankMahalanobis } from "../low-rank-multivariate-normal.ts";
import { batchMahalanobis, halfLogDet, MultivariateNormal } from "../multivariate-normal.ts";
import { type Pair, pair } from "./registry.ts";

export const matrixPairs = (): Pair[] => [
  pair(MultivariateNormal, MultivariateNormal, (p, q) => {
    requireSameEvents(p, q, "Multivariate Normals");
    const halfTerm = sub(halfLogDet(q.ownScaleTril), halfLogDet(p.ownScaleTril));
    const [n] = p.eventShape;
    const batch = broadcastShapes(q.ownScaleTril.shape.slice(0, -2), p.ownScaleTril.shape.slice(0, -2));
    const trace = traceOfSquare(
      solved(broadcastTo(q.ownScaleTril, [...batch, n, n]), broadcastTo(p.ownScaleTril, [...batch, n, n])),
    );
    const distance = batchMahalanobis(q.ownScaleTril, sub(q.loc, p.loc));
    return add(halfTerm, mul(0.5, sub(add(trace, distance), n)));
  }),
  pair(LowRankMultivariateNormal, LowRankMultivariateNormal, (p, q) => {
    requireSameEvents(p, q, "Low Rank Multivariate Normals");
    const determinants = sub(lowRankLogDet(q.lowRank), lowRankLogDet(p.lowRank));
    const distance = lowRankMahalanobis(q.lowRank, sub(q.loc, p.loc));
    const { factor, diag } = p.lowRank;
    const a = solvedFactor(q);
    const first = sum(div(diag, q.lowRank.diag), -1);
    const second = traceOfSquare(mul(factor, unsqueeze(rsqrt(q.lowRank.diag), -1)));
    const third = traceOfSquare(mul(a, unsqueeze(sqrt(diag), -2)));
    const fourth = traceOfSquare(matmul(a, factor));
    return combined(determinants, sub(sub(add(first, second), third), fourth), distance, p.eventShape[0]);
  }),
  pair(MultivariateNormal, LowRankMultivariateNormal, (p, q) => {
    requireSameEvents(p, q, "(Low Rank) Multivariate Normals");
    const determinants = sub(lowRankLogDet(q.lowRank), mul(2, halfLogDet(p.ownScaleTril)));
    const distance = lowRankMahalanobis(q.lowRank, sub(q.loc, p.loc));
    const first = traceOfSquare(mul(p.ownScaleTril, unsqueeze(rsqrt(q.lowRank.diag), -1)));
    const second = traceOfSquare(matmul(solvedFactor(q), p.ownScaleTril));
    return combined(determinants, sub(first, second), distance, p.eventShape[0]);
  }),
  pair(LowRankMultivariateNormal, MultivariateNormal, (p, q) => {
    requireSameEvents(p, q, "(Low Rank) Multivariate Normals");
    const determinants = sub(mul(2, halfLogDet(q.ownScaleTril)), lowRankLogDet(p.lowRank));
    const distance = batchMahalanobis(q.ownScaleTril, sub(q.loc, p.loc));
    const { factor, diag } = p.lowRank;
    const [n] = p.eventShape;
    const batch = broadcastShapes(q.ownScaleTril.shape.slice(0, -2), factor.shape.slice(0, -2));
    const own = broadcastTo(q.ownScaleTril, [...batch, n, n]);
    const first = traceOfSquare(solved(own, broadcastTo(factor, [...batch, ...factor.shape.slice(-2)])));
    const second = traceOfSquare(solved(own, broadcastTo(diagEmbed(sqrt(diag)), [...batch, n, n])));
    return combined(determinants, add(first, second), distance, n);
  }),
];

const solved = (factor: Tensor, other: Tensor): Tensor => linalg.solveTriangular(factor, other, { upper: false });

const solvedFactor = ({ lowRank: { factor, diag, capacitance } }: LowRankMultivariateNormal): Tensor =>
  solved(capacitance, div(transpose(factor, -2, -1), unsqueeze(diag, -2)));

/** The trace of X Xᵀ. */
const traceOfSquare = (matrix: Tensor): Tensor => sum(pow(reshape(matrix, [...matrix.shape.slice(0, -2), -1]), 2), -1);

const combined = (determinants: Tensor, trace: Tensor, distance: Tensor, n: number): Tensor =>
  mul(0.5, sub(add(add(determinants, trace), distance), n));

function requireSameEvents(
  p: { readonly eventShape: readonly number[] },
  q: { readonly eventShape: readonly number[] },
  what: string,
): void {
  if (p.eventShape[0] !== q.eventShape[0])
    throw new ValueError(`KL-divergence between two ${what} with different event shapes cannot be computed`);
}

import type { linalgFunctions, specialFunctions } from "../namespaces.ts";
import { as, flat, given, intResult, on, positive, probability, real, type Samples, smooth } from "./sample.ts";

const noDerivative = "PyTorch has no derivative of it";

/** On both sides of what separates the branches of Bessel and Airy functions. */
const bothSides = smooth(on([real(2, 3)]), on([given([-30, -9, -4.5, 0.4, 3, 7, 8.5, 20], [8])]));
const rightSide = smooth(on([positive(2, 3)]), on([given([0.01, 1.9, 2.1, 7.5, 8.5, 20], [6])]));
const polynomial = smooth(on([real(2, 3)], 0), on([real(2, 3)], 5), on([real(2, 3), given([0, 3, 2], [3], "int64")]));
const any = smooth(on([real(2, 3)]), on([real()]));

export const specialSamples: Readonly<Record<keyof typeof specialFunctions, Samples>> = {
  airyAi: bothSides,
  besselJ0: bothSides,
  besselJ1: bothSides,
  besselY0: rightSide,
  besselY1: rightSide,
  chebyshevPolynomialT: polynomial,
  chebyshevPolynomialU: polynomial,
  chebyshevPolynomialV: polynomial,
  chebyshevPolynomialW: polynomial,
  entr: smooth(on([positive(2, 3)])),
  erfcx: any,
  hermitePolynomialH: polynomial,
  hermitePolynomialHe: polynomial,
  i0e: any,
  i1: any,
  i1e: any,
  laguerrePolynomialL: polynomial,
  legendrePolynomialP: polynomial,
  logNdtr: any,
  modifiedBesselI0: bothSides,
  modifiedBesselI1: bothSides,
  modifiedBesselK0: rightSide,
  modifiedBesselK1: rightSide,
  ndtr: any,
  ndtri: smooth(on([probability(2, 3)]), on([given([0.01, 0.1, 0.95], [3])])),
  scaledModifiedBesselK0: rightSide,
  scaledModifiedBesselK1: rightSide,
  shiftedChebyshevPolynomialT: polynomial,
  shiftedChebyshevPolynomialU: polynomial,
  shiftedChebyshevPolynomialV: polynomial,
  shiftedChebyshevPolynomialW: polynomial,
  sphericalBesselJ0: bothSides,
  xlog1py: smooth(on([real(2, 3), positive(3)])),
  zeta: smooth(
    on([given([2, 3, 4], [3], "int64"), positive(2, 3)]),
    as([real(2, 3)], (q) => [3, q]),
  ),
};

/** Well conditioned, of no symmetry. */
const square = given([2, 0.3, -0.4, 0.1, 1.5, 0.2, 0.6, -0.2, 2.4], [3, 3]);
const definite = given([2, 0.3, 0.4, 0.3, 1.5, 0.2, 0.4, 0.2, 2.4], [3, 3]);
/** Of both signs: its decomposition has blocks of one row and of two. */
const indefinite = given([0.2, 2, 0.5, 2, 0.1, -0.7, 0.5, -0.7, 2.4], [3, 3]);
/** What stands on and above the diagonal of reflections does not count. */
const reflections = given([1, 0, 0.3, 1, -0.4, 0.6, 0.2, 0.5], [4, 2]);
const pivots = given([2, 3, 3], [3], "int32");
const symmetric = (rest: readonly unknown[] = []) => ({ ...on([definite], ...rest), symmetric: true as const });

export const linalgNamespaceSamples: Readonly<Record<keyof typeof linalgFunctions, Samples>> = {
  cholesky: smooth(symmetric()),
  choleskyEx: smooth(symmetric()),
  cond: smooth(on([square]), on([square], 1)),
  cross: smooth(on([real(2, 3), real(2, 3)])),
  diagonal: smooth(on([real(2, 3, 3)]), on([real(2, 3)], { offset: 1 })),
  eigh: flat("the signs of eigenvectors are free", symmetric()),
  eigvalsh: smooth(symmetric()),
  householderProduct: smooth(on([reflections, positive(2)]), on([real(3, 3), real(2)])),
  invEx: smooth(on([square])),
  ldlFactor: flat(noDerivative, on([definite]), on([indefinite])),
  ldlFactorEx: flat(noDerivative, on([indefinite])),
  ldlSolve: flat(
    noDerivative,
    on([definite, given([1, 2, 3], [3], "int32"), real(3, 2)]),
    on([indefinite, given([-2, -2, 3], [3], "int32"), real(3, 2)]),
  ),
  lstsq: flat("PyTorch records none for all of its results", on([real(4, 2), real(4, 1)])),
  lu: smooth(on([square]), on([real(2, 3)]), on([real(3, 2)])),
  luFactor: smooth(on([square]), on([real(2, 2, 3)])),
  luFactorEx: smooth(on([square])),
  luSolve: smooth(
    on([square, pivots, real(3, 2)]),
    on([square, pivots, real(3, 2)], { adjoint: true }),
    on([square, pivots, real(2, 3)], { left: false }),
  ),
  matrixNorm: smooth(on([square]), on([square], "nuc")),
  matrixRank: flat(intResult, on([square])),
  multiDot: smooth(as([real(2, 3), real(3, 2), real(2, 2)], (...factors) => [factors])),
  norm: smooth(on([real(2, 3)]), on([square], 2)),
  qr: smooth(on([square])),
  solve: smooth(on([square, real(3, 2)]), on([square, real(3)])),
  solveEx: smooth(on([square, real(3, 2)]), on([square, real(2, 3)], { left: false })),
  solveTriangular: smooth(on([square, real(3, 2)], { upper: true })),
  svd: smooth(on([square])),
  svdvals: smooth(on([square])),
  tensorinv: smooth(on([given([2, 0.3, -0.4, 0.1, 1.5, 0.2, 0.6, -0.2, 2.4], [3, 1, 3])], 1)),
  tensorsolve: smooth(on([given([2, 0.3, -0.4, 0.1, 1.5, 0.2, 0.6, -0.2, 2.4], [3, 1, 3]), real(3, 1)])),
  vander: smooth(on([real(2, 3)]), on([real(3)], { N: 4 })),
  vecdot: smooth(on([real(2, 3), real(2, 3)])),
  vectorNorm: smooth(on([real(2, 3)]), on([real(2, 3)], 3, 1)),
};

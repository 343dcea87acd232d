import type {
  fftFunctions,
  linalgFunctions,
  maskedFunctions,
  specialFunctions,
  torchFunctions,
} from "../namespaces.ts";
import {
  as,
  type Description,
  flat,
  given,
  intResult,
  mask,
  on,
  positive,
  probability,
  real,
  smooth,
  takes,
  unit,
} from "./sample.ts";

const any = takes("input", smooth(on([real(2, 3)]), on([real()])));

const above0 = takes("input", smooth(on([positive(2, 3)])));
const inside = takes("input", smooth(on([unit(2, 3)])));

const noDerivative = "PyTorch has no derivative of it";
const bothSides = smooth(on([real(2, 3)]), on([given([-30, -9, -4.5, 0.4, 3, 7, 8.5, 20], [8])]));
const rightSide = smooth(on([positive(2, 3)]), on([given([0.01, 1.9, 2.1, 7.5, 8.5, 20], [6])]));
const polynomial = smooth(on([real(2, 3)], 0), on([real(2, 3)], 5), on([real(2, 3), given([0, 3, 2], [3], "int64")]));
const indefinite = given([0.2, 2, 0.5, 2, 0.1, -0.7, 0.5, -0.7, 2.4], [3, 3]);
const reflections = given([1, 0, 0.3, 1, -0.4, 0.6, 0.2, 0.5], [4, 2]);
export const specialSamples: Readonly<Record<keyof typeof specialFunctions, Description>> = {
  airyAi: takes("input/x", bothSides),
  besselJ0: takes("input/x", bothSides),
  besselJ1: takes("input/x", bothSides),
  besselY0: takes("input/x", rightSide),
  besselY1: takes("input/x", rightSide),
  chebyshevPolynomialT: takes("input# n#", polynomial),
  chebyshevPolynomialU: takes("input# n#", polynomial),
  chebyshevPolynomialV: takes("input# n#", polynomial),
  chebyshevPolynomialW: takes("input# n#", polynomial),
  hermitePolynomialH: takes("input# n#", polynomial),
  hermitePolynomialHe: takes("input# n#", polynomial),
  laguerrePolynomialL: takes("input# n#", polynomial),
  legendrePolynomialP: takes("input# n#", polynomial),
  modifiedBesselI0: takes("input/x", bothSides),
  modifiedBesselI1: takes("input/x", bothSides),
  modifiedBesselK0: takes("input/x", rightSide),
  modifiedBesselK1: takes("input/x", rightSide),
  scaledModifiedBesselK0: takes("input/x", rightSide),
  scaledModifiedBesselK1: takes("input/x", rightSide),
  shiftedChebyshevPolynomialT: takes("input# n#", polynomial),
  shiftedChebyshevPolynomialU: takes("input# n#", polynomial),
  shiftedChebyshevPolynomialV: takes("input# n#", polynomial),
  shiftedChebyshevPolynomialW: takes("input# n#", polynomial),
  sphericalBesselJ0: takes("input/x", bothSides),
  zeta: takes(
    "input# other#",
    smooth(
      on([given([2, 3, 4], [3], "int64"), positive(2, 3)]),
      as([real(2, 3)], (q) => [3, q]),
    ),
  ),
  digamma: above0,
  erf: any,
  erfc: any,
  erfinv: inside,
  exp2: any,
  expit: any,
  expm1: any,
  gammaln: above0,
  i0: any,
  log1p: above0,
  psi: above0,
  sinc: any,
  gammainc: takes("input other", flat("its gradient is that of one operand only", on([positive(2, 3), positive(3)]))),
  gammaincc: takes("input other", flat("its gradient is that of one operand only", on([positive(2, 3), positive(3)]))),
  logSoftmax: takes("input dim | dtype", smooth(on([real(2, 3)], 1))),
  logit: takes("input eps", smooth(on([probability(2, 3)]))),
  logsumexp: takes("input dim keepdim?", smooth(on([real(2, 3)], 1))),
  multigammaln: takes("input p", smooth(on([given([1.2, 2.5, 3], [3])], 2))),
  polygamma: takes("n input", smooth(as([positive(2, 3)], (x) => [1, x]))),
  round: takes("input | decimals", any),
  softmax: takes("input dim dtype", smooth(on([real(2, 3)], 1))),
  xlogy: takes("input# other#", smooth(on([real(2, 3), positive(3)]))),
  entr: takes("input", smooth(on([positive(2, 3)]))),
  erfcx: any,
  i0e: any,
  i1: any,
  i1e: any,
  logNdtr: any,
  ndtr: any,
  ndtri: takes("input", smooth(on([probability(2, 3)]), on([given([0.01, 0.1, 0.95], [3])]))),
  xlog1py: takes("input other", smooth(on([real(2, 3), positive(3)]))),
};

/** Well conditioned, of no symmetry. */
const square = given([2, 0.3, -0.4, 0.1, 1.5, 0.2, 0.6, -0.2, 2.4], [3, 3]);
const definite = given([2, 0.3, 0.4, 0.3, 1.5, 0.2, 0.4, 0.2, 2.4], [3, 3]);
const pivots = given([2, 3, 3], [3], "int32");
const symmetric = (rest: readonly unknown[] = []) => ({ ...on([definite], ...rest), among: "symmetric" as const });

export const linalgNamespaceSamples: Readonly<Record<keyof typeof linalgFunctions, Description>> = {
  choleskyEx: takes("input/A | upper? check_errors?", smooth(symmetric())),
  householderProduct: takes("input/A tau", smooth(on([reflections, positive(2)]), on([real(3, 3), real(2)]))),
  invEx: takes("A | check_errors?", smooth(on([square]))),
  ldlFactor: takes("input/A | hermitian?", flat(noDerivative, on([definite]), on([indefinite]))),
  ldlFactorEx: takes("input/A | hermitian? check_errors?", flat(noDerivative, on([indefinite]))),
  ldlSolve: takes(
    "LD pivots B | hermitian?",
    flat(
      noDerivative,
      on([definite, given([1, 2, 3], [3], "int32"), real(3, 2)]),
      on([indefinite, given([-2, -2, 3], [3], "int32"), real(3, 2)]),
    ),
  ),
  luFactorEx: takes("A | pivot? check_errors?", smooth(on([square]))),
  solveEx: takes(
    "A B | left? check_errors?",
    smooth(on([square, real(3, 2)]), on([square, real(2, 3)], { left: false })),
  ),
  det: takes("A", smooth(on([square]))),
  inv: takes("A", smooth(on([square]))),
  matmul: takes("input other", smooth(on([real(2, 3), real(3, 2)]))),
  matrixExp: takes("input", smooth(on([square]))),
  matrixPower: takes("input/A n", smooth(on([square], 3))),
  pinv: takes(
    ["input/A | * atol rtol hermitian?", "input/A rcond hermitian?"],
    smooth(on([real(3, 2)]), { ...on([definite], { hermitian: true }), among: "symmetric" as const }),
  ),
  slogdet: takes("A", smooth(on([square]))),
  cholesky: takes("input/A | upper?", smooth(symmetric())),
  cond: takes("input/A p#", smooth(on([square]), on([square], 1))),
  cross: takes("input other | dim", smooth(on([real(2, 3), real(2, 3)]))),
  diagonal: takes("A | offset dim1 dim2", smooth(on([real(2, 3, 3)]), on([real(2, 3)], { offset: 1 }))),
  eigh: takes("input/A UPLO", flat("the signs of eigenvectors are free", symmetric())),
  eigvalsh: takes("input/A UPLO", smooth(symmetric())),
  lstsq: takes(
    "input/A b/B rcond | driver",
    flat("PyTorch records none for all of its results", on([real(4, 2), real(4, 1)])),
  ),
  lu: takes("A | pivot?", smooth(on([square]), on([real(2, 3)]), on([real(3, 2)]))),
  luFactor: takes("A | pivot?", smooth(on([square]), on([real(2, 2, 3)]))),
  luSolve: takes(
    "LU pivots B | left? adjoint?",
    smooth(
      on([square, pivots, real(3, 2)]),
      on([square, pivots, real(3, 2)], { adjoint: true }),
      on([square, pivots, real(2, 3)], { left: false }),
    ),
  ),
  matrixNorm: takes("input/A ord# dim keepdim? | dtype", smooth(on([square]), on([square], "nuc"))),
  matrixRank: takes(["input/A | * atol rtol hermitian?", "input/A tol hermitian?"], flat(intResult, on([square]))),
  multiDot: takes("tensors", smooth(as([real(2, 3), real(3, 2), real(2, 2)], (...factors) => [factors]))),
  norm: takes("input/A ord# dim keepdim? | dtype", smooth(on([real(2, 3)]), on([square], 2))),
  qr: takes("A mode", smooth(on([square]))),
  solve: takes("A B | left?", smooth(on([square, real(3, 2)]), on([square, real(3)]))),
  solveTriangular: takes("input/A B | upper? left? unitriangular?", smooth(on([square, real(3, 2)], { upper: true }))),
  svd: takes("A full_matrices? | -driver", smooth(on([square]))),
  svdvals: takes("A | -driver", smooth(on([square]))),
  tensorinv: takes("input/A ind", smooth(on([given([2, 0.3, -0.4, 0.1, 1.5, 0.2, 0.6, -0.2, 2.4], [3, 1, 3])], 1))),
  tensorsolve: takes(
    "input/A other/B dims",
    smooth(on([given([2, 0.3, -0.4, 0.1, 1.5, 0.2, 0.6, -0.2, 2.4], [3, 1, 3]), real(3, 1)])),
  ),
  vander: takes("x | N", smooth(on([real(2, 3)]), on([real(3)], { N: 4 }))),
  vecdot: takes("x y | dim", smooth(on([real(2, 3), real(2, 3)]))),
  vectorNorm: takes("input/x ord# dim keepdim? | dtype", smooth(on([real(2, 3)]), on([real(2, 3)], 3, 1))),
};

export const torchSamples: Readonly<Record<keyof typeof torchFunctions, Description>> = {
  isComplex: takes("input", flat("it gives a boolean", on([real(2, 3)]))),
  isNonzero: takes("input", flat("it gives a boolean", on([real(1)]))),
  isNonzeroSync: takes("input", flat("it gives a boolean", on([real(1)]))),
  isTensor: takes("obj", flat("it gives a boolean", on([real(2, 3)]))),
  polygamma: takes("n input", smooth(as([positive(2, 3)], (x) => [1, x]))),
  tensor: takes(
    "data[] | dtype device requires_grad?",
    flat(
      "its elements do not depend on operands",
      as([], () => [
        [
          [1.5, -2],
          [0.25, 3],
        ],
      ]),
    ),
  ),
  where: takes(
    ["condition input# other#", "condition"],
    smooth(
      on([mask(2, 3), real(2, 3), real(3)]),
      as([mask(2, 3), real(2, 3)], (condition, x) => [condition, x, 1.5]),
    ),
  ),
};

const elements = (...rest: readonly unknown[]) =>
  as([real(2, 3), mask(2, 3)], (x, chosen) => [x, ...rest, { mask: chosen }]);
const reduced = takes("input dim | keepdim? dtype mask", smooth(elements(null), elements(1), on([real(2, 3)], 1)));
const variance = takes(
  "input dim unbiased? | keepdim? dtype mask",
  smooth(elements(null, true), on([real(2, 3)], 1, false)),
);
const row = takes("input dim | dtype mask", smooth(elements(1), on([real(2, 3)], 0)));
const position = takes("input dim | keepdim? dtype mask", flat(intResult, elements(1)));

export const maskedSamples: Readonly<Record<keyof typeof maskedFunctions, Description>> = {
  amax: reduced,
  amin: reduced,
  argmax: position,
  argmin: position,
  cumprod: row,
  cumsum: row,
  logSoftmax: takes("input dim | dtype mask", {
    samples: [
      { ...elements(1), flat: "what is masked is -inf, of which there are no differences" },
      on([real(2, 3)], 0),
    ],
  }),
  logsumexp: takes("input dim | keepdim? dtype mask", smooth(elements(1))),
  logaddexp: takes("input other | dtype input_mask other_mask", {
    samples: [as([real(2, 3), real(2, 3), mask(2, 3)], (x, y, chosen) => [x, y, { inputMask: chosen }])],
    once: "the second is NaN where one of the two is -inf",
  }),
  mean: reduced,
  median: takes("input dim | keepdim? dtype mask", smooth(elements(1))),
  normalize: takes("input ord dim | eps dtype mask", smooth(elements(2, 1), on([real(2, 3)], 3, 0))),
  norm: takes("input ord dim | keepdim? dtype mask", smooth(elements(2, null), elements(3, 1))),
  prod: reduced,
  softmax: row,
  softmin: row,
  std: variance,
  sum: reduced,
  var: variance,
};

const grid = (n: number, rest: object = {}) =>
  flat(
    "its elements do not depend on operands",
    as([], () => [n, rest]),
  );

export const fftSamples: Readonly<Record<keyof typeof fftFunctions, Description>> = {
  fftfreq: takes("n d | dtype device requires_grad?", grid(5)),
  fftshift: takes("input dim", smooth(on([real(2, 3)]), on([real(2, 3)], 1), on([real(4)], [0]))),
  ifftshift: takes("input dim", smooth(on([real(2, 3)]), on([real(2, 3)], 1), on([real(4)], [0]))),
  rfftfreq: takes("n d | dtype device requires_grad?", grid(6, { d: 0.5 })),
};

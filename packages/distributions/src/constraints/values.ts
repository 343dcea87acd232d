/** Sets of values, as constants where they have no bounds, else as functions. */
import { float } from "@cresset/core/functions";
import {
  Constraint,
  Dependent,
  type DependentOptions,
  IndependentConstraint,
  isDependent,
  Real,
} from "./constraint.ts";
import {
  BooleanConstraint,
  type Bound,
  GreaterThan,
  GreaterThanEq,
  HalfOpenInterval,
  IntegerGreaterThan,
  IntegerInterval,
  IntegerLessThan,
  Interval,
  LessThan,
} from "./intervals.ts";
import { CatConstraint, StackConstraint } from "./joined.ts";
import {
  CorrCholesky,
  LowerCholesky,
  LowerTriangular,
  MultinomialConstraint,
  OneHot,
  PositiveDefinite,
  PositiveSemidefinite,
  Simplex,
  Square,
  Symmetric,
} from "./vectors.ts";

// The base, and the classes of what the functions make: for `instanceof`, and for registries
export {
  BooleanConstraint,
  CatConstraint,
  Constraint,
  CorrCholesky,
  Dependent,
  GreaterThan,
  GreaterThanEq,
  HalfOpenInterval,
  IndependentConstraint,
  IntegerGreaterThan,
  IntegerInterval,
  IntegerLessThan,
  Interval,
  isDependent,
  LessThan,
  LowerCholesky,
  LowerTriangular,
  MultinomialConstraint,
  OneHot,
  PositiveDefinite,
  PositiveSemidefinite,
  Real,
  Simplex,
  Square,
  StackConstraint,
  Symmetric,
};
// One-dimensional
/** Numbers, not NaN. */
export const real: Real = /* @__PURE__ */ new Real();
/** (0, ∞] */
export const positive: GreaterThan = /* @__PURE__ */ new GreaterThan(/* @__PURE__ */ float(0));
/** [0, ∞] */
export const nonnegative: GreaterThanEq = /* @__PURE__ */ new GreaterThanEq(/* @__PURE__ */ float(0));
/** [0, 1] */
export const unitInterval: Interval = /* @__PURE__ */ new Interval(/* @__PURE__ */ float(0), /* @__PURE__ */ float(1));
/** (bound, ∞] */
export const greaterThan = (lowerBound: Bound): GreaterThan => new GreaterThan(lowerBound);
/** [bound, ∞] */
export const greaterThanEq = (lowerBound: Bound): GreaterThanEq => new GreaterThanEq(lowerBound);
/** [-∞, bound) */
export const lessThan = (upperBound: Bound): LessThan => new LessThan(upperBound);
/** [lower, upper] */
export const interval = (lowerBound: Bound, upperBound: Bound): Interval => new Interval(lowerBound, upperBound);
/** [lower, upper) */
export const halfOpenInterval = (lowerBound: Bound, upperBound: Bound): HalfOpenInterval =>
  new HalfOpenInterval(lowerBound, upperBound);
// Discrete
/** 0 and 1. */
export const boolean: BooleanConstraint = /* @__PURE__ */ new BooleanConstraint();
/** 0, 1, 2, … */
export const nonnegativeInteger: IntegerGreaterThan = /* @__PURE__ */ new IntegerGreaterThan(0);
/** 1, 2, … */
export const positiveInteger: IntegerGreaterThan = /* @__PURE__ */ new IntegerGreaterThan(1);
/** lower, …, upper */
export const integerInterval = (lowerBound: Bound, upperBound: Bound): IntegerInterval =>
  new IntegerInterval(lowerBound, upperBound);
/** Counts that sum to at most a bound. */
export const multinomial = (upperBound: Bound): MultinomialConstraint => new MultinomialConstraint(upperBound);
/** Zeros and one 1. */
export const oneHot: OneHot = /* @__PURE__ */ new OneHot();
// Vectors and matrices
/** Vectors of numbers. */
export const realVector: IndependentConstraint = /* @__PURE__ */ new IndependentConstraint(real, 1);
export const simplex: Simplex = /* @__PURE__ */ new Simplex();
export const lowerTriangular: LowerTriangular = /* @__PURE__ */ new LowerTriangular();
export const lowerCholesky: LowerCholesky = /* @__PURE__ */ new LowerCholesky();
export const corrCholesky: CorrCholesky = /* @__PURE__ */ new CorrCholesky();
export const square: Square = /* @__PURE__ */ new Square();
export const symmetric: Symmetric = /* @__PURE__ */ new Symmetric();
export const positiveSemidefinite: PositiveSemidefinite = /* @__PURE__ */ new PositiveSemidefinite();
export const positiveDefinite: PositiveDefinite = /* @__PURE__ */ new PositiveDefinite();
// Of others
/** What holds for each of the last `reinterpretedBatchNdims` dimensions together. */
export const independent = (base: Constraint, reinterpretedBatchNdims: number): IndependentConstraint =>
  new IndependentConstraint(base, reinterpretedBatchNdims);
/** Parts along `dim`, of `lengths`. */
export const cat = (cseq: readonly Constraint[], dim = 0, lengths?: readonly number[] | null): CatConstraint =>
  new CatConstraint(cseq, dim, lengths);
/** Slices along `dim`. */
export const stack = (cseq: readonly Constraint[], dim = 0): StackConstraint => new StackConstraint(cseq, dim);
/** Stands for a constraint that depends on other parameters. */
export const dependent = (options: DependentOptions = {}): Dependent => new Dependent(options);

/** Transforms from all real numbers to the values that satisfy a constraint. */

import { toNumber } from "@cresset/core/extend";
import { NotImplementedError, sub, Tensor, ValueError } from "@cresset/core/functions";
import * as c from "./constraints/values.ts";
import * as t from "./transforms/index.ts";

/** A class of constraints. */
export type ConstraintClass<C extends c.Constraint = c.Constraint> = abstract new (...args: never[]) => C;

type Factory = (constraint: c.Constraint) => t.Transform;
type Table = () => readonly (readonly [ConstraintClass, Factory])[];

/** Links classes of constraints to transforms. In Python, a registry is called: here `registry.of(constraint)`. */
export class ConstraintRegistry {
  private readonly table: Table;
  private factories: Map<ConstraintClass, Factory> | undefined;

  /** @param table what is registered at first; none by default. */
  constructor(table: Table = () => []) {
    this.table = table;
  }

  /**
   * Registers a transform for a class of constraints, or for the class of one of them.
   *
   * @param factory makes the transform, given the constraint.
   * @throws ValueError for what is neither.
   */
  register<C extends c.Constraint>(constraint: ConstraintClass<C> | C, factory: (constraint: C) => t.Transform): void {
    const type = constraint instanceof c.Constraint ? constraint.constructor : constraint;
    if (typeof type !== "function" || !(type.prototype instanceof c.Constraint))
      throw new ValueError(
        `Expected constraint to be either a Constraint subclass or instance, but got ${String(constraint)}`,
      );
    this.map().set(type as ConstraintClass, factory as unknown as Factory);
  }

  /**
   * The transform from all real numbers to a constraint.
   *
   * @throws NotImplementedError where none is registered for its class.
   */
  of(constraint: c.Constraint): t.Transform {
    const factory = this.map().get(constraint.constructor as unknown as ConstraintClass);
    if (factory === undefined) throw new NotImplementedError(`Cannot transform _${constraint.typeName} constraints`);
    return factory(constraint);
  }

  private map(): Map<ConstraintClass, Factory> {
    this.factories ??= new Map(this.table());
    return this.factories;
  }
}

const entry = <C extends c.Constraint>(type: ConstraintClass<C>, factory: (constraint: C) => t.Transform) =>
  [type, factory as unknown as Factory] as const;

/** What both registries have. `of` is the registry itself, for constraints of others. */
const common = (of: (constraint: c.Constraint) => t.Transform) => [
  entry(c.Real, () => t.identityTransform),
  entry(
    c.IndependentConstraint,
    (own) => new t.IndependentTransform(of(own.baseConstraint), own.reinterpretedBatchNdims),
  ),
  entry(c.GreaterThan, above),
  entry(c.GreaterThanEq, above),
  entry(c.LessThan, (own) => new t.ComposeTransform([new t.ExpTransform(), new t.AffineTransform(own.upperBound, -1)])),
  entry(c.Interval, between),
  entry(c.HalfOpenInterval, between),
  entry(c.CorrCholesky, () => new t.CorrCholeskyTransform()),
  entry(c.CatConstraint, (own) => new t.CatTransform(own.cseq.map(of), own.dim, own.lengths)),
  entry(c.StackConstraint, (own) => new t.StackTransform(own.cseq.map(of), own.dim)),
];

const above = (own: c.GreaterThan | c.GreaterThanEq): t.Transform =>
  new t.ComposeTransform([new t.ExpTransform(), new t.AffineTransform(own.lowerBound, 1)]);

function between({ lowerBound, upperBound }: c.Interval | c.HalfOpenInterval): t.Transform {
  const numbers = !(lowerBound instanceof Tensor) && !(upperBound instanceof Tensor);
  if (numbers && toNumber(lowerBound) === 0 && toNumber(upperBound) === 1) return new t.SigmoidTransform();
  const width = numbers ? toNumber(upperBound) - toNumber(lowerBound) : sub(upperBound, lowerBound);
  return new t.ComposeTransform([new t.SigmoidTransform(), new t.AffineTransform(lowerBound, width)]);
}

/**
 * Bijections: `bijectTo.of(constraint)`.
 *
 * @example
 * const x = torch.distributions.bijectTo.of(exponential.support).call(unconstrained);
 */
export const bijectTo: ConstraintRegistry = /* @__PURE__ */ new ConstraintRegistry(() => [
  ...common((constraint) => bijectTo.of(constraint)),
  entry(c.Simplex, () => new t.StickBreakingTransform()),
]);

/**
 * Transforms for optimization, which need not be bijections: `transformTo.of(constraint)`.
 *
 * @example
 * const scale = torch.distributions.transformTo.of(Normal.argConstraints.scale).call(unconstrained);
 */
export const transformTo: ConstraintRegistry = /* @__PURE__ */ new ConstraintRegistry(() => [
  ...common((constraint) => transformTo.of(constraint)),
  entry(c.Simplex, () => new t.SoftmaxTransform()),
  entry(c.LowerCholesky, () => new t.LowerCholeskyTransform()),
]);

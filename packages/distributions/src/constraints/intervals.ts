/** Constraints of single numbers. */
import { eq, ge, le, logicalAnd, logicalOr, lt, remainder, type Scalar, type Tensor } from "@cresset/core/functions";
import { boundText } from "../printing.ts";
import { Constraint } from "./constraint.ts";

/** A bound: a number (`float(0)` prints as 0.0), or a tensor. */
export type Bound = Tensor | Scalar;

const isWhole = (value: Tensor): Tensor => eq(remainder(value, 1), 0);

/** 0 and 1. */
export class BooleanConstraint extends Constraint {
  static override readonly typeName: string = "Boolean";

  override get isDiscrete(): boolean {
    return true;
  }

  check(value: Tensor): Tensor {
    return logicalOr(eq(value, 0), eq(value, 1));
  }
}

abstract class LowerBounded extends Constraint {
  readonly lowerBound: Bound;

  constructor(lowerBound: Bound) {
    super();
    this.lowerBound = lowerBound;
  }

  override toString(): string {
    return `${this.typeName}(lower_bound=${boundText(this.lowerBound)})`;
  }
}

abstract class UpperBounded extends Constraint {
  readonly upperBound: Bound;

  constructor(upperBound: Bound) {
    super();
    this.upperBound = upperBound;
  }

  override toString(): string {
    return `${this.typeName}(upper_bound=${boundText(this.upperBound)})`;
  }
}

abstract class Bounded extends Constraint {
  readonly lowerBound: Bound;
  readonly upperBound: Bound;

  constructor(lowerBound: Bound, upperBound: Bound) {
    super();
    this.lowerBound = lowerBound;
    this.upperBound = upperBound;
  }

  override toString(): string {
    return `${this.typeName}(lower_bound=${boundText(this.lowerBound)}, upper_bound=${boundText(this.upperBound)})`;
  }
}

/** Integers from `lowerBound` to `upperBound`. */
export class IntegerInterval extends Bounded {
  static override readonly typeName: string = "IntegerInterval";

  override get isDiscrete(): boolean {
    return true;
  }

  check(value: Tensor): Tensor {
    return logicalAnd(logicalAnd(isWhole(value), le(this.lowerBound, value)), le(value, this.upperBound));
  }
}

/** Integers up to `upperBound`. */
export class IntegerLessThan extends UpperBounded {
  static override readonly typeName: string = "IntegerLessThan";

  override get isDiscrete(): boolean {
    return true;
  }

  check(value: Tensor): Tensor {
    return logicalAnd(isWhole(value), le(value, this.upperBound));
  }
}

/** Integers from `lowerBound` on. */
export class IntegerGreaterThan extends LowerBounded {
  static override readonly typeName: string = "IntegerGreaterThan";

  override get isDiscrete(): boolean {
    return true;
  }

  check(value: Tensor): Tensor {
    return logicalAnd(isWhole(value), ge(value, this.lowerBound));
  }
}

/** (lowerBound, ∞] */
export class GreaterThan extends LowerBounded {
  static override readonly typeName: string = "GreaterThan";

  check(value: Tensor): Tensor {
    return lt(this.lowerBound, value);
  }
}

/** [lowerBound, ∞] */
export class GreaterThanEq extends LowerBounded {
  static override readonly typeName: string = "GreaterThanEq";

  check(value: Tensor): Tensor {
    return le(this.lowerBound, value);
  }
}

/** [-∞, upperBound) */
export class LessThan extends UpperBounded {
  static override readonly typeName: string = "LessThan";

  check(value: Tensor): Tensor {
    return lt(value, this.upperBound);
  }
}

/** [lowerBound, upperBound] */
export class Interval extends Bounded {
  static override readonly typeName: string = "Interval";

  check(value: Tensor): Tensor {
    return logicalAnd(le(this.lowerBound, value), le(value, this.upperBound));
  }
}

/** [lowerBound, upperBound) */
export class HalfOpenInterval extends Bounded {
  static override readonly typeName: string = "HalfOpenInterval";

  check(value: Tensor): Tensor {
    return logicalAnd(le(this.lowerBound, value), lt(value, this.upperBound));
  }
}

/** Constraints of vectors and matrices. */
import {
  abs,
  all,
  diagonal,
  eq,
  full,
  ge,
  gt,
  isclose,
  le,
  linalg,
  logicalAnd,
  lt,
  mul,
  sqrt,
  sub,
  sum,
  type Tensor,
  transpose,
  tril,
} from "@cresset/core/functions";
import { epsilonOf } from "../numbers.ts";
import { Constraint } from "./constraint.ts";
import { BooleanConstraint, type Bound } from "./intervals.ts";

abstract class OfVectors extends Constraint {
  override get eventDim(): number {
    return 1;
  }
}

abstract class OfMatrices extends Constraint {
  override get eventDim(): number {
    return 2;
  }
}

const boolean = /* @__PURE__ */ new BooleanConstraint();

/** Vectors of zeros and one 1. */
export class OneHot extends OfVectors {
  static override readonly typeName: string = "OneHot";

  override get isDiscrete(): boolean {
    return true;
  }

  check(value: Tensor): Tensor {
    return logicalAnd(all(boolean.check(value), -1), eq(sum(value, -1), 1));
  }
}

/** Vectors of numbers that are not negative and sum to 1. */
export class Simplex extends OfVectors {
  static override readonly typeName: string = "Simplex";

  check(value: Tensor): Tensor {
    return logicalAnd(all(ge(value, 0), -1), lt(abs(sub(sum(value, -1), 1)), 1e-6));
  }
}

/** Vectors of counts that sum to at most `upperBound`; PyTorch checks no more, either. */
export class MultinomialConstraint extends OfVectors {
  static override readonly typeName: string = "Multinomial";
  readonly upperBound: Bound;

  constructor(upperBound: Bound) {
    super();
    this.upperBound = upperBound;
  }

  override get isDiscrete(): boolean {
    return true;
  }

  check(value: Tensor): Tensor {
    return logicalAnd(all(ge(value, 0), -1), le(sum(value, -1), this.upperBound));
  }
}

const everywhere = (condition: Tensor): Tensor => all(all(condition, -1), -1);

/** Square matrices with nothing above the diagonal. */
export class LowerTriangular extends OfMatrices {
  static override readonly typeName: string = "LowerTriangular";

  check(value: Tensor): Tensor {
    return everywhere(eq(tril(value), value));
  }
}

const isLowerCholesky = (value: Tensor): Tensor =>
  logicalAnd(everywhere(eq(tril(value), value)), all(gt(diagonal(value, 0, -2, -1), 0), -1));

/** Lower triangular matrices with a positive diagonal. */
export class LowerCholesky extends OfMatrices {
  static override readonly typeName: string = "LowerCholesky";

  check(value: Tensor): Tensor {
    return isLowerCholesky(value);
  }
}

/** Lower triangular matrices with a positive diagonal and rows of length 1. */
export class CorrCholesky extends OfMatrices {
  static override readonly typeName: string = "CorrCholesky";

  check(value: Tensor): Tensor {
    const tolerance = epsilonOf(value.dtype) * value.shape[value.ndim - 1] * 10;
    const lengths = sqrt(sum(mul(value, value), -1));
    return logicalAnd(isLowerCholesky(value), all(le(abs(sub(lengths, 1)), tolerance), -1));
  }
}

/** Square matrices. */
export class Square extends OfMatrices {
  static override readonly typeName: string = "Square";

  check(value: Tensor): Tensor {
    const [rows, columns] = value.shape.slice(-2);
    return full(value.shape.slice(0, -2), rows === columns, { dtype: "bool", device: value.device });
  }
}

/** Symmetric matrices. */
export class Symmetric extends Square {
  static override readonly typeName: string = "Symmetric";

  override check(value: Tensor): Tensor {
    const [rows, columns] = value.shape.slice(-2);
    if (rows !== columns) return super.check(value);
    return everywhere(isclose(value, transpose(value, -2, -1), { atol: 1e-6 }));
  }
}

/** Symmetric matrices without negative eigenvalues. */
export class PositiveSemidefinite extends Symmetric {
  static override readonly typeName: string = "PositiveSemidefinite";

  override check(value: Tensor): Tensor {
    const symmetric = super.check(value);
    const [rows, columns] = value.shape.slice(-2);
    if (rows !== columns) return symmetric;
    return logicalAnd(symmetric, all(ge(linalg.eigvalsh(value), 0), -1));
  }
}

/** Symmetric matrices with positive eigenvalues. */
export class PositiveDefinite extends Symmetric {
  static override readonly typeName: string = "PositiveDefinite";

  override check(value: Tensor): Tensor {
    const symmetric = super.check(value);
    const [rows, columns] = value.shape.slice(-2);
    if (rows !== columns) return symmetric;
    return logicalAnd(symmetric, eq(linalg.choleskyEx(value).info, 0));
  }
}

/** Constraints of the parts of a tensor. */
import { cat, narrow, select, stack, type Tensor, ValueError } from "@cresset/core/functions";
import { Constraint } from "./constraint.ts";

/** Parts along `dim` of `lengths` (each 1 by default), each with its constraint. */
export class CatConstraint extends Constraint {
  static override readonly typeName: string = "Cat";
  readonly cseq: readonly Constraint[];
  readonly dim: number;
  readonly lengths: readonly number[];

  constructor(cseq: readonly Constraint[], dim = 0, lengths?: readonly number[] | null) {
    super();
    this.cseq = [...cseq];
    this.dim = dim;
    this.lengths = lengths ?? cseq.map(() => 1);
    if (this.lengths.length !== this.cseq.length)
      throw new ValueError(
        `expected one length for each constraint, got ${this.lengths.length} of ${this.cseq.length}`,
      );
  }

  override get isDiscrete(): boolean {
    return this.cseq.some((constraint) => constraint.isDiscrete);
  }

  override get eventDim(): number {
    return Math.max(...this.cseq.map((constraint) => constraint.eventDim));
  }

  check(value: Tensor): Tensor {
    let start = 0;
    const checks = this.cseq.map((constraint, i) => {
      const part = narrow(value, this.dim, start, this.lengths[i]);
      start += this.lengths[i];
      return constraint.check(part);
    });
    return cat(checks, this.dim);
  }
}

/** Slices along `dim`, each with its constraint. */
export class StackConstraint extends Constraint {
  static override readonly typeName: string = "Stack";
  readonly cseq: readonly Constraint[];
  readonly dim: number;

  constructor(cseq: readonly Constraint[], dim = 0) {
    super();
    this.cseq = [...cseq];
    this.dim = dim;
  }

  override get isDiscrete(): boolean {
    return this.cseq.some((constraint) => constraint.isDiscrete);
  }

  override get eventDim(): number {
    const most = Math.max(...this.cseq.map((constraint) => constraint.eventDim));
    return this.dim + most < 0 ? most + 1 : most;
  }

  check(value: Tensor): Tensor {
    return stack(
      this.cseq.map((constraint, i) => constraint.check(select(value, this.dim, i))),
      this.dim,
    );
  }
}

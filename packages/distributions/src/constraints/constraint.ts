import { all, eq, NotImplementedError, reshape, type Tensor, ValueError } from "@cresset/core/functions";

/** A set of values, which a parameter or a sample is in. */
export abstract class Constraint {
  static readonly typeName: string = "Constraint";

  /** Whether the set is discrete. */
  get isDiscrete(): boolean {
    return false;
  }

  /** How many of the last dimensions are one value. */
  get eventDim(): number {
    return 0;
  }

  get typeName(): string {
    return (this.constructor as unknown as { typeName: string }).typeName;
  }

  /** Whether each value is in the set: bool, without the last `eventDim` dimensions. */
  abstract check(value: Tensor): Tensor;

  toString(): string {
    return `${this.typeName}()`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** What an instance knows, of constraints that depend on other parameters. */
export interface DependentOptions {
  readonly isDiscrete?: boolean;
  readonly eventDim?: number;
}

/** Stands for a constraint that depends on other parameters. */
export class Dependent extends Constraint {
  static override readonly typeName: string = "Dependent";
  private readonly options: DependentOptions;

  constructor(options: DependentOptions = {}) {
    super();
    this.options = options;
  }

  override get isDiscrete(): boolean {
    return known(this.options.isDiscrete, ".is_discrete cannot be determined statically");
  }

  override get eventDim(): number {
    return known(this.options.eventDim, ".event_dim cannot be determined statically");
  }

  check(_value: Tensor): Tensor {
    throw new ValueError("Cannot determine validity of dependent constraint");
  }
}

function known<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new NotImplementedError(message);
  return value;
}

/** Whether a constraint stands for one that depends on other parameters. */
export const isDependent = (constraint: Constraint): boolean => constraint instanceof Dependent;

/** Numbers, not NaN. */
export class Real extends Constraint {
  static override readonly typeName: string = "Real";

  check(value: Tensor): Tensor {
    return eq(value, value);
  }
}

/** What holds for each of the last dimensions of a value together. */
export class IndependentConstraint extends Constraint {
  static override readonly typeName: string = "IndependentConstraint";
  readonly baseConstraint: Constraint;
  readonly reinterpretedBatchNdims: number;

  constructor(baseConstraint: Constraint, reinterpretedBatchNdims: number) {
    super();
    this.baseConstraint = baseConstraint;
    this.reinterpretedBatchNdims = reinterpretedBatchNdims;
  }

  override get isDiscrete(): boolean {
    return this.baseConstraint.isDiscrete;
  }

  override get eventDim(): number {
    return this.baseConstraint.eventDim + this.reinterpretedBatchNdims;
  }

  check(value: Tensor): Tensor {
    const result = this.baseConstraint.check(value);
    if (result.ndim < this.reinterpretedBatchNdims)
      throw new ValueError(`Expected value.dim() >= ${this.eventDim} but got ${value.ndim}`);
    const kept = result.shape.slice(0, result.ndim - this.reinterpretedBatchNdims);
    const rest = result.shape.slice(kept.length).reduce((n, size) => n * size, 1);
    return all(reshape(result, [...kept, rest]), -1);
  }

  override toString(): string {
    return `${this.typeName}(${this.baseConstraint}, ${this.reinterpretedBatchNdims})`;
  }
}

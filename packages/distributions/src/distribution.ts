import {
  broadcastTo,
  enableGrad,
  exp,
  type HostArray,
  NotImplementedError,
  noGrad,
  sqrt,
  Tensor,
  ValueError,
} from "@cresset/core/functions";
import type { Constraint } from "./constraints/constraint.ts";
import { isDependent } from "./constraints/constraint.ts";
import { sizeText, tensorText, tupleText } from "./printing.ts";
import { guarded, guardedParameter, guardedValue, isKnown } from "./validation.ts";

/** Constraints by the names of the parameters that they are for. */
export type ArgConstraints = Readonly<Record<string, Constraint>>;

/** A sampler that has to know values of tensors: it yields the tensor, is given its elements, and returns the sample. */
export type Sampling = Generator<Tensor, Tensor, HostArray>;

/** The parameters that a distribution was made of, or has computed since, by PyTorch's names. */
export type Parameters = Record<string, Tensor>;

/** What a subclass hands to `Distribution`. */
export interface DistributionParts {
  readonly batchShape?: readonly number[];
  readonly eventShape?: readonly number[];
  readonly validateArgs?: boolean | undefined;
  readonly parameters?: Parameters;
  /** What the user gave: where all of it is known, parameters are checked at once. Default: the parameters. */
  readonly given?: readonly Tensor[];
}

let validateByDefault = true;

/** A class of distributions: what is known without an instance. */
export interface DistributionClass {
  readonly typeName: string;
  readonly argConstraints: ArgConstraints;
}

/**
 * The base of all distributions. `batchShape` is the shape of the parameters, one distribution for each of their elements;
 * `eventShape` that of one sample of one of them. A sample has the shape `[...sampleShape, ...batchShape, ...eventShape]`.
 *
 * Parameters and values are checked against constraints, unless `validateArgs` is false: at the call where they are known, else
 * when they are computed. Later changes of parameters are seen, and not checked.
 *
 * @example
 * const normal = new torch.distributions.Normal(torch.zeros(3), 1);
 * const x = normal.rsample([2]); // [2, 3]
 * normal.logProb(x).sum().backward();
 */
export abstract class Distribution {
  /** The name that it prints under, also when a minifier renames the class. */
  static readonly typeName: string = "Distribution";
  static readonly argConstraints: ArgConstraints = {};

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];
  /** Whether values are checked. */
  readonly validateArgs: boolean;
  /** @internal */
  readonly parameters: Parameters;
  /** Whether what it was made of was known. */
  private readonly known: boolean;

  constructor(parts: DistributionParts = {}) {
    this.batchShape = parts.batchShape ?? [];
    this.eventShape = parts.eventShape ?? [];
    this.validateArgs = parts.validateArgs ?? validateByDefault;
    this.parameters = { ...parts.parameters };
    this.known = (parts.given ?? Object.values(this.parameters)).every(isKnown);
    if (this.validateArgs) this.checkParameters();
  }

  /** Sets whether distributions that are made from now on are checked. True at first. */
  static setDefaultValidateArgs(value: boolean): void {
    if (typeof value !== "boolean") throw new ValueError("setDefaultValidateArgs takes true or false");
    validateByDefault = value;
  }

  /** The constraint of each parameter. */
  get argConstraints(): ArgConstraints {
    return (this.constructor as unknown as DistributionClass).argConstraints;
  }

  get typeName(): string {
    return (this.constructor as unknown as DistributionClass).typeName;
  }

  /** Where samples are. */
  get support(): Constraint {
    throw notImplemented(this, "support");
  }

  /** Whether `rsample` gives samples with gradients. */
  get hasRsample(): boolean {
    return false;
  }

  /** Whether `enumerateSupport` is there. */
  get hasEnumerateSupport(): boolean {
    return false;
  }

  /** [...batchShape, ...eventShape] */
  get mean(): Tensor {
    throw notImplemented(this, "mean");
  }

  /** The value of the greatest density or probability, [...batchShape, ...eventShape]. */
  get mode(): Tensor {
    throw new NotImplementedError(`<class 'torch.distributions.${this.typeName}'> does not implement mode`);
  }

  /** [...batchShape, ...eventShape] */
  get variance(): Tensor {
    throw notImplemented(this, "variance");
  }

  /** The square root of the variance. */
  get stddev(): Tensor {
    return sqrt(this.variance);
  }

  /**
   * The same distribution with a larger batch: parameters are expanded, not copied.
   *
   * @throws ShapeError where the batch does not broadcast to `batchShape`.
   */
  expand(batchShape: readonly number[]): this {
    const rank = this.batchShape.length;
    const parameters: Parameters = {};
    for (const [name, value] of Object.entries(this.parameters))
      parameters[name] = broadcastTo(value, [...batchShape, ...value.shape.slice(rank)]);
    return this.changed({ batchShape: [...batchShape], parameters });
  }

  /** A copy with other fields, as Python's `__new__` makes one. */
  protected changed(fields: object): this {
    return Object.assign(Object.create(Object.getPrototypeOf(this)), this, fields);
  }

  /**
   * A sample without gradients.
   *
   * @param sampleShape how many: default one, without a dimension for it.
   * @throws DeviceError where the sampler has to know values on a device that reads asynchronously: see `sampleAsync`.
   */
  sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => atOnce(this.draw(sampleShape)));
  }

  /** `sample` on every device: it waits where values must be read. */
  async sampleAsync(sampleShape: readonly number[] = []): Promise<Tensor> {
    return noGradSteps(() => this.draw(sampleShape));
  }

  /**
   * A sample through which gradients reach the parameters.
   *
   * @throws NotImplementedError for distributions without (`hasRsample`); else as `sample`.
   */
  rsample(sampleShape: readonly number[] = []): Tensor {
    if (!this.hasRsample) throw notImplemented(this, "rsample");
    return atOnce(this.draw(sampleShape));
  }

  /** `rsample` on every device: it waits where values must be read. */
  async rsampleAsync(sampleShape: readonly number[] = []): Promise<Tensor> {
    if (!this.hasRsample) throw notImplemented(this, "rsample");
    return awaited(this.draw(sampleShape));
  }

  /** @internal A sample with the gradients that there are, or the steps to it. Subclasses have this, or `rsample`, or `sample`. */
  draw(sampleShape: readonly number[]): Tensor | Sampling {
    if (this.rsample !== Distribution.prototype.rsample) return this.rsample(sampleShape);
    if (this.sample !== Distribution.prototype.sample) return this.sample(sampleShape);
    throw notImplemented(this, "sample");
  }

  /** The logarithm of the density or probability of values, `[...batchShape]` after broadcasting. */
  logProb(_value: Tensor): Tensor {
    throw notImplemented(this, "logProb");
  }

  /** The probability of at most `value`. */
  cdf(_value: Tensor): Tensor {
    throw notImplemented(this, "cdf");
  }

  /** The value that a sample does not exceed with probability `value`. */
  icdf(_value: Tensor): Tensor {
    throw notImplemented(this, "icdf");
  }

  /**
   * All values of a discrete distribution, [cardinality, ...batchShape, ...eventShape].
   *
   * @param expand whether to repeat them over the batch; else its dimensions have size 1.
   */
  enumerateSupport(_expand: boolean | { expand?: boolean } = true): Tensor {
    throw notImplemented(this, "enumerateSupport");
  }

  /** In nats, [...batchShape]. */
  entropy(): Tensor {
    throw notImplemented(this, "entropy");
  }

  /** The exponential of the entropy. */
  perplexity(): Tensor {
    return exp(this.entropy());
  }

  /** @internal [...sampleShape, ...batchShape, ...eventShape] */
  extendedShape(sampleShape: readonly number[] = []): number[] {
    return [...sampleShape, ...this.batchShape, ...this.eventShape];
  }

  /** A parameter that may have to be computed of others: once, and with gradients. */
  protected lazily(name: string, compute: () => Tensor): Tensor {
    this.parameters[name] ??= enableGrad(compute);
    return this.parameters[name];
  }

  /** A value that `logProb` and the like may use: for those who write distributions. @throws ValueError for one outside the support, at once or when it is computed. */
  checkedValue(value: Tensor): Tensor {
    if (!this.validateArgs) return value;
    if (!(value instanceof Tensor)) throw new ValueError("The value argument to log_prob must be a Tensor");
    const { shape } = value;
    const events = this.eventShape;
    const tail = shape.slice(Math.max(shape.length - events.length, 0));
    if (tail.length !== events.length || tail.some((n, d) => n !== events[d]))
      throw new ValueError(
        `The right-most size of value must match event_shape: ${sizeText(shape)} vs ${sizeText(events)}.`,
      );
    const expected = this.extendedShape();
    for (let d = 1; d <= Math.min(shape.length, expected.length); d++) {
      const [i, j] = [shape[shape.length - d], expected[expected.length - d]];
      if (i !== 1 && j !== 1 && i !== j)
        throw new ValueError(
          `Value is not broadcastable with batch_shape+event_shape: ${sizeText(shape)} vs ${sizeText(expected)}.`,
        );
    }
    const { support } = this;
    const known = this.known && isKnown(value);
    return guardedValue(
      value,
      noGrad(() => support.check(value.detach())),
      known,
      (values) =>
        `Expected value argument (Tensor of shape ${tupleText(shape)}) to be within the support (${values ? support : support.typeName}) ` +
        `of the distribution ${this.text(values)}, but found invalid values${values ? `:\n${tensorText(value)}` : ""}`,
    );
  }

  private checkParameters(): void {
    for (const [name, constraint] of Object.entries(this.argConstraints)) {
      const value = this.parameters[name];
      if (value !== undefined && !isDependent(constraint))
        this.parameters[name] = this.checkedParameter(name, value, constraint, this.known, guardedParameter);
    }
  }

  /** Checks a parameter that another distribution holds: `value` computed of what was `given`. Only what is known is checked. */
  protected checkAlso(name: string, value: Tensor, given: readonly Tensor[]): void {
    if (given.every(isKnown)) this.checkedParameter(name, value, this.argConstraints[name], true, guarded);
  }

  /**
   * What was computed of the parameters as they were given: with their checks, where these are still to be made. What is computed
   * of `parameters` has them.
   */
  protected tied(result: Tensor, guard = guarded): Tensor {
    if (this.known || !this.validateArgs) return result;
    let tied = result;
    for (const [name, constraint] of Object.entries(this.argConstraints)) {
      const value = this.parameters[name];
      if (value !== undefined && !isDependent(constraint))
        tied = this.checkedParameter(name, value, constraint, false, guard, tied);
    }
    return tied;
  }

  /** `tied` for a parameter as it was given, which stays an alias of that. */
  protected tiedParameter(given: Tensor): Tensor {
    return this.tied(given, guardedParameter);
  }

  private checkedParameter(
    name: string,
    value: Tensor,
    constraint: Constraint,
    known: boolean,
    guard: typeof guarded,
    carrier = value,
  ): Tensor {
    return guard(
      carrier,
      noGrad(() => constraint.check(value.detach())),
      known,
      (values) =>
        `Expected parameter ${snake(name)} (${value.isParameter ? "Parameter" : "Tensor"} of shape ${tupleText(value.shape)}) of distribution ${this.text(values)} ` +
        `to satisfy the constraint ${constraint}, but found invalid values${values ? `:\n${tensorText(value)}` : ""}`,
    );
  }

  /** Its name and parameters: those of one element by value, if values may be read. */
  private text(values: boolean): string {
    const shown = Object.keys(this.argConstraints)
      .filter((name) => this.parameters[name] !== undefined)
      .map((name) => {
        const value = this.parameters[name];
        return `${snake(name)}: ${values && value.numel() === 1 ? tensorText(value) : sizeText(value.shape)}`;
      });
    return `${this.typeName}(${shown.join(", ")})`;
  }

  /** PyTorch's `repr`. */
  toString(): string {
    return this.text(true);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A name as PyTorch has it: errors and printing are its texts. */
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function notImplemented(of: Distribution, what: string): NotImplementedError {
  return new NotImplementedError(`${of.typeName} has no ${what}`);
}

/** Runs a sampler, reading at once. */
export function atOnce(drawn: Tensor | Sampling): Tensor {
  if (drawn instanceof Tensor) return drawn;
  let step = drawn.next();
  while (!step.done) step = drawn.next(step.value.dataSync());
  return step.value;
}

/** Runs a sampler, waiting for what it reads. */
async function awaited(drawn: Tensor | Sampling): Promise<Tensor> {
  if (drawn instanceof Tensor) return drawn;
  let step = drawn.next();
  while (!step.done) {
    const data = await step.value.data();
    step = drawn.next(data);
  }
  return step.value;
}

/** `awaited` without gradients: each step by itself, since other code runs between. */
async function noGradSteps(draw: () => Tensor | Sampling): Promise<Tensor> {
  const drawn = noGrad(draw);
  if (drawn instanceof Tensor) return drawn;
  let step = noGrad(() => drawn.next());
  while (!step.done) {
    const data = await step.value.data();
    step = noGrad(() => drawn.next(data));
  }
  return step.value;
}

/** The steps of what another distribution draws, within a sampler: `yield* stepsOf(base.draw(shape))`. */
export function* stepsOf(drawn: Tensor | Sampling): Sampling {
  return drawn instanceof Tensor ? drawn : yield* drawn;
}

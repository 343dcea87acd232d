import { add, mul, type Tensor, zerosLike } from "@cresset/core/functions";
import * as constraints from "../constraints/values.ts";
import { sumRightmost } from "../functions.ts";
import { type CacheOptions, Transform } from "./transform.ts";

/** Transforms one after the other. @example new ComposeTransform([new ExpTransform(), new AffineTransform(0, 2)]) */
export class ComposeTransform extends Transform {
  static override readonly typeName: string = "ComposeTransform";
  readonly parts: readonly Transform[];

  constructor(parts: readonly Transform[], options: CacheOptions = {}) {
    super(options);
    const { cacheSize } = this;
    this.parts = cacheSize > 0 ? parts.map((part) => part.withCache(cacheSize)) : [...parts];
  }

  override get domain(): constraints.Constraint {
    const [first] = this.parts;
    if (first === undefined) return constraints.real;
    let eventDim = this.parts[this.parts.length - 1].codomain.eventDim;
    for (const { domain, codomain } of this.parts.toReversed())
      eventDim = Math.max(eventDim + domain.eventDim - codomain.eventDim, domain.eventDim);
    return widened(first.domain, eventDim);
  }

  override get codomain(): constraints.Constraint {
    const last = this.parts.at(-1);
    if (last === undefined) return constraints.real;
    let eventDim = this.parts[0].domain.eventDim;
    for (const { domain, codomain } of this.parts)
      eventDim = Math.max(eventDim + codomain.eventDim - domain.eventDim, codomain.eventDim);
    return widened(last.codomain, eventDim);
  }

  override get bijective(): boolean {
    return this.parts.every((part) => part.bijective);
  }

  override get sign(): number | Tensor {
    return this.parts.reduce<number | Tensor>((sign, part) => {
      const next = part.sign;
      return typeof sign === "number" && typeof next === "number" ? sign * next : mul(sign, next);
    }, 1);
  }

  override get inv(): Transform {
    if (this.inverse === null) {
      const inverse = new ComposeTransform(this.parts.toReversed().map((part) => part.inv));
      inverse.inverse = this;
      this.inverse = inverse;
    }
    return this.inverse;
  }

  override withCache(cacheSize = 1): Transform {
    return this.cacheSize === cacheSize ? this : new ComposeTransform(this.parts, { cacheSize });
  }

  override equals(other: Transform): boolean {
    return other instanceof ComposeTransform && equalTransforms(this.parts, other.parts);
  }

  override call(x: Tensor): Tensor {
    return this.parts.reduce((value, part) => part.call(value), x);
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    if (this.parts.length === 0) return zerosLike(x);
    const values = [x];
    for (const part of this.parts.slice(0, -1)) values.push(part.call(values[values.length - 1]));
    values.push(y);
    let { eventDim } = this.domain;
    const terms = this.parts.map((part, i) => {
      const term = sumRightmost(part.logAbsDetJacobian(values[i], values[i + 1]), eventDim - part.domain.eventDim);
      eventDim += part.codomain.eventDim - part.domain.eventDim;
      return term;
    });
    return terms.reduce((total, term) => add(total, term));
  }

  override forwardShape(shape: readonly number[]): readonly number[] {
    return this.parts.reduce((sizes, part) => part.forwardShape(sizes), shape);
  }

  override inverseShape(shape: readonly number[]): readonly number[] {
    return this.parts.reduceRight((sizes, part) => part.inverseShape(sizes), shape);
  }

  override toString(): string {
    return `${this.typeName}(\n    ${this.parts.join(",\n    ")}\n)`;
  }
}

/** Whether two lists are of the same functions. */
export const equalTransforms = (a: readonly Transform[], b: readonly Transform[]): boolean =>
  a.length === b.length && a.every((each, i) => each.equals(b[i]));

function widened(constraint: constraints.Constraint, eventDim: number): constraints.Constraint {
  const more = eventDim - constraint.eventDim;
  return more > 0 ? constraints.independent(constraint, more) : constraint;
}

/** x itself. */
export const identityTransform: ComposeTransform = /* @__PURE__ */ new ComposeTransform([]);

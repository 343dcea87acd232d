/**
 * Coordinates that are divided by a small number, as where windows are so far apart. Those a multiple of it apart, a phase, have
 * one remainder, and quotients that are neighbours: a loop over each phase reads these as they lie, and asks for less.
 */
import {
  type Bound,
  type Expression,
  type Index,
  type Rewriting,
  type Statement,
  statementWithParts,
  withParts,
} from "@cresset/core/backend";
import { accesses, linearStride } from "../accesses.ts";
import { apart, constantIndex, plus, withValues } from "../indices.ts";

const mostPhases = 4;

/** Coordinate `count · c + first` of an axis, which counts c from now on. */
interface Phase {
  readonly axis: number;
  readonly count: number;
  readonly first: number;
}

/** An index divided by a number, where that leaves nothing; otherwise undefined. */
function divided(index: Index, by: number): Index | undefined {
  if (index.kind === "sum") {
    const left = divided(index.left, by);
    const right = left && divided(index.right, by);
    return right && plus(left, right);
  }
  if (index.kind !== "product") return undefined;
  if (index.by % by === 0) return { ...index, by: index.by / by };
  const input = divided(index.input, by);
  return input && { ...index, input };
}

/** An index as `by · quotient + rest`, where the rest is one number. */
function parted(index: Index, by: number): { quotient: Index; rest: number } | undefined {
  const { rest, constant } = apart(index);
  const whole = rest && divided(rest, by);
  if (rest && !whole) return undefined;
  const more = Math.floor(constant / by);
  return { quotient: whole ? plus(whole, constantIndex(more)) : constantIndex(more), rest: constant - more * by };
}

/** An index within a phase; what it reads from data stays. */
function within(index: Index, phase: Phase): Index {
  const { axis, count, first } = phase;
  switch (index.kind) {
    case "axis":
      return index.axis === axis ? plus({ kind: "product", input: index, by: count }, constantIndex(first)) : index;
    case "sum":
      return plus(within(index.left, phase), within(index.right, phase));
    case "product":
      return { ...index, input: within(index.input, phase) };
    case "quotient":
    case "remainder": {
      const input = within(index.input, phase);
      const found = index.by === count ? parted(input, count) : undefined;
      if (!found) return { ...index, input };
      return index.kind === "quotient" ? found.quotient : constantIndex(found.rest);
    }
    default:
      return index;
  }
}

/**
 * The number of phases of an axis: by what it is divided, if that is one small number, and more is read in that way than in the
 * order of memory. 1 if it is not to be cut into any.
 */
export function phasesOf(body: readonly Statement[], axis: number): number {
  if (body.some((statement) => statement.kind === "inner")) return 1;
  const strides = accesses(body).map((index) => linearStride(index, axis));
  const count = (is: (stride: number) => boolean): number => strides.filter(is).length;
  if (count(Number.isNaN) < count((stride) => stride === 1)) return 1;
  const divisors = new Set<number>();
  const add = (index: Index, by: number): void => {
    const stride = linearStride(index, axis);
    if (by === 1 || stride === 0 || Number.isNaN(stride)) return;
    if (parted(within(index, { axis, count: by, first: 0 }), by)) divisors.add(by);
  };
  const visit = (index: Index): void => {
    if (index.kind === "sum") {
      visit(index.left);
      visit(index.right);
    } else if ("input" in index) {
      if (index.kind !== "product") add(index.input, index.by);
      visit(index.input);
    }
  };
  const all: Rewriting = {
    expression(e) {
      if (e.kind === "guard") for (const { index, step } of e.bounds) add(index, step);
      return withParts(e, all);
    },
    index(index) {
      visit(index);
      return withValues(index, all.expression);
    },
  };
  for (const statement of body) statementWithParts(statement, all);
  const [by] = divisors;
  return divisors.size === 1 && by <= mostPhases ? by : 1;
}

/** The body in a phase. */
export function phaseOf(body: readonly Statement[], phase: Phase): Statement[] {
  const bound = (given: Bound): Bound | undefined => {
    const found = given.step === phase.count ? parted(given.index, phase.count) : undefined;
    if (!found) return given;
    return found.rest === 0 ? { ...given, step: 1 } : undefined;
  };
  const expression = (e: Expression): Expression => {
    const made = withParts(e, all);
    if (made.kind !== "guard") return made;
    const bounds = made.bounds.flatMap((one) => bound(one) ?? []);
    return bounds.length < made.bounds.length ? made.otherwise : { ...made, bounds };
  };
  const all: Rewriting = { expression, index: (index) => within(withValues(index, expression), phase) };
  return body.map((statement) => statementWithParts(statement, all));
}

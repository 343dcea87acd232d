/** Arithmetic on indices, simplified as it is built. */
import type { Expression, Index } from "../backend/program.ts";

export const zero: Index = { kind: "constant", value: 0 };

export const constantIndex = (value: number): Index => (value === 0 ? zero : { kind: "constant", value });

export const axisIndex = (axis: number): Index => ({ kind: "axis", axis });

export function plus(left: Index, right: Index): Index {
  if (left.kind === "constant" && right.kind === "constant") return constantIndex(left.value + right.value);
  if (left.kind === "constant" && left.value === 0) return right;
  if (right.kind === "constant" && right.value === 0) return left;
  return { kind: "sum", left, right };
}

export function times(input: Index, by: number): Index {
  if (by === 0) return zero;
  if (by === 1) return input;
  if (input.kind === "constant") return constantIndex(input.value * by);
  if (input.kind === "product") return times(input.input, input.by * by);
  if (input.kind === "sum") return plus(times(input.left, by), times(input.right, by));
  return { kind: "product", input, by };
}

/** Extents of the axes in scope; bounds what an index can be. */
export type Extents = readonly number[];

/** The largest value of an index; with products of negative numbers, what it cannot exceed. */
function largest(index: Index, extents: Extents): number {
  switch (index.kind) {
    case "constant":
      return index.value;
    case "axis":
      return extents[index.axis] - 1;
    case "argument":
      return Number.POSITIVE_INFINITY;
    case "sum":
      return largest(index.left, extents) + largest(index.right, extents);
    case "product":
      if (index.by < 0) return isNonNegative(index.input) ? 0 : Number.POSITIVE_INFINITY;
      return largest(index.input, extents) * index.by;
    case "quotient":
      return Math.floor(largest(index.input, extents) / index.by);
    case "remainder":
      return Math.min(index.by - 1, largest(index.input, extents));
    case "value":
      return index.extent - 1;
  }
}

/** What an index lies between; where an extent is 0 it is nowhere, and nothing is computed. */
export const rangeOf = (index: Index, extents: Extents): readonly [least: number, most: number] => [
  -largest(times(index, -1), extents),
  largest(index, extents),
];

function isNonNegative(index: Index): boolean {
  switch (index.kind) {
    case "constant":
      return index.value >= 0;
    case "argument":
      return false;
    case "sum":
      return isNonNegative(index.left) && isNonNegative(index.right);
    case "product":
      return index.by >= 0 && isNonNegative(index.input);
    default:
      return true;
  }
}

/** Splits a sum into what is a multiple of `by` (divided by it) and the rest. */
function divide(index: Index, by: number): { quotient: Index; rest: Index } {
  if (index.kind === "sum") {
    const left = divide(index.left, by);
    const right = divide(index.right, by);
    return { quotient: plus(left.quotient, right.quotient), rest: plus(left.rest, right.rest) };
  }
  if (index.kind === "constant") {
    const quotient = Math.floor(index.value / by);
    return { quotient: constantIndex(quotient), rest: constantIndex(index.value - quotient * by) };
  }
  if (index.kind === "product" && index.by % by === 0)
    return { quotient: times(index.input, index.by / by), rest: zero };
  return { quotient: zero, rest: index };
}

export function quotient(input: Index, by: number, extents: Extents): Index {
  if (by === 1) return input;
  const { quotient: whole, rest } = divide(input, by);
  if (isNonNegative(rest) && largest(rest, extents) < by) return whole;
  if (whole !== zero && isNonNegative(rest)) return plus(whole, { kind: "quotient", input: rest, by });
  return { kind: "quotient", input, by };
}

export function remainder(input: Index, by: number, extents: Extents): Index {
  if (by === 1) return zero;
  const { rest } = divide(input, by);
  if (!isNonNegative(rest)) return { kind: "remainder", input, by };
  return largest(rest, extents) < by ? rest : { kind: "remainder", input: rest, by };
}

/** The row-major position of coordinates in a shape. */
export function flatten(coordinates: readonly Index[], shape: readonly number[]): Index {
  let at: Index = zero;
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    at = plus(times(coordinates[d], step), at);
    step *= shape[d];
  }
  return at;
}

/** Coordinates in `to` of the element that has `coordinates` in `from`, a shape with as many elements. */
export function reshapeCoordinates(
  coordinates: readonly Index[],
  from: readonly number[],
  to: readonly number[],
  extents: Extents,
): Index[] {
  const out = new Array<Index>(to.length).fill(zero);
  let i = from.length - 1;
  let j = to.length - 1;
  // Runs of dimensions with equal products correspond; inside a run, flatten and split.
  while (i >= 0 && j >= 0) {
    let a = from[i];
    let b = to[j];
    const firstI = i--;
    const firstJ = j--;
    while (a !== b) {
      if (a < b && i >= 0) a *= from[i--];
      else if (j >= 0) b *= to[j--];
      else break;
    }
    let at = flatten(coordinates.slice(i + 1, firstI + 1), from.slice(i + 1, firstI + 1));
    for (let d = firstJ; d > j; d--) {
      out[d] = d === j + 1 ? at : remainder(at, to[d], extents);
      if (d !== j + 1) at = quotient(at, to[d], extents);
    }
  }
  return out;
}

/** A linear index: constant + Σ coefficient · axis + other parts that use no axis; null where it is not linear. */
export interface Linear {
  readonly coefficients: ReadonlyMap<number, number>;
  readonly rest: Index;
}

export function linear(index: Index): Linear | null {
  const coefficients = new Map<number, number>();
  let rest: Index = zero;
  const visit = (part: Index, by: number): boolean => {
    switch (part.kind) {
      case "constant":
      case "argument":
        rest = plus(rest, times(part, by));
        return true;
      case "axis":
        coefficients.set(part.axis, (coefficients.get(part.axis) ?? 0) + by);
        return true;
      case "sum":
        return visit(part.left, by) && visit(part.right, by);
      case "product":
        return visit(part.input, by * part.by);
      default:
        return false;
    }
  };
  return visit(index, 1) ? { coefficients, rest } : null;
}

/** Rewrites the axes and arguments of an index; expressions inside are rewritten by `inside`. */
export function mapIndex(
  index: Index,
  axis: (axis: number) => Index,
  inside: (e: Expression) => Expression,
  argument = (slot: number): number => slot,
): Index {
  const go = (part: Index): Index => {
    switch (part.kind) {
      case "constant":
        return part;
      case "argument":
        return { kind: "argument", slot: argument(part.slot) };
      case "axis":
        return axis(part.axis);
      case "sum":
        return plus(go(part.left), go(part.right));
      case "product":
        return times(go(part.input), part.by);
      case "quotient":
      case "remainder":
        return { ...part, input: go(part.input) };
      case "value":
        return { ...part, value: inside(part.value) };
    }
  };
  return go(index);
}

/** A WeakMap costs the garbage collector more than the texts cost; this one starts anew now and then instead. */
let texts = new Map<Index, string>();
const mostTexts = 1 << 14;

/** Equal indices have equal texts. Values inside are compared by `text`. */
export function indexText(index: Index, text: (e: Expression) => string): string {
  let known = texts.get(index);
  if (known === undefined) {
    known = write(index, text);
    if (texts.size >= mostTexts) texts = new Map();
    texts.set(index, known);
  }
  return known;
}

function write(index: Index, text: (e: Expression) => string): string {
  const go = (part: Index): string => indexText(part, text);
  switch (index.kind) {
    case "constant":
      return `${index.value}`;
    case "axis":
      return `i${index.axis}`;
    case "argument":
      return `a${index.slot}`;
    case "sum":
      return `(${go(index.left)}+${go(index.right)})`;
    case "product":
      return `${go(index.input)}*${index.by}`;
    case "quotient":
      return `(${go(index.input)}/${index.by})`;
    case "remainder":
      return `(${go(index.input)}%${index.by})`;
    case "value":
      return `[${text(index.value)}<${index.extent}]`;
  }
}

import type { Bound, Expression, Index } from "@cresset/core/backend";
import { linearStride, operandsOf } from "./accesses.ts";
import type { Value } from "./code/emitter.ts";
import type { Lanes } from "./code/lanes.ts";
import { value } from "./expression.ts";
import type { KernelWriter } from "./writer.ts";

interface Sum {
  constant: number;
  readonly terms: { readonly value: Value; factor: number }[];
}

const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

function collect(w: KernelWriter, index: Index, factor: number, sum: Sum): void {
  const add = (term: Value): void => {
    const same = sum.terms.find((other) => other.value === term);
    if (same) same.factor += factor;
    else sum.terms.push({ value: term, factor });
  };
  switch (index.kind) {
    case "constant":
      sum.constant += factor * index.value;
      break;
    case "axis": {
      const coordinate = w.axis(index.axis);
      const { base, by } = coordinate.shifted ?? { base: coordinate, by: 0 };
      sum.constant += factor * by;
      add(base);
      break;
    }
    case "argument":
      add(w.argument(index.slot, "int32").parts[0]);
      break;
    case "sum":
      collect(w, index.left, factor, sum);
      collect(w, index.right, factor, sum);
      break;
    case "product":
      collect(w, index.input, factor * index.by, sum);
      break;
    case "quotient": {
      const input = indexValue(w, index.input);
      const by = w.e.i32(isPowerOfTwo(index.by) ? 31 - Math.clz32(index.by) : index.by || 1);
      add(w.e.op(isPowerOfTwo(index.by) ? "i32.shr_u" : "i32.div_u", input, by));
      break;
    }
    case "remainder": {
      const input = indexValue(w, index.input);
      const by = w.e.i32(isPowerOfTwo(index.by) ? index.by - 1 : index.by || 1);
      add(w.e.op(isPowerOfTwo(index.by) ? "i32.and" : "i32.rem_u", input, by));
      break;
    }
    case "value":
      add(fromData(w, index.value, index.extent));
      break;
  }
}

/** An index read from data, kept within [0, extent): what lies outside becomes 0. */
function fromData(w: KernelWriter, e: Expression, extent: number): Value {
  const { m } = w;
  const given = value(w, e);
  const number = given.kind === "mask" ? m.maskToInteger(given) : given;
  const kind = number.kind as "i32" | "i64";
  const [part] = number.parts;
  const inside = w.e.op(`${kind}.lt_u`, part, m.constant(kind, extent).parts[0]);
  return w.e.select(kind === "i64" ? w.e.op("i32.wrap_i64", part) : part, w.e.i32(0), inside);
}

/** Terms are added from the outermost loop inwards, so that partial sums leave the inner loops. */
function total(w: KernelWriter, start: Value, { terms }: Sum): Value {
  return terms
    .filter((term) => term.factor !== 0)
    .sort((a, b) => a.value.depth - b.value.depth)
    .reduce((sum, term) => w.plus(sum, w.times(term.value, w.e.i32(term.factor))), start);
}

/** The value of an index at one point; with a vector axis, at its first point. */
export function indexValue(w: KernelWriter, index: Index): Value {
  const sum: Sum = { constant: 0, terms: [] };
  collect(w, index, 1, sum);
  return total(w, w.e.i32(sum.constant), sum);
}

/** The address of an element of an operand. A constant part is left to the load or store, if the rest is an address. */
export function addressOf(w: KernelWriter, operand: number, index: Index, bytes: number): Value {
  const sum: Sum = { constant: 0, terms: [] };
  collect(w, index, bytes, sum);
  const start = w.pointer(operand);
  const isAddress = sum.constant >= 0 && sum.terms.every(({ factor }) => factor >= 0);
  if (!isAddress) return total(w, w.plus(start, w.e.i32(sum.constant)), sum);
  return w.e.shifted(total(w, start, sum), sum.constant);
}

/** By how much an index grows along the vector axis; NaN where it is not linear. */
export function strideOf(w: KernelWriter, index: Index): number {
  return w.vectorAxis === undefined ? 0 : linearStride(index, w.vectorAxis, (e) => varies(w, e));
}

/** Whether an expression may differ among the points of the vector. */
export function varies(w: KernelWriter, e: Expression): boolean {
  if (w.vectorAxis === undefined) return false;
  switch (e.kind) {
    case "index":
    case "load":
      return strideOf(w, e.index) !== 0;
    case "register":
      return w.isVector(e.register);
    case "guard":
      if (e.bounds.some((bound) => strideOf(w, bound.index) !== 0)) return true;
  }
  return operandsOf(e).some((part) => varies(w, part));
}

/** Whether all bounds hold at one point, or at all four points of the vector. */
export function boundsHold(w: KernelWriter, bounds: readonly Bound[]): Value {
  const { e } = w;
  let holds: Value | undefined;
  const also = (test: Value): void => {
    holds = holds === undefined ? test : e.op("i32.and", holds, test);
  };
  for (const { index, extent, step } of bounds) {
    const stride = strideOf(w, index);
    // Of a dilated empty dimension the extent is negative.
    if (extent <= 0 || Number.isNaN(stride) || stride % step !== 0) return e.i32(0);
    const first = indexValue(w, index);
    // Unsigned, so that a negative index is too large.
    also(e.op("i32.lt_u", first, e.i32(extent)));
    if (stride !== 0) also(e.op("i32.lt_u", w.plus(first, e.i32(3 * stride)), e.i32(extent)));
    if (step !== 1) also(e.op("i32.eqz", e.op("i32.rem_u", first, e.i32(step))));
  }
  return holds ?? e.i32(1);
}

/** Whether bounds that differ among the points of the vector hold at one of them at least, each by itself. */
export function someHolds(w: KernelWriter, bounds: readonly Bound[]): Value {
  const { e } = w;
  return bounds.reduce((holds, { index, extent }) => {
    const reach = 3 * strideOf(w, index);
    // The greatest of the four lies in [0, extent + reach).
    const greatest = w.plus(indexValue(w, index), e.i32(Math.max(reach, 0)));
    return e.op("i32.and", holds, e.op("i32.lt_u", greatest, e.i32(extent + Math.abs(reach))));
  }, e.i32(1));
}

/** At which points of the vector bounds hold. */
export function lanesHold(w: KernelWriter, bounds: readonly Bound[]): Lanes {
  const { m } = w;
  const tests = bounds.flatMap(({ index, extent }) => {
    const coordinates = indexLanes(w, index);
    return [m.compare("gt", coordinates, -1), m.compare("lt", coordinates, extent)];
  });
  return tests.reduce((a, b) => m.bitwise("and", a, b));
}

/** An index at each point of the vector. */
export function indexLanes(w: KernelWriter, index: Index): Lanes {
  const { m } = w;
  const stride = strideOf(w, index);
  if (Number.isNaN(stride)) return w.eachLane(() => m.one("i32", indexValue(w, index)));
  const first = m.one("i32", indexValue(w, index));
  if (stride === 0) return first;
  const steps = new Uint8Array(Int32Array.of(0, stride, 2 * stride, 3 * stride).buffer);
  return m.add(first, { kind: "i32", width: 4, parts: [w.e.vector(steps)] });
}

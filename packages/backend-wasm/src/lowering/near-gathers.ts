/** Gathers whose four places lie within four neighbours, as those of images that grow: one vector, whose lanes are chosen. */
import {
  type Expression,
  type Index,
  type Rewriting,
  type Statement,
  statementWithParts,
  withParts,
} from "@cresset/core/backend";
import { linearStride } from "./accesses.ts";
import type { Value } from "./code/emitter.ts";
import { wordsOf } from "./code/vector-constants.ts";
import { value } from "./expression.ts";
import { addressOf } from "./index-math.ts";
import { type Place, placesIn, withValues } from "./indices.ts";
import { statements } from "./statement.ts";
import type { KernelWriter } from "./writer.ts";

type Load = Expression & { readonly kind: "load" };

interface Gather {
  readonly load: Load;
  readonly place: Place;
}

/** Registers -1, -2 … stand for what is gathered. */
export interface NearGathers {
  /** Each statement, with how many things have been gathered when it has run. */
  readonly body: readonly { readonly statement: Statement; readonly until: number }[];
  readonly gathers: readonly Gather[];
  /** What is the same in every row. */
  readonly fixed: readonly Statement[];
}

const termsOf = (index: Index): Index[] =>
  index.kind === "sum" ? [...termsOf(index.left), ...termsOf(index.right)] : [index];

/**
 * @param varies whether an expression differs along the axis.
 * @param isFixed whether it is the same in every row.
 */
export function nearGathersOf(
  w: KernelWriter,
  body: readonly Statement[],
  along: number,
  varies: (e: Expression) => boolean,
  isFixed: (e: Expression) => boolean,
): NearGathers | undefined {
  const gathers: Gather[] = [];
  /** The only place that differs along the axis, if nothing else in the index does. */
  const placeOf = (index: Index): Place | undefined => {
    const [place, ...others] = placesIn(index).filter((one) => varies(one.value));
    if (place === undefined || others.length > 0 || !termsOf(index).includes(place)) return undefined;
    return linearStride(index, along, (one) => one !== place.value && varies(one)) === 0 ? place : undefined;
  };
  const parts: Rewriting = {
    expression(e) {
      // What a guard holds back may lie outside of memory.
      if (e.kind === "guard") return e;
      if (e.kind !== "load") return withParts(e, parts);
      const isWord = e.dtype === "float32" || e.dtype === "int32";
      const place = isWord && w.operand(e.operand).access === "read" ? placeOf(e.index) : undefined;
      if (place?.value.dtype !== "int32" || !isFixed(place.value)) return e;
      return { kind: "register", dtype: e.dtype, register: -gathers.push({ load: e, place }) };
    },
    index: (index) => index,
  };
  const replaced = body.map((given) => {
    const statement = statementWithParts(given, parts);
    return { statement, until: gathers.length };
  });
  const fixed = body.filter((statement) => statement.kind === "let" && isFixed(statement.value));
  return gathers.length > 0 ? { gathers, body: replaced, fixed } : undefined;
}

/**
 * Asks whether at the present four points all places are near, and gives, besides, what writes a row then. The row's
 * coordinate is not set yet.
 */
export function writeNearGathers(w: KernelWriter, { gathers, body, fixed }: NearGathers): { near: Value; row(): void } {
  const { e, m } = w;
  const splat = (n: number): Value => m.widen(m.constant("i32", n)).parts[0];
  const words = (x: Value, lanes: readonly number[]): Value => e.shuffle(wordsOf(lanes), x, x);
  statements(w, fixed, false);
  let far: Value | undefined;
  const found = gathers.map(({ load, place }) => {
    const [given] = m.widen(value(w, place.value)).parts;
    const places = e.op("v128.and", given, e.op("i32x4.lt_u", given, splat(place.extent)));
    const pairs = e.op("i32x4.min_u", places, words(places, [2, 3, 0, 1]));
    const least = e.op("i32x4.min_u", pairs, words(pairs, [1, 0, 3, 2]));
    const distances = e.op("i32x4.sub", places, least);
    const isFar = e.op("i32x4.gt_u", distances, splat(3));
    far = far ? e.op("v128.or", far, isFar) : isFar;
    const bytes = e.op("i32x4.add", e.op("i32x4.mul", distances, splat(0x04040404)), splat(0x03020100));
    return { load, place, bytes, first: m.one("i32", e.lane("i32x4.extract_lane", 0, least)) };
  });
  const gather = (n: number): void => {
    const { load, place, bytes, first } = found[n];
    const least = { kind: "register", dtype: "int32", register: -1 - found.length - n } as const;
    w.define(least.register, first);
    const index = withValues(load.index, (one) => (one === place.value ? least : one));
    const vector = e.load("v128.load", addressOf(w, load.operand, index, 4));
    const part = e.op("i8x16.swizzle", vector, bytes);
    w.define(-1 - n, { kind: load.dtype === "float32" ? "f32" : "i32", width: 4, parts: [part] });
  };
  return {
    near: e.op("i32.eqz", e.op("v128.any_true", far ?? splat(0))),
    row() {
      let n = 0;
      for (const { statement, until } of body) {
        for (; n < until; n++) gather(n);
        statements(w, [statement], false);
      }
    },
  };
}

/** Merges neighbouring axes that always move together, so that a contiguous tensor of any rank is one loop. */

import type { Expression, Index, Statement } from "../backend/program.ts";
import { type Rewriting, statementWithParts, withParts } from "../backend/rewriting.ts";
import { axisIndex, type Linear, linear, mapIndex, zero } from "./indexing.ts";

export interface Collapsed {
  readonly statements: Statement[];
  readonly expressions: Expression[];
  readonly extents: number[];
  /** How many axes are left in each segment. */
  readonly segments: number[];
}

/** @param segments numbers of consecutive axes that may be merged among themselves. */
export function collapse(
  statements: readonly Statement[],
  extents: readonly number[],
  segments: readonly number[],
  expressions: readonly Expression[] = [],
): Collapsed {
  const indices = new Set<Index>();
  const collect = mapper((index, inside) => {
    indices.add(index);
    return mapIndex(index, axisIndex, inside);
  });
  for (const s of statements) collect.statement(s);
  for (const e of expressions) collect.expression(e);
  const linears: Linear[] = [];
  const bound = new Set<number>();
  for (const index of indices) {
    const form = linear(index);
    if (form !== null) linears.push(form);
    else
      mapIndex(
        index,
        (axis) => {
          bound.add(axis);
          return axisIndex(axis);
        },
        (e) => e,
      );
  }
  // joins[a]: axis a is merged into a + 1.
  const joins = extents.map(() => false);
  let first = 0;
  for (const count of segments) {
    for (let axis = first; axis < first + count - 1; axis++) {
      const together = linears.every(
        ({ coefficients }) => (coefficients.get(axis) ?? 0) === (coefficients.get(axis + 1) ?? 0) * extents[axis + 1],
      );
      joins[axis] = together && !bound.has(axis) && !bound.has(axis + 1);
    }
    first += count;
  }
  if (!joins.includes(true))
    return {
      statements: [...statements],
      expressions: [...expressions],
      extents: [...extents],
      segments: [...segments],
    };
  const left: number[] = [];
  const renamed: Index[] = [];
  let merged = 1;
  for (const [axis, extent] of extents.entries()) {
    merged *= extent;
    if (joins[axis]) {
      renamed.push(zero);
      continue;
    }
    renamed.push(axisIndex(left.length));
    left.push(merged);
    merged = 1;
  }
  // The last axis of a run keeps its coefficient and stands for all of them.
  const isLeft = joins.map((join) => !join);
  let at = 0;
  const counts = segments.map((count) => {
    const kept = isLeft.slice(at, at + count).filter(Boolean).length;
    at += count;
    return kept;
  });
  const axisNumber = (axis: number): number => isLeft.slice(0, axis).filter(Boolean).length;
  const map = mapper(
    (index, inside) => mapIndex(index, (axis) => renamed[axis], inside),
    (axes) => axes.filter((axis) => isLeft[axis]).map(axisNumber),
  );
  return {
    statements: statements.map(map.statement),
    expressions: expressions.map(map.expression),
    extents: left,
    segments: counts,
  };
}

/**
 * Rewrites the indices of statements, also those that stand inside of others.
 *
 * @param mapIndices rewrites an index; expressions in it are rewritten by `inside`.
 * @param axes rewrites the axes of inner loops.
 */
function mapper(
  mapIndices: (index: Index, inside: (e: Expression) => Expression) => Index,
  axes?: (axes: readonly number[]) => readonly number[],
): { statement(s: Statement): Statement; expression(e: Expression): Expression } {
  const expression = (e: Expression): Expression => withParts(e, parts);
  const parts: Rewriting = { index: (i) => mapIndices(i, expression), expression, axes };
  return { statement: (s) => statementWithParts(s, parts), expression };
}

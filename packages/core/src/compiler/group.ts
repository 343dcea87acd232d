import type { Index } from "../backend/program.ts";
import type { Term } from "../graph/term.ts";
import { axesOf, squeezed } from "./coordinates.ts";

/** How a term takes part in a group's kernel. */
export type Role =
  /** Computed at every point of outer and inner space. */
  | "inner"
  /** Reduced over the inner space. */
  | "reduction"
  /** Computed once per outer point. */
  | "outer"
  /** The register of a contraction. */
  | "contraction";

export interface Member {
  readonly term: Term;
  readonly role: Role;
  readonly group: Group;
  /** Which inner loop it runs in; for "outer", before which one. */
  stage: number;
}

/** Terms that one kernel computes. Groups run in the order of their creation. */
export interface Group {
  readonly order: number;
  readonly kind: "loop" | "contract" | "scatter" | "scan" | "sort";
  /** Extents of the axes that are not 1: outer ones first. */
  extents: number[];
  /** Number of outer axes. For contractions: all but the depth. */
  outer: number;
  /** For each dimension (not 1) of the full space, its axis. */
  axes: number[];
  readonly members: Member[];
  /** The leaves and realized terms that its members read. */
  readonly reads: Set<Term>;
}

/** The coordinates of a member's own term, in its group's axes. */
export function ownCoordinates(member: Member): Index[] {
  return roleCoordinates(member.group, member.role, member.term.shape);
}

export function roleCoordinates(group: Group, role: Role, shape: readonly number[]): Index[] {
  switch (role) {
    case "inner":
      return axesOf(shape, group.axes);
    case "reduction":
    case "outer":
      return axesOf(
        shape,
        group.axes.filter((axis) => axis < group.outer),
      );
    case "contraction":
      return axesOf(shape, group.axes);
  }
}

/** The sizes of the outer space, in dimension order. */
export function outerShape(group: Group): number[] {
  return group.axes.filter((axis) => axis < group.outer).map((axis) => group.extents[axis]);
}

/** A loop group over the (squeezed) space `shape`, with `reduced` dimensions inside. */
export function loopSpace(
  shape: readonly number[],
  reduced: readonly number[],
): Pick<Group, "extents" | "outer" | "axes"> {
  const isReduced = shape.map((_, d) => reduced.includes(d));
  const kept: number[] = [];
  const inside: number[] = [];
  for (const [d, size] of shape.entries()) if (size !== 1) (isReduced[d] ? inside : kept).push(d);
  const position = new Map([...kept, ...inside].map((d, axis) => [d, axis]));
  const axes = shape.flatMap((size, d) => (size === 1 ? [] : [position.get(d) ?? 0]));
  return { extents: [...kept, ...inside].map((d) => shape[d]), outer: kept.length, axes };
}

/** Whether the inner axes are the last dimensions, so that stores inside run along memory. */
export function isTrailing(group: Pick<Group, "axes">): boolean {
  return group.axes.every((axis, i) => axis === i);
}

export const spaceKey = (shape: readonly number[]): string => squeezed(shape).join("x");

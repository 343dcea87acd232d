/** Groups realized terms into kernels. */
import type { Index } from "../backend/program.ts";
import { listOf } from "../graph/lists.ts";
import { attributesOf, type Term } from "../graph/term.ts";
import { squeezed, throughMovement } from "./coordinates.ts";
import {
  type Group,
  isTrailing,
  loopSpace,
  type Member,
  outerShape,
  ownCoordinates,
  type Role,
  roleCoordinates,
  spaceKey,
} from "./group.ts";
import { textOfIndex } from "./text.ts";

/** Only the latest groups of a space are tried, and only so many members: all passes stay near-linear. */
const candidates = 4;
const mostMembers = 24;

export interface Fused {
  readonly groups: readonly Group[];
  readonly memberOf: ReadonlyMap<Term, Member>;
}

interface Read {
  readonly term: Term;
  readonly coordinates: readonly Index[];
}

export function fuse(terms: readonly Term[], realized: ReadonlySet<Term>): Fused {
  const groups: Group[] = [];
  const memberOf = new Map<Term, Member>();
  const bySpace = new Map<string, Group[]>();
  const byOuter = new Map<string, Group[]>();

  const open = (kind: Group["kind"], space: Pick<Group, "extents" | "outer" | "axes">): Group => {
    const group: Group = { order: groups.length, kind, ...space, members: [], reads: new Set() };
    groups.push(group);
    return group;
  };

  const add = (group: Group, term: Term, role: Role, reads: readonly Read[]): void => {
    let stage = 0;
    for (const read of reads) {
      group.reads.add(read.term);
      const inside = memberOf.get(read.term);
      if (inside?.group === group)
        stage = Math.max(stage, inside.role === "reduction" ? inside.stage + 1 : inside.stage);
    }
    const member: Member = { term, role, group, stage };
    group.members.push(member);
    memberOf.set(term, member);
  };

  /** What the term reads if it joins the group in this role; null if it cannot. */
  const joining = (group: Group, term: Term, role: Role): Read[] | null => {
    if (group.members.length >= mostMembers) return null;
    const reads = readsOf(term, role, group, realized);
    let related = false;
    for (const read of reads) {
      const member = memberOf.get(read.term);
      if (member === undefined) {
        related ||= group.reads.has(read.term);
        continue;
      }
      if (member.group === group) {
        if (!aligned(read, member)) return null;
        related = true;
      } else if (member.group.order > group.order) return null;
      else related ||= group.reads.has(read.term);
    }
    const depends = group.kind !== "contract" || reads.some((read) => memberOf.get(read.term)?.group === group);
    return related && depends ? reads : null;
  };

  for (const term of terms) {
    if (!realized.has(term)) continue;
    const p = term.primitive;
    if (p.op === "contract") {
      const group = open("contract", contractSpace(term));
      add(group, term, "contraction", [
        ...readsAt(term.inputs[0], null, group, realized),
        ...readsAt(term.inputs[1], null, group, realized),
      ]);
      listOf(bySpace, spaceKey(term.shape)).push(group);
    } else if (p.op === "scatter" || p.op === "scan" || p.op === "sort") {
      const group = open(p.op, { extents: [], outer: 0, axes: [] });
      add(
        group,
        term,
        "inner",
        term.inputs.flatMap((t) => readsAt(t, null, group, realized)),
      );
    } else if (p.op === "reduce") {
      placeReduction(term, p.dims);
    } else {
      placeElementwise(term);
    }
  }
  return { groups, memberOf };

  function placeReduction(term: Term, dims: readonly number[]): void {
    const { shape } = term.inputs[0];
    const space = loopSpace(shape, dims);
    const known = listOf(bySpace, spaceKey(shape));
    for (const group of known.slice(-candidates).reverse()) {
      if (group.kind !== "loop") continue;
      const same = group.outer === space.outer && String(group.axes) === String(space.axes);
      // A purely elementwise group can take the reduction's split, if it may run row by row.
      const flexible = group.outer === group.extents.length && isTrailing(space);
      if (!same && !flexible) continue;
      const before = group.outer;
      group.outer = space.outer;
      const reads = joining(group, term, "reduction");
      if (reads !== null) {
        add(group, term, "reduction", reads);
        listOf(byOuter, spaceKey(outerShape(group))).push(group);
        return;
      }
      group.outer = before;
    }
    const group = open("loop", space);
    add(group, term, "reduction", readsOf(term, "reduction", group, realized));
    known.push(group);
    listOf(byOuter, spaceKey(outerShape(group))).push(group);
  }

  function placeElementwise(term: Term): void {
    const shape = term.primitive.op === "check" ? term.inputs[1].shape : term.shape;
    const known = listOf(bySpace, spaceKey(shape));
    const tries: [Group, Role][] = [
      ...known
        .slice(-candidates)
        .reverse()
        .map((g): [Group, Role] => [g, "inner"]),
      ...listOf(byOuter, spaceKey(shape))
        .slice(-candidates)
        .reverse()
        .map((g): [Group, Role] => [g, "outer"]),
    ];
    for (const [group, role] of tries) {
      if (role === "inner" && group.kind === "loop" && !isTrailing(group)) continue;
      if (role === "outer" && group.outer === group.extents.length) continue;
      const reads = joining(group, term, role);
      if (reads === null) continue;
      add(group, term, role, reads);
      return;
    }
    const group = open("loop", loopSpace(shape, []));
    add(group, term, "inner", readsOf(term, "inner", group, realized));
    known.push(group);
  }
}

function contractSpace(term: Term): Pick<Group, "extents" | "outer" | "axes"> {
  const { batch, rows } = attributesOf(term, "contract");
  const depth = term.inputs[0].shape.slice(batch + rows);
  const space = squeezed(term.shape);
  return { extents: [...space, ...squeezed(depth)], outer: space.length, axes: space.map((_, i) => i) };
}

/** The leaves and realized terms that a term reads in a role, with coordinates in the group's axes. */
function readsOf(term: Term, role: Role, group: Group, realized: ReadonlySet<Term>): Read[] {
  if (term.primitive.op === "reduce")
    return readsAt(term.inputs[0], roleCoordinates(group, "inner", term.inputs[0].shape), group, realized);
  if (term.primitive.op === "check")
    return readsAt(term.inputs[1], roleCoordinates(group, role, term.inputs[1].shape), group, realized);
  return readsThrough(term, roleCoordinates(group, role, term.shape), group, realized);
}

function readsAt(term: Term, coordinates: readonly Index[] | null, group: Group, realized: ReadonlySet<Term>): Read[] {
  const at = coordinates ?? term.shape.map((): Index => ({ kind: "constant", value: -1 }));
  const p = term.primitive;
  if (p.op === "check" && realized.has(term)) {
    // A check passes its operand on; readers wait for nothing.
    return readsAt(term.inputs[0], at, group, realized);
  }
  if (realized.has(term) || p.op === "input") return [{ term, coordinates: at }];
  return readsThrough(term, at, group, realized);
}

/** The reads of an unrealized term's operands. */
function readsThrough(
  root: Term,
  rootCoordinates: readonly Index[],
  group: Group,
  realized: ReadonlySet<Term>,
): Read[] {
  const reads: Read[] = [];
  const seen = new Set<string>();
  const stack: Read[] = [];
  const visit = (term: Term, coordinates: readonly Index[]): void => {
    const key = `${term.id}@${coordinates.map(textOfIndex).join(",")}`;
    if (seen.has(key)) return;
    seen.add(key);
    stack.push({ term, coordinates });
  };
  const operands = (term: Term, coordinates: readonly Index[]): void => {
    const p = term.primitive;
    const moved = throughMovement(term, coordinates, group.extents);
    if (moved !== null) {
      visit(term.inputs[0], moved.coordinates);
      if (p.op === "pad") visit(term.inputs[2], []);
      return;
    }
    if (p.op === "gather") {
      visit(term.inputs[1], coordinates);
      const dynamic: Index = {
        kind: "value",
        value: { kind: "constant", dtype: "int64", value: BigInt(term.id) },
        extent: term.inputs[0].shape[p.dim],
      };
      visit(term.inputs[0], coordinates.with(p.dim, dynamic));
      return;
    }
    for (const operand of term.inputs) visit(operand, coordinates);
  };
  operands(root, rootCoordinates);
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { op } = at.term.primitive;
    if (op === "check") visit(at.term.inputs[0], at.coordinates);
    else if (op === "input" || realized.has(at.term)) reads.push(at);
    else if (op !== "constant" && op !== "argument" && op !== "iota") operands(at.term, at.coordinates);
  }
  return reads;
}

/** Whether a member is read exactly where its own group computes it. */
function aligned(read: Read, member: Member): boolean {
  const own = ownCoordinates(member);
  return read.coordinates.every((c, d) => member.term.shape[d] === 1 || textOfIndex(c) === textOfIndex(own[d]));
}

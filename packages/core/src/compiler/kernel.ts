/** One kernel from one group. */
import type { Call, Expression, Index, Kernel, Operand, Reduction } from "../backend/program.ts";
import { attributesOf, type Term } from "../graph/term.ts";
import { type Binding, Block } from "./block.ts";
import { collapse } from "./collapse.ts";
import { axesOf, squeezed } from "./coordinates.ts";
import { Emitter, type Placement } from "./emit.ts";
import { type Group, type Member, ownCoordinates, roleCoordinates } from "./group.ts";
import { axisIndex, flatten, zero } from "./indexing.ts";
import { baseOf } from "./realize.ts";
import { textOf, textOfIndex, textOfStatement } from "./text.ts";

export interface KernelCall {
  readonly kernel: Kernel;
  readonly call: Call;
}

/** What the whole program knows that a kernel needs. */
export interface KernelContext extends Placement {
  /** The buffers that a realized term is stored to; none if only its own kernel uses it. */
  storedTo(term: Term): number | undefined;
}

type Base = Pick<Kernel, "name" | "operands" | "arguments" | "checks">;

function base({ group, binding }: Emitter, name = nameOf(group)): Base {
  const operands = binding.buffers.map((_, i): Operand => ({ dtype: binding.dtypes[i], access: binding.access[i] }));
  return { name, operands, arguments: binding.arguments.length, checks: binding.checks.length };
}

function nameOf(group: Group): string {
  const names = group.members.map(({ term }) => {
    const p = term.primitive;
    return p.op === "reduce" ? p.reduce : p.op === "scan" ? `scan_${p.scan}` : p.op;
  });
  const kept = names.slice(0, 4).join("_");
  return names.length > 4 ? `${kept}_and_${names.length - 4}_more` : kept;
}

const callOf = (binding: Binding, extents: readonly number[]): Call => ({
  buffers: binding.buffers,
  arguments: binding.arguments,
  extents,
  checks: binding.checks,
});

/** What a call binds. Arguments and checks count also where the kernel does not look at them: records are laid out by it. */
const signature = (kernel: Pick<Kernel, "operands" | "arguments" | "checks">): string =>
  `${kernel.operands.map((o) => `${o.access[0]}${o.dtype}`).join(",")} ${kernel.arguments}/${kernel.checks}`;

export function kernelsOf(group: Group, context: KernelContext): KernelCall[] {
  switch (group.kind) {
    case "loop":
      return [loopKernel(group, context)];
    case "contract":
      return [contractionKernel(group, context)];
    case "scatter":
      return scatterKernels(group, context);
    case "scan":
    case "sort":
      return [rowKernel(group, context)];
  }
}

function store(
  emitter: Emitter,
  context: KernelContext,
  term: Term,
  coordinates: readonly Index[],
  value: Expression,
  into: Block,
): void {
  const buffer = context.storedTo(term);
  if (buffer === undefined) return;
  const operand = emitter.binding.operand(buffer, term.dtype, "write");
  into.statements.push({ kind: "store", operand, index: flatten(coordinates, term.shape), value });
}

/** A member computed pointwise: its value is stored, or its condition checked. */
function pointwise(emitter: Emitter, context: KernelContext, member: Member, into: Block): void {
  const { term, role, group } = member;
  const p = term.primitive;
  if (p.op === "check") {
    const condition = term.inputs[1];
    const at = roleCoordinates(group, role, condition.shape);
    const value = emitter.value(condition, at);
    into.statements.push({ kind: "check", check: emitter.binding.check(context.checkOf(term)), condition: value });
    return;
  }
  const at = ownCoordinates(member);
  store(emitter, context, term, at, emitter.own(term, at), into);
}

function loopKernel(group: Group, context: KernelContext): KernelCall {
  const emitter = new Emitter(group, context);
  const last = Math.max(...group.members.map((m) => m.stage));
  const hasInner = group.outer < group.extents.length;
  const innerAxes = group.extents.map((_, axis) => axis).filter((axis) => axis >= group.outer);
  for (let stage = 0; stage <= last; stage++) {
    const here = group.members.filter((m) => m.stage === stage);
    for (const member of here) if (member.role === "outer") pointwise(emitter, context, member, emitter.rows);
    const looping = here.filter((m) => m.role !== "outer");
    if (looping.length === 0) continue;
    if (!hasInner) {
      for (const member of looping) pointwise(emitter, context, member, emitter.rows);
      continue;
    }
    const inner = new Block(emitter.rows);
    emitter.inner = inner;
    const reductions: Reduction[] = [];
    for (const member of looping) {
      if (member.role === "reduction") reductions.push(reduction(emitter, member));
      else pointwise(emitter, context, member, inner);
    }
    emitter.inner = null;
    emitter.rows.statements.push({ kind: "inner", axes: innerAxes, body: inner.statements, reductions });
    for (const [i, member] of looping.filter((m) => m.role === "reduction").entries()) {
      const { register, dtype } = reductions[i];
      const value: Expression = { kind: "register", dtype, register };
      const at = ownCoordinates(member);
      emitter.remember(member.term, at, value);
      store(emitter, context, member.term, at, value, emitter.rows);
    }
  }
  return asLoop(emitter, hasInner ? [group.outer, group.extents.length - group.outer] : [group.outer]);
}

/** The loop of the statements that an emitter has written. */
function asLoop(emitter: Emitter, segments: readonly number[], name?: string): KernelCall {
  const { group, binding, rows } = emitter;
  const { statements: body, extents, segments: counts } = collapse(rows.statements, group.extents, segments);
  const [outer] = counts;
  const common = base(emitter, name);
  const key = `loop ${extents.length}/${outer} ${signature(common)} ${body.map(textOfStatement).join(";")}`;
  const kernel: Kernel = { kind: "loop", key, ...common, axes: extents.length, outer, body };
  return { kernel, call: callOf(binding, extents) };
}

function reduction(emitter: Emitter, member: Member): Reduction {
  const { term, group } = member;
  const { reduce: op } = attributesOf(term, "reduce");
  const source = term.inputs[0];
  const value = emitter.value(source, roleCoordinates(group, "inner", source.shape));
  const register = emitter.binding.registers++;
  return { register, op, dtype: term.dtype, value };
}

function contractionKernel(group: Group, context: KernelContext): KernelCall {
  const [root, ...followers] = group.members;
  const p = attributesOf(root.term, "contract");
  const [a, b] = root.term.inputs;
  const emitter = new Emitter(group, context);
  const { binding } = emitter;
  const depthAxes = group.extents.map((_, axis) => axis).slice(group.outer);
  const outputAt = ownCoordinates(root);
  const depthAt = axesOf(a.shape.slice(p.batch + p.rows), depthAxes);
  const left = emitter.value(a, [...outputAt.slice(0, p.batch + p.rows), ...depthAt], true);
  const right = emitter.value(
    b,
    [...outputAt.slice(0, p.batch), ...outputAt.slice(p.batch + p.rows), ...depthAt],
    true,
  );
  const register = binding.registers++;
  const sum: Expression = { kind: "register", dtype: root.term.dtype, register };
  emitter.remember(root.term, outputAt, sum);
  store(emitter, context, root.term, outputAt, sum, emitter.rows);
  for (const member of followers) pointwise(emitter, context, member, emitter.rows);
  const count = (sizes: readonly number[]): number => squeezed(sizes).length;
  const counts = [
    count(root.term.shape.slice(0, p.batch)),
    count(root.term.shape.slice(p.batch, p.batch + p.rows)),
    count(root.term.shape.slice(p.batch + p.rows)),
    depthAxes.length,
  ];
  const collapsed = collapse(emitter.rows.statements, group.extents, counts, [left, right]);
  const [batch, rows, columns, depth] = collapsed.segments;
  const [l, r] = collapsed.expressions;
  const common = base(emitter);
  const key = `contraction ${batch}/${rows}/${columns}/${depth} ${signature(common)} ${textOf(l)} . ${textOf(r)} r${register} ${collapsed.statements.map(textOfStatement).join(";")}`;
  const kernel: Kernel = {
    kind: "contraction",
    key,
    ...common,
    axes: collapsed.extents.length,
    batch,
    rows,
    columns,
    depth,
    dtype: root.term.dtype,
    left: l,
    right: r,
    register,
    body: collapsed.statements,
  };
  return { kernel, call: callOf(binding, collapsed.extents) };
}

/** A group whose loop goes over all of a space. */
const over = (group: Group, extents: number[]): Group => ({
  ...group,
  extents,
  outer: extents.length,
  axes: extents.map((_, axis) => axis),
});

function scatterKernels(group: Group, context: KernelContext): KernelCall[] {
  const { term } = group.members[0];
  const p = attributesOf(term, "scatter");
  const [from, index, source] = term.inputs;
  const target = context.storedTo(term);
  if (target === undefined) throw new Error("a scatter without a buffer");
  const isThere = context.bufferOf(baseOf(from)) === target;
  const extents = squeezed(index.shape);
  const emitter = new Emitter(over(group, extents), context);
  const operand = emitter.binding.operand(target, term.dtype, "update");
  const at = axesOf(index.shape, emitter.group.axes);
  const place: Index = { kind: "value", value: emitter.value(index, at, true), extent: term.shape[p.dim] };
  const to = flatten(at.with(p.dim, place), term.shape);
  const what = emitter.value(source, at, true);
  const common = base(emitter);
  const key = `scatter ${p.mode} ${extents.length} ${signature(common)} b${operand}[${textOfIndex(to)}]=${textOf(what)}`;
  const kernel: Kernel = {
    kind: "scatter",
    key,
    ...common,
    axes: extents.length,
    mode: p.mode,
    target: operand,
    index: to,
    value: what,
  };
  const write = { kernel, call: callOf(emitter.binding, extents) };
  return isThere ? [write] : [copyKernel(group, from, target, context), write];
}

/** Fills a scatter's target with its base. */
function copyKernel(group: Group, from: Term, target: number, context: KernelContext): KernelCall {
  const extents = squeezed(from.shape);
  const emitter = new Emitter(over(group, extents), context);
  const at = axesOf(from.shape, emitter.group.axes);
  const value = emitter.value(from, at);
  const operand = emitter.binding.operand(target, from.dtype, "write");
  emitter.rows.statements.push({ kind: "store", operand, index: flatten(at, from.shape), value });
  return asLoop(emitter, [extents.length], "copy");
}

/** A scan or a sort along one dimension, which becomes the last axis. */
function rowKernel(group: Group, context: KernelContext): KernelCall {
  const { term } = group.members[0];
  const p = term.primitive;
  if (p.op !== "scan" && p.op !== "sort") throw new Error("not a row kernel");
  const source = term.inputs[0];
  const rows = source.shape.flatMap((size, d) => (size === 1 || d === p.dim ? [] : [size]));
  const extents = [...rows, source.shape[p.dim]];
  let next = 0;
  const at = source.shape.map(
    (size, d): Index => (d === p.dim ? axisIndex(rows.length) : size === 1 ? zero : axisIndex(next++)),
  );
  const emitter = new Emitter(over(group, extents), context);
  const value = emitter.value(source, at, true);
  const buffer = context.storedTo(term);
  if (buffer === undefined) throw new Error("a scan without a buffer");
  const target = emitter.binding.operand(buffer, term.dtype, "write");
  const index = flatten(at, term.shape);
  const common = base(emitter);
  const what = p.op === "scan" ? `scan ${p.scan} ${term.dtype}` : `sort ${p.descending} ${p.first}`;
  const key = `${what} ${extents.length} ${signature(common)} b${target}[${textOfIndex(index)}]=${textOf(value)}`;
  const shared = { key, ...common, axes: extents.length, value, target, index };
  const kernel: Kernel =
    p.op === "scan"
      ? { kind: "scan", ...shared, op: p.scan, dtype: term.dtype }
      : { kind: "sort", ...shared, descending: p.descending, first: p.first };
  return { kernel, call: callOf(emitter.binding, extents) };
}

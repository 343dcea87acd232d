import { isScalarOp } from "@cresset/core/backend";
import type { Node, Template, Term, Value } from "@cresset/core/extend";
import { dataTypes } from "../dtypes.ts";
import { OnnxExportError } from "../errors.ts";
import { hostInteger, lowerNumber } from "./constants.ts";
import { lowerContract } from "./contraction.ts";
import type { Context, Emitted } from "./emitted.ts";
import { lowerGather, lowerScatter } from "./indexing.ts";
import { lowerIota, lowerPad, lowerPermute, lowerReshape, lowerSlice, lowerWindow } from "./movement.ts";
import { lowerReduce, lowerSort } from "./reduction.ts";
import { lowerScalar } from "./scalar.ts";
import { lowerScan } from "./scan.ts";
import type { Size } from "./sizes.ts";

/** The same node of each trace. */
export type Nodes = readonly Node[];

/** Replaces the numbers that an operation was given, such as an optimizer's; null leaves the one that was traced. */
export type Arguments = (nodes: Nodes, slot: number, dtype: Term["dtype"]) => string | null;

/** Lowers a node's primitives, as far as the outputs in `wanted` need them. Results by output number. */
export function lowerNode(
  c: Context,
  nodes: Nodes,
  inputs: readonly Emitted[],
  wanted: ReadonlySet<number>,
  given: Arguments,
): Map<number, Emitted> {
  const templates = nodes.map((node) => node.template);
  const known = new Map<string, Emitted>();
  for (const terms of pairedTerms(c, templates, wanted))
    known.set(keyOf(terms), lowerTerm(c, { nodes, terms, inputs, known, given }));
  const outputs = [...wanted].map(
    (index) => [index, templates.map((template) => outputTerm(template, index))] as const,
  );
  return new Map(outputs.map(([index, terms]) => [index, known.get(keyOf(terms)) as Emitted]));
}

const outputTerm = ({ results, hidden }: Template, index: number): Term =>
  index < results.length ? results[index] : hidden[index - results.length];

/** The same term of each trace. */
type Terms = readonly Term[];

const keyOf = (terms: Terms): string => terms.map(({ id }) => id).join();

/**
 * What the outputs are computed from, in all traces at once, operands first. Templates have equal terms once: where two sizes
 * happen to be one in a trace, a term there may stand for several of the others.
 *
 * @throws OnnxExportError where sizes decide what is computed, so that one graph cannot stand for all of them.
 */
function pairedTerms(c: Context, templates: readonly Template[], wanted: ReadonlySet<number>): Terms[] {
  const found = new Map<string, Terms>();
  const stack: Terms[] = [...wanted].map((index) => templates.map((template) => outputTerm(template, index)));
  for (let terms = stack.pop(); terms !== undefined; terms = stack.pop()) {
    const key = keyOf(terms);
    if (found.has(key)) continue;
    const [first, ...others] = terms;
    if (!others.every((other) => isAlike(first, other)))
      throw new DependsOnSizesError(
        `${c.operation} computes something else for other sizes of the inputs. Make those dimensions fixed`,
      );
    found.set(key, terms);
    for (const [i] of first.inputs.entries()) stack.push(terms.map((term) => term.inputs[i]));
  }
  // Operands have smaller numbers, in each of the traces.
  return [...found.values()].sort((a, b) => {
    const k = a.findIndex((term, i) => term.id !== b[i].id);
    return k < 0 ? 0 : a[k].id - b[k].id;
  });
}

function isAlike(a: Term, b: Term): boolean {
  const [p, q] = [a.primitive, b.primitive];
  return (
    p.op === q.op &&
    !(p.op === "input" && q.op === "input" && p.index !== q.index) &&
    !(p.op === "argument" && q.op === "argument" && p.slot !== q.slot) &&
    a.dtype === b.dtype &&
    a.shape.length === b.shape.length &&
    a.inputs.length === b.inputs.length
  );
}

/** Sizes of inputs decide what is computed; perhaps not with others. */
export class DependsOnSizesError extends OnnxExportError {}

interface TermContext {
  readonly nodes: Nodes;
  readonly terms: Terms;
  readonly inputs: readonly Emitted[];
  readonly known: ReadonlyMap<string, Emitted>;
  readonly given: Arguments;
}

/** A term's shape with each size as it was in each of the traces. */
export const sizesOf = (shapes: readonly (readonly number[])[]): Size[] =>
  shapes[0].map((_, d) => shapes.map((shape) => shape[d]));

function lowerTerm(c: Context, { nodes, terms, inputs, known, given }: TermContext): Emitted {
  const [term] = terms;
  const shape = sizesOf(terms.map((t) => t.shape));
  const p = term.primitive;
  // Without elements, whatever they are: engines are less sure of empty operands.
  if (p.op !== "input" && shape.some((size) => size.every((n) => n === 0)))
    return lowerNumber(c, [0], term.dtype, shape);
  const operand = (i: number): Emitted => known.get(keyOf(terms.map((t) => t.inputs[i]))) as Emitted;
  const place = (i: number): Size | string => {
    const numbers = terms.map((t, k) => hostInteger(t.inputs[i], nodes[k].args));
    return numbers.every((n) => n !== null)
      ? numbers
      : c.builder.node("Reshape", [c.full(operand(i)), c.builder.integers([1])]);
  };
  if (isScalarOp(p.op))
    return lowerScalar(
      c,
      p.op,
      term.inputs.map((_, i) => operand(i)),
      shape,
      term.dtype,
    );
  const numbers = (read: (t: Term) => number): Size => terms.map(read);
  switch (p.op) {
    case "input":
      return inputs[p.index];
    case "argument": {
      const name = given(nodes, p.slot, term.dtype);
      if (name !== null) return { name, dtype: term.dtype, shape, held: [] };
      return lowerNumber(
        c,
        nodes.map((node) => node.args[p.slot]),
        term.dtype,
        shape,
      );
    }
    case "constant":
      return lowerNumber(
        c,
        terms.map((t) => (t.primitive.op === "constant" ? t.primitive.value : 0)),
        term.dtype,
        shape,
      );
    case "iota": {
      const places = lowerIota(c, shape, p.dim);
      return term.dtype === "int64"
        ? places
        : { ...places, dtype: term.dtype, name: c.builder.node("Cast", [places.name], { to: dataTypes[term.dtype] }) };
    }
    case "cast": {
      const x = operand(0);
      if (x.dtype === term.dtype) return x;
      return c.repeated(c.builder.node("Cast", [x.name], { to: dataTypes[term.dtype] }), term.dtype, shape, x.held);
    }
    case "reshape":
      return lowerReshape(c, operand(0), shape);
    case "permute":
      return lowerPermute(c, operand(0), p.order, shape);
    case "expand":
      return { ...operand(0), shape };
    case "slice": {
      const step = numbers((t) => (t.primitive.op === "slice" ? t.primitive.step : 0));
      if (step.some((n) => n !== p.step))
        throw new DependsOnSizesError(`${c.operation} takes steps that depend on the sizes of the inputs`);
      return lowerSlice(c, operand(0), p.dim, p.step, place(1), shape);
    }
    case "pad": {
      const low = place(1);
      if (typeof low === "string") return c.lacking("padding by a number that is computed", term.dtype, shape);
      const step = numbers((t) => (t.primitive.op === "pad" ? t.primitive.step : 0));
      if (step.some((n) => n !== p.step))
        throw new DependsOnSizesError(`${c.operation} takes steps that depend on the sizes of the inputs`);
      return lowerPad(c, operand(0), p.dim, p.step, low, operand(2), shape);
    }
    case "window": {
      const step = numbers((t) => (t.primitive.op === "window" ? t.primitive.step : 0));
      const dilation = numbers((t) => (t.primitive.op === "window" ? t.primitive.dilation : 0));
      if (step.some((n) => n !== p.step) || dilation.some((n) => n !== p.dilation))
        throw new DependsOnSizesError(`${c.operation} has windows that depend on the sizes of the inputs`);
      return lowerWindow(c, operand(0), p.dim, p.step, p.dilation, shape);
    }
    case "reduce":
      return lowerReduce(c, p.reduce, operand(0), p.dims, term.dtype, shape);
    case "contract":
      return lowerContract(c, operand(0), operand(1), p, shape);
    case "gather":
      return lowerGather(c, operand(0), p.dim, operand(1), shape);
    case "scatter":
      return lowerScatter(c, operand(0), p.dim, operand(1), operand(2), p.mode, shape);
    case "scan":
      return lowerScan(c, p.scan, operand(0), p.dim, shape);
    case "sort":
      return lowerSort(c, operand(0), p.dim, p.descending, shape);
    case "check":
      return { ...operand(0), shape };
    default:
      return c.lacking((p as { op: string }).op, term.dtype, shape);
  }
}

/** The values that a set of outputs is computed from, nodes in the order of their creation. */
export interface Paired {
  readonly nodes: readonly Nodes[];
  /** By output: which ones are needed. */
  readonly wanted: ReadonlyMap<Node, ReadonlySet<number>>;
  /** Data that is neither an input nor a parameter, in each of the traces. */
  readonly constants: ReadonlyMap<Value, readonly Value[]>;
}

/**
 * Finds what `outputs` are computed from, in all traces at once; `isLeaf` says where to stop, and what has a smaller number than
 * `since` is data.
 */
export function pair(outputs: readonly (readonly Value[])[], isLeaf: (value: Value) => boolean, since: number): Paired {
  const partners = new Map<Value, readonly Value[]>();
  const nodes = new Map<Node, Nodes>();
  const wanted = new Map<Node, Set<number>>();
  const constants = new Map<Value, readonly Value[]>();
  const stack = [...outputs];
  for (let values = stack.pop(); values !== undefined; values = stack.pop()) {
    const [first] = values;
    const known = partners.get(first);
    if (known !== undefined) {
      if (known.some((value, k) => value !== values?.[k])) throw unlike();
      continue;
    }
    partners.set(first, values);
    if (isLeaf(first)) continue;
    if (first.ready || first.node === null || first.node.id < since) {
      constants.set(first, values);
      continue;
    }
    const made = values.map((value) => value.node);
    if (!made.every((node) => node !== null)) throw unlike();
    // Derivatives are operations of their own for each template, under one name.
    const { name } = first.node.template.operation;
    if (made.some((node, k) => node.template.operation.name !== name || values?.[k].index !== first.index))
      throw unlike();
    const indices = wanted.get(first.node);
    if (indices !== undefined) {
      indices.add(first.index);
      continue;
    }
    wanted.set(first.node, new Set([first.index]));
    nodes.set(first.node, made);
    if (made.some((node) => node.inputs.length !== made[0].inputs.length)) throw unlike();
    for (const [i] of first.node.inputs.entries()) stack.push(made.map((node) => node.inputs[i]));
  }
  return { nodes: [...nodes.values()].sort(([a], [b]) => a.id - b.id), wanted, constants };
}

const unlike = (): OnnxExportError =>
  new DependsOnSizesError(
    "the program computes something else for other sizes of its inputs. Make those dimensions fixed",
  );

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
  const [template] = templates;
  for (const other of templates) requireSameStructure(c, template, other);
  const known = new Map<Term, Emitted>();
  const needed = neededTerms(template, wanted);
  for (const [t, term] of template.terms.entries()) {
    if (!needed.has(term)) continue;
    const terms = templates.map((each) => each.terms[t]);
    known.set(term, lowerTerm(c, { nodes, terms, inputs, known, given }));
  }
  return new Map([...wanted].map((index) => [index, known.get(outputTerm(template, index)) as Emitted]));
}

const outputTerm = ({ results, hidden }: Template, index: number): Term =>
  index < results.length ? results[index] : hidden[index - results.length];

function neededTerms(template: Template, wanted: ReadonlySet<number>): Set<Term> {
  const needed = new Set([...wanted].map((index) => outputTerm(template, index)));
  for (const term of template.terms.toReversed())
    if (needed.has(term)) for (const input of term.inputs) needed.add(input);
  return needed;
}

/** @throws OnnxExportError where sizes decide what is computed, so that one graph cannot stand for all of them. */
export function requireSameStructure(c: Context, a: Template, b: Template): void {
  const same =
    a.terms.length === b.terms.length &&
    a.terms.every((term, i) => {
      const other = b.terms[i];
      return (
        term.primitive.op === other.primitive.op &&
        term.dtype === other.dtype &&
        term.shape.length === other.shape.length &&
        term.inputs.every(
          (input, k) => other.inputs[k].id - other.id === input.id - term.id || sameAt(a, b, input, other.inputs[k]),
        )
      );
    });
  if (!same)
    throw new DependsOnSizesError(
      `${c.operation} computes something else for other sizes of the inputs. Make those dimensions fixed`,
    );
}

const sameAt = (a: Template, b: Template, x: Term, y: Term): boolean => a.terms.indexOf(x) === b.terms.indexOf(y);

/** Sizes of inputs decide what is computed; perhaps not with others. */
export class DependsOnSizesError extends OnnxExportError {}

interface TermContext {
  readonly nodes: Nodes;
  readonly terms: readonly Term[];
  readonly inputs: readonly Emitted[];
  readonly known: ReadonlyMap<Term, Emitted>;
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
  const operand = (i: number): Emitted => known.get(term.inputs[i]) as Emitted;
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

/** Finds what `outputs` are computed from, in all traces at once; `isLeaf` says where to stop. */
export function pair(outputs: readonly (readonly Value[])[], isLeaf: (value: Value) => boolean): Paired {
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
    if (first.ready || first.node === null) {
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

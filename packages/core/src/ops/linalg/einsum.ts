/** Sums of products in Einstein's notation. */
import { ShapeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call } from "../../tensor/call.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { requireSameDtype } from "./matmul.ts";

/** A label for each dimension of each operand and of the result; those of an ellipsis are "…0", "…1", … from the last on. */
interface Labels extends Record<string, unknown> {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

interface Labelled {
  readonly term: Term;
  readonly labels: readonly string[];
}

/** The diagonal where a label comes twice: out[…, i] = x[…, i, …, i, …], with i last. */
function diagonalized({ term, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, d) => labels.indexOf(label) !== d);
  if (second < 0) return { term, labels };
  const first = labels.indexOf(labels[second]);
  const size = term.shape[first];
  const others = m.allDims(term).filter((d) => d !== first && d !== second);
  const together = m.permute(term, [...others, first, second]);
  const flat = m.reshape(together, [...others.map((d) => term.shape[d]), size * size]);
  const diagonal = size === 0 ? flat : m.slice(flat, others.length, 0, size, size + 1);
  return diagonalized({ term: diagonal, labels: [...others.map((d) => labels[d]), labels[first]] });
}

/** Sums over the dimensions whose labels are not `wanted`; integers and bool to int64, as all sums of one tensor. */
function summed({ term, labels }: Labelled, wanted: (label: string) => boolean): Labelled {
  const dims = labels.flatMap((label, d) => (wanted(label) ? [] : [d]));
  const wide = dims.length === 0 || term.isFloat ? term : m.cast(term, "int64");
  return { term: m.sum(wide, dims), labels: labels.filter(wanted) };
}

/** Without the dimensions of size 1 whose labels are not `wanted`. */
function squeezed({ term, labels }: Labelled, wanted: (label: string) => boolean): Labelled {
  const stays = (label: string, d: number): boolean => term.shape[d] !== 1 || wanted(label);
  return {
    term: m.reshape(
      term,
      term.shape.filter((_size, d) => stays(labels[d], d)),
    ),
    labels: labels.filter(stays),
  };
}

/** Drops size-1 dimensions that broadcast against a larger one of the other operand. */
function narrowed(x: Labelled, other: Labelled): Labelled {
  return squeezed(x, (label) => (other.term.shape[other.labels.indexOf(label)] ?? 1) === 1);
}

function ordered({ term, labels }: Labelled, order: readonly string[]): Term {
  return m.permute(
    term,
    order.map((label) => labels.indexOf(label)),
  );
}

/** The product of two operands, summed over labels that nothing later needs. */
function multiplied(a: Labelled, b: Labelled, needed: (label: string) => boolean): Labelled {
  const wantedWith = (other: Labelled) => (label: string) => needed(label) || other.labels.includes(label);
  const sums = (x: Labelled, wanted: (label: string) => boolean): Labelled => summed(squeezed(x, wanted), wanted);
  const left = sums(narrowed(a, b), wantedWith(narrowed(b, a)));
  const right = sums(narrowed(b, a), wantedWith(left));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter(needed);
  const depth = shared.filter((label) => !needed(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...rows, ...columns];
  if (depth.length > 0) {
    const both = [ordered(left, [...batch, ...rows, ...depth]), ordered(right, [...batch, ...columns, ...depth])];
    const [x, y] = left.term.dtype === right.term.dtype ? both : both.map((t) => m.cast(t, "int64"));
    return { term: m.contract(x, y, batch.length, depth.length), labels };
  }
  const x = ordered(left, [...batch, ...rows]);
  const y = ordered(right, [...batch, ...columns]);
  const spread = m.reshape(x, [...x.shape, ...columns.map(() => 1)]);
  const across = m.reshape(y, [
    ...y.shape.slice(0, batch.length),
    ...rows.map(() => 1),
    ...y.shape.slice(batch.length),
  ]);
  return { term: m.mul(spread, across), labels };
}

const einsumOp = operation<Labels>("einsum", (terms, _, { inputs, output }) => {
  const operands = terms.map((term, i) => diagonalized({ term, labels: inputs[i] }));
  let result = operands[0];
  for (const [i, operand] of operands.entries()) {
    if (i === 0) continue;
    const later = operands.slice(i + 1);
    const needed = (label: string): boolean => output.includes(label) || later.some((o) => o.labels.includes(label));
    result = multiplied(result, operand, needed);
  }
  return ordered(
    summed(result, (label) => output.includes(label)),
    output,
  );
});

const fail = (message: string): never => {
  throw new ValueError(`einsum(): ${message}`);
};

/** The subscripts of an operand, or of the output (null): letters and at most one ellipsis; `start` is where the text begins. */
function parseSubscripts(text: string, start: number, operand: number | null): string[] {
  const subscripts: string[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === " ") continue;
    if (text[i] === ".") {
      const found = `found '.' for ${operand === null ? "output" : `operand ${operand}`}`;
      if (subscripts.includes("..."))
        fail(`${found} ${operand === null ? "but an ellipsis (...)" : "for which an ellipsis"} was already found`);
      if (text.slice(i, i + 3) !== "...")
        fail(`${found} that is not part of any ellipsis${operand === null ? " (...)" : ""}`);
      subscripts.push("...");
      i += 2;
    } else if (/[a-zA-Z]/.test(text[i])) subscripts.push(text[i]);
    else fail(`invalid subscript given at index ${start + i} in the equation string, subscripts must be in [a-zA-Z]`);
  }
  return subscripts;
}

/** Labels of an ellipsis that stands for `count` dimensions. */
const ellipsisLabels = (count: number): string[] => Array.from({ length: count }, (_, i) => `…${count - 1 - i}`);

function parse(equation: string, operands: readonly Tensor[]): Labels {
  const arrow = equation.indexOf("->");
  const left = arrow < 0 ? equation : equation.slice(0, arrow);
  const parts = left.split(",");
  if (parts.length > operands.length) fail("fewer operands were provided than specified in the equation");
  if (parts.length < operands.length) fail("more operands were provided than specified in the equation");
  let widest = 0;
  let start = 0;
  const inputs = parts.map((part, i) => {
    const subscripts = parseSubscripts(part, start, i);
    start += part.length + 1;
    const rank = operands[i].ndim;
    const letters = subscripts.filter((s) => s !== "...").length;
    const open = letters !== subscripts.length;
    if (open ? letters > rank : letters !== rank)
      fail(
        `the number of subscripts in the equation (${letters}) ${open ? "is more than" : "does not match"} the number of dimensions (${rank}) for operand ${i}${open ? "" : " and no ellipsis was given"}`,
      );
    widest = Math.max(widest, rank - letters);
    return subscripts.flatMap((s) => (s === "..." ? ellipsisLabels(rank - letters) : [s]));
  });
  const output = arrow < 0 ? impliedOutput(inputs, widest) : parseOutput(equation, arrow + 2, inputs, widest);
  return { inputs, output };
}

/** Without "->": what an ellipsis stands for, then the letters that come once, in alphabetical order. */
function impliedOutput(inputs: readonly (readonly string[])[], widest: number): string[] {
  const letters = inputs.flat().filter((label) => !label.startsWith("…"));
  const once = letters.filter((label) => letters.indexOf(label) === letters.lastIndexOf(label));
  return [...ellipsisLabels(widest), ...once.sort()];
}

function parseOutput(
  equation: string,
  start: number,
  inputs: readonly (readonly string[])[],
  widest: number,
): string[] {
  const subscripts = parseSubscripts(equation.slice(start), start, null);
  for (const [i, label] of subscripts.entries()) {
    if (label === "...") continue;
    if (subscripts.indexOf(label) !== i) fail(`output subscript ${label} appears more than once in the output`);
    if (!inputs.some((labels) => labels.includes(label)))
      fail(`output subscript ${label} does not appear in the equation for any input operand`);
  }
  return subscripts.flatMap((s) => (s === "..." ? ellipsisLabels(widest) : [s]));
}

/** Sizes of one label are equal, or 1. */
function requireSizes({ inputs }: Labels, operands: readonly Tensor[]): void {
  const sizes = new Map<string, number>();
  for (const [i, labels] of inputs.entries()) {
    const { shape } = operands[i];
    for (const [d, label] of labels.entries()) {
      const first = labels.indexOf(label);
      if (shape[first] !== shape[d])
        throw new ShapeError(
          `einsum(): subscript ${label} is repeated for operand ${i} but the sizes don't match, ${shape[d]} != ${shape[first]}`,
        );
      const seen = sizes.get(label) ?? 1;
      if (shape[d] !== seen && shape[d] !== 1 && seen !== 1)
        throw new ShapeError(
          `einsum(): subscript ${label} has size ${shape[d]} for operand ${i} which does not broadcast with previously seen size ${seen}`,
        );
      if (shape[d] !== 1) sizes.set(label, shape[d]);
    }
  }
}

/**
 * Sums of products of the operands' elements, in Einstein's notation: a letter for each dimension; letters that do not
 * come in the output are summed over, equal letters of one operand take its diagonal, and "..." stands for dimensions
 * that broadcast. Without "->" the output has the letters that come once, in alphabetical order.
 *
 * @throws ValueError for an equation that does not fit the operands, ShapeError for sizes that differ.
 * @example
 * torch.einsum("bij,bjk->bik", a, b)
 */
export function einsum(equation: string, ...operands: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor {
  const tensors = (Array.isArray(operands[0]) ? operands[0] : operands) as readonly Tensor[];
  if (tensors.length === 0) fail("must provide at least one operand");
  const labels = parse(equation, tensors);
  requireSizes(labels, tensors);
  for (const tensor of tensors.slice(1)) requireSameDtype(tensors[0], tensor);
  return call(einsumOp, tensors, [], labels);
}

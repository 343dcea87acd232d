import type { Context, Emitted } from "./emitted.ts";
import { isOne, type Size } from "./sizes.ts";

export interface Counts {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** a [batch…, rows…, depth…] and b [batch…, columns…, depth…] → [batch…, rows…, columns…]. */
export function lowerContract(c: Context, a: Emitted, b: Emitted, counts: Counts, shape: readonly Size[]): Emitted {
  const { batch, rows, columns, depth } = counts;
  // Of a matrix that is transposed and a vector, ONNX Runtime 1.30 (with its optimisations) makes another product: vectors are
  // left to Einsum.
  const product = depth === 1 && columns === 1 && (rows === 1 || (batch === 0 && rows > 1));
  return product ? asMatMul(c, a, b, counts, shape) : asEinsum(c, a, b, counts, shape);
}

function asMatMul(c: Context, a: Emitted, b: Emitted, { batch }: Counts, shape: readonly Size[]): Emitted {
  const inner = (x: Emitted): number[] => Array.from({ length: x.shape.length - batch }, (_, i) => batch + i);
  const left = c.writtenOut(a, inner(a));
  const right = c.writtenOut(b, inner(b));
  const rank = right.held.length;
  const order = Array.from({ length: rank }, (_, d) => d);
  const turned = c.builder.transpose(right.name, order.with(rank - 2, rank - 1).with(rank - 1, rank - 2));
  const name = c.builder.node("MatMul", [left.name, turned]);
  const held = shape.map((size, d) => (d < batch && isOne(left.held[d]) && isOne(right.held[d]) ? c.fixed(1) : size));
  return c.repeated(name, a.dtype, shape, held);
}

/** The general case. Dimensions that an operand only repeats are left out of it. */
function asEinsum(
  c: Context,
  a: Emitted,
  b: Emitted,
  { batch, rows, columns, depth }: Counts,
  shape: readonly Size[],
): Emitted {
  const at = (from: number, count: number): string[] => [...letters.slice(from, from + count)];
  const batches = at(0, batch);
  const ofRows = at(batch, rows);
  const ofColumns = at(batch + rows, columns);
  const ofDepth = at(batch + rows + columns, depth);
  if (batch + rows + columns + depth > letters.length)
    return c.lacking("a product of so many dimensions", a.dtype, shape);
  const named: [Emitted, string[]][] = [
    [a, [...batches, ...ofRows, ...ofDepth]],
    [b, [...batches, ...ofColumns, ...ofDepth]],
  ];
  // A dimension summed over must be there in one of the operands.
  const written = named.map(([x, axes], i) => {
    const needed = axes.flatMap((axis, d) => {
      const [other, otherAxes] = named[1 - i];
      const there = otherAxes.indexOf(axis);
      return i === 0 && ofDepth.includes(axis) && c.isRepeated(x, d) && c.isRepeated(other, there) ? [d] : [];
    });
    return c.writtenOut(x, needed);
  });
  const operands = written.map((x, i) => {
    const [, axes] = named[i];
    const left = axes.map((_, d) => d).filter((d) => isOne(x.held[d]) && !isOne(x.shape[d]));
    const name = left.length === 0 ? x.name : c.builder.node("Squeeze", [x.name, c.builder.integers(left)]);
    return { name, axes: axes.filter((_, d) => !left.includes(d)) };
  });
  const there = new Set(operands.flatMap(({ axes }) => axes));
  const outputs = [...batches, ...ofRows, ...ofColumns];
  const given = outputs.filter((axis) => there.has(axis));
  const equation = `${operands.map(({ axes }) => axes.join("")).join(",")}->${given.join("")}`;
  const product = c.builder.node(
    "Einsum",
    operands.map(({ name }) => name),
    { equation },
  );
  const missing = outputs.flatMap((axis, d) => (there.has(axis) ? [] : [d]));
  const held = shape.map((size, d) => (missing.includes(d) ? c.fixed(1) : size));
  if (missing.length === 0) return c.whole(product, a.dtype, shape);
  return c.repeated(c.builder.node("Unsqueeze", [product, c.builder.integers(missing)]), a.dtype, shape, held);
}

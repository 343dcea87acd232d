import type { DType } from "../dtype/dtype.ts";
import type { NumberColumn } from "./format/number-column.ts";
import { numberColumn } from "./format/number-column.ts";
import type { PrintOptions } from "./format/print-options.ts";
import { getPrintOptions } from "./format/print-options.ts";

export type { PrintOptions, PrintProfile } from "./format/print-options.ts";
export { getPrintOptions, setPrintoptions } from "./format/print-options.ts";

/** A tensor's values and what is printed beside them. */
export interface PrintedTensor {
  /** All elements in row-major order; float16 decoded, bool as 0 and 1. */
  readonly data: ArrayLike<number | bigint>;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The dtype that goes without saying. Default float32. */
  readonly defaultDtype?: DType;
  readonly requiresGrad?: boolean;
  /** Name of the derivative that made the tensor, such as "MulBackward0". */
  readonly gradFn?: string;
  /** Whether it is a module's parameter. */
  readonly parameter?: boolean;
}

const PREFIX = "tensor(";
const INDENT = PREFIX.length;

/**
 * A tensor as PyTorch's `repr` writes it.
 *
 * @param options default: those of `setPrintoptions`
 * @example formatTensor({ data: [1, 2.5], shape: [2], dtype: "float32" }) // "tensor([1.0000, 2.5000])"
 */
export function formatTensor(tensor: PrintedTensor, options: PrintOptions = getPrintOptions()): string {
  const values = tensor.data.length === 0 ? "[]" : formatValues(tensor, options);
  const text = appendSuffixes(PREFIX + values, suffixesOf(tensor), options.linewidth);
  return tensor.parameter ? `Parameter containing:\n${text}` : text;
}

function suffixesOf(tensor: PrintedTensor): string[] {
  const { data, shape, dtype, defaultDtype = "float32" } = tensor;
  const suffixes: string[] = [];
  const empty = data.length === 0;
  if (empty && shape.length !== 1) suffixes.push(`size=(${shape.join(", ")})`);
  // Printed elements tell int64 and bool from the default; an empty tensor has none.
  const evident = dtype === defaultDtype || (!empty && (dtype === "int64" || dtype === "bool"));
  if (!evident) suffixes.push(`dtype=torch.${dtype}`);
  if (tensor.gradFn !== undefined) suffixes.push(`grad_fn=<${tensor.gradFn}>`);
  else if (tensor.requiresGrad) suffixes.push("requires_grad=True");
  return suffixes;
}

function appendSuffixes(body: string, suffixes: readonly string[], linewidth: number): string {
  let text = body;
  // PyTorch counts two characters more than the last line has.
  let lineLength = body.length - body.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + 2 > linewidth) {
      text += `,\n${" ".repeat(INDENT)}${suffix}`;
      lineLength = INDENT + suffix.length;
    } else {
      text += `, ${suffix}`;
      lineLength += suffix.length + 2;
    }
  }
  return `${text})`;
}

/** What writing one tensor's elements needs at every level. */
interface Layout {
  readonly data: ArrayLike<number | bigint>;
  readonly shape: readonly number[];
  /** Elements shown at each end of a dimension longer than two of them; infinite without summarizing. */
  readonly edge: number;
  readonly linewidth: number;
  readonly column: NumberColumn;
}

function formatValues({ data, shape, dtype }: PrintedTensor, options: PrintOptions): string {
  const edge = data.length > options.threshold ? options.edgeitems : Number.POSITIVE_INFINITY;
  const shown = shownValues(data, shape, edge);
  const column = numberColumn(shown, dtype, options);
  if (shape.length === 0) return column.format(data[0]);
  return formatSlice({ data, shape, edge, linewidth: options.linewidth, column }, 0, 0, INDENT);
}

/** The indices shown of a dimension, in runs with an ellipsis between them. */
function shownRuns(length: number, edge: number): number[][] {
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  return length > 2 * edge ? [range(0, edge), range(length - edge, length)] : [range(0, length)];
}

function shownValues(data: ArrayLike<number | bigint>, shape: readonly number[], edge: number): (number | bigint)[] {
  let offsets = [0];
  for (const length of shape) {
    const indices = shownRuns(length, edge).flat();
    offsets = offsets.flatMap((offset) => indices.map((index) => offset * length + index));
  }
  return offsets.map((offset) => data[offset]);
}

/** The sub-tensor of dimensions `dim` and up whose position among its like is `position`. */
function formatSlice(layout: Layout, dim: number, position: number, indent: number): string {
  const { data, shape, edge, column } = layout;
  const length = shape[dim];
  const last = dim === shape.length - 1;
  const write = (index: number) =>
    last
      ? column.format(data[position * length + index])
      : formatSlice(layout, dim + 1, position * length + index, indent + 1);
  const [head, tail] = shownRuns(length, edge);
  const items = head.map(write);
  if (tail !== undefined) items.push(last ? " ..." : "...", ...tail.map(write));
  if (last) return wrapLines(items, layout, indent);
  const separator = `,${"\n".repeat(shape.length - 1 - dim)}${" ".repeat(indent + 1)}`;
  return `[${items.join(separator)}]`;
}

function wrapLines(items: readonly string[], { column, linewidth }: Layout, indent: number): string {
  const perLine = Math.max(1, Math.floor((linewidth - indent) / (column.width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(", "));
  return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
}

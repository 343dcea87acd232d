import { call, type Operation, operation, type Term } from "@cresset/core/extend";
import { IndexError, type Scalar, ShapeError, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";

/** What stands outside of the input. */
export type PaddingMode = "constant" | "reflect" | "replicate" | "circular";

interface PadAttributes extends Readonly<Record<string, unknown>> {
  /** Elements before and after each padded dimension, the last dimension first; negative ones are cut off. */
  readonly pad: readonly number[];
}

type Fill = (x: Term, dim: number, before: number, after: number) => Term;

/** Applies a rule to every padded dimension. */
function padded(x: Term, pad: readonly number[], rule: Fill): Term {
  let out = x;
  for (let k = 0; k < pad.length / 2; k++) {
    const dim = x.rank - 1 - k;
    const [before, after] = [pad[2 * k], pad[2 * k + 1]];
    if (before !== 0 || after !== 0) out = rule(out, dim, before, after);
  }
  return out;
}

/** Puts copies made by `edge` around `x`, then cuts off what negative paddings ask for. */
const around =
  (edge: (x: Term, dim: number, size: number, atEnd: boolean) => Term): Fill =>
  (x, dim, before, after) => {
    const parts = [x];
    if (before > 0) parts.unshift(edge(x, dim, before, false));
    if (after > 0) parts.push(edge(x, dim, after, true));
    const whole = m.cat(parts, dim);
    const from = Math.max(0, -before);
    return m.slice(whole, dim, from, whole.shape[dim] - from - Math.max(0, -after));
  };

const wrapped = around((x, dim, size, atEnd) => m.slice(x, dim, atEnd ? 0 : x.shape[dim] - size, size));

const rules: Readonly<Record<Exclude<PaddingMode, "constant">, Fill>> = {
  reflect: around((x, dim, size, atEnd) => m.flip(m.slice(x, dim, atEnd ? x.shape[dim] - 1 - size : 1, size), dim)),
  replicate: around((x, dim, size, atEnd) =>
    m.broadcastTo(m.slice(x, dim, atEnd ? x.shape[dim] - 1 : 0, 1), x.shape.with(dim, size)),
  ),
  // What is cut off is gone before the rest goes round.
  circular: (x, dim, before, after) => {
    const from = Math.max(0, -before);
    const kept = m.slice(x, dim, from, x.shape[dim] - from - Math.max(0, -after));
    return wrapped(kept, dim, Math.max(0, before), Math.max(0, after));
  },
};

const constantOp = operation<PadAttributes>(
  "constant_pad_nd",
  ([x], [value], { pad }) => {
    const fill = m.cast(value, x.dtype);
    return padded(x, pad, (y, dim, before, after) => m.pad(y, dim, before, y.shape[dim] + before + after, 1, fill));
  },
  { gradName: "ConstantPadNdBackward0", half: "keep" },
);

const copying = (
  mode: Exclude<PaddingMode, "constant">,
  name: (dims: number) => string,
): readonly Operation<PadAttributes>[] =>
  [1, 2, 3].map((dims) =>
    operation<PadAttributes>(name(dims), ([x], _, { pad }) => padded(x, pad, rules[mode]), {
      gradName: `${mode === "circular" ? "PadCircular" : mode === "reflect" ? "ReflectionPad" : "ReplicationPad"}${dims}DBackward0`,
      half: "keep",
    }),
  );
const operations = {
  reflect: copying("reflect", (dims) => `reflection_pad${dims}d`),
  replicate: copying("replicate", (dims) => `replication_pad${dims}d`),
  circular: copying("circular", (dims) => `circular_pad${dims}d`),
};

/** What `pad` adds, by name. */
export interface PadOptions {
  /** Default "constant". */
  readonly mode?: PaddingMode;
  /** Default 0. */
  readonly value?: Scalar | null;
}

/**
 * The input with elements added before and after its last dimensions: `pad` is [before, after] of the last dimension,
 * then of the one before it, and so on. Negative numbers cut elements off.
 *
 * @param mode what is added: "constant" (the value, in any dimensions), "reflect" (mirrored without the edge),
 * "replicate" (the edge again) or "circular" (the other end). The last three pad 1, 2 or 3 dimensions of an input that has
 * one or two more.
 * @throws ShapeError if the padding does not fit the input; ValueError for an unknown mode.
 * @example F.pad(x, [1, 1, 2, 0]) // [N, C, H, W] → [N, C, H + 2, W + 2]
 */
export function pad(
  input: Tensor,
  pad: readonly number[] | (PadOptions & { readonly pad: readonly number[] }),
  mode?: PaddingMode | PadOptions,
  value?: Scalar | null | PadOptions,
): Tensor {
  const names = ["pad", "mode", "value"] as const;
  const given = keywords<PadOptions & { readonly pad: readonly number[] }>(names, [pad, mode, value], 1);
  return addPadding(input, given.pad, given.mode ?? "constant", given.value);
}

function addPadding(input: Tensor, pad: readonly number[], mode: PaddingMode, value?: Scalar | null): Tensor {
  if (pad.length % 2 !== 0) throw new ShapeError("Padding length must be divisible by 2");
  if (pad.length > 2 * input.ndim) throw new ShapeError("Padding length too large");
  if (mode === "constant") checkConstantSizes(input, pad);
  else checkSizes(input, pad);
  if (mode === "constant") return call(constantOp, [input], [value ?? 0], { pad });
  if (!Object.hasOwn(rules, mode)) throw new ValueError(`Unrecognised padding mode ${String(mode)}`);
  if (value !== undefined && value !== null && Number(value) !== 0)
    throw new ValueError(`Padding mode "${mode}" doesn't take in value argument`);
  const dims = pad.length / 2;
  if (dims < 1 || dims > 3 || (input.ndim !== dims + 1 && input.ndim !== dims + 2))
    throw new ShapeError("Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now");
  if (mode !== "replicate") checkSources(input, pad, mode);
  return call(operations[mode][dims - 1], [input], [], { pad });
}

/** As PyTorch does it: elements are cut off first, of the last dimension first; then what is added must not leave a dimension empty. */
function checkConstantSizes(input: Tensor, pad: readonly number[]): void {
  const sizes = pad.flatMap((_, k) => (k % 2 === 0 ? [input.shape[input.ndim - 1 - k / 2]] : []));
  for (const [k, size] of sizes.entries()) {
    const [before, after] = [Math.min(pad[2 * k], 0), Math.min(pad[2 * k + 1], 0)];
    if (-before > size)
      throw new IndexError(
        `Dimension out of range (expected to be in range of [${-size}, ${size - 1}], but got ${-before})`,
      );
    if (size + before + after < 0)
      throw new ShapeError(`start (0) + length (${size + before + after}) exceeds dimension size (${size + before}).`);
  }
  if (!pad.some((size) => size > 0)) return;
  for (let k = sizes.length - 1; k >= 0; k--)
    if (sizes[k] + pad[2 * k] + pad[2 * k + 1] <= 0)
      throw new ShapeError(
        `The input size ${sizes[k]}, plus negative padding ${pad[2 * k]} and ${pad[2 * k + 1]} resulted in a negative output size, which is invalid. Check dimension ${input.ndim - 1 - k} of your input.`,
      );
}

function checkSizes(input: Tensor, pad: readonly number[]): void {
  for (let k = 0; k < pad.length / 2; k++) {
    const dim = input.ndim - 1 - k;
    const [before, after] = [pad[2 * k], pad[2 * k + 1]];
    const size = input.shape[dim];
    if (size + before + after < 0)
      throw new ShapeError(
        `The input size ${size}, plus negative padding ${before} and ${after}, resulted in a negative output size, which is invalid. Check dimension ${dim} of your input.`,
      );
  }
}

/** Mirrors and circles take elements of the input, which must have them. */
function checkSources(input: Tensor, pad: readonly number[], mode: PaddingMode): void {
  for (let k = 0; k < pad.length / 2; k++) {
    const dim = input.ndim - 1 - k;
    const [before, after] = [pad[2 * k], pad[2 * k + 1]];
    const size = input.shape[dim];
    if (mode === "reflect" && (before >= size || after >= size))
      throw new ShapeError(
        `Argument #${4 + 2 * k}: Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) at dimension ${dim} of input [${input.shape.join(", ")}]`,
      );
    const kept = size + Math.min(0, before) + Math.min(0, after);
    if (mode === "circular" && (before > kept || after > kept))
      throw new ShapeError("Padding value causes wrapping around more than once.");
  }
}

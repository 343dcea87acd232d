import { type Attributes, call, operation, type Term } from "@cresset/core/extend";
import { ShapeError, squeeze, type Tensor, unsqueeze, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { type ByName, keywords } from "../keywords.ts";
import { range, type Size, sizesOf, type Windows, windowsOf } from "./window.ts";

export interface UnfoldOptions {
  /** Distance between the elements of a window; default 1. */
  readonly dilation?: Size;
  /** Zeros added on both sides; default 0. */
  readonly padding?: Size;
  /** Distance between windows; default 1. */
  readonly stride?: Size;
}

type UnfoldParameters = UnfoldOptions & { readonly kernelSize: Size };
type FoldParameters = UnfoldParameters & { readonly outputSize: Size };
type UnfoldArguments =
  | [options?: UnfoldOptions]
  | [dilation?: Size, padding?: Size | UnfoldOptions, stride?: Size | UnfoldOptions];

interface Folding extends Windows, Attributes {
  readonly padding: readonly number[];
  /** Sizes of the image, and numbers of windows. */
  readonly sizes: readonly number[];
  readonly out: readonly number[];
}

/** [N, C, H, W] → [N, C · K, L]: the windows as columns. */
function columns(x: Term, { kernel, stride, dilation, padding, sizes, out }: Folding): Term {
  let padded = x;
  for (const [d, size] of sizes.entries()) padded = m.pad(padded, 2 + d, padding[d], size + 2 * padding[d]);
  const windows = m.permute(windowsOf(padded, 2, { kernel, stride, dilation }), [0, 1, 4, 5, 2, 3]);
  return m.reshape(windows, [x.shape[0], x.shape[1] * kernel[0] * kernel[1], out[0] * out[1]]);
}

/** [N, C · K, L] → [N, C, H, W]: the sum of all columns' elements at each place. */
function image(x: Term, { kernel, stride, dilation, padding, sizes, out }: Folding): Term {
  const channels = x.shape[1] / (kernel[0] * kernel[1]);
  let rest = m.reshape(x, [x.shape[0], channels, ...kernel, ...out]);
  for (const [d, size] of sizes.entries()) {
    // [N, C, K, …, P, …]: the kernel dimension goes, and the windows' dimension becomes the image's.
    const kernelAt = 2;
    const windowsAt = rest.rank - sizes.length + d;
    let total: Term | undefined;
    for (const k of range(0, kernel[d])) {
      const one = m.squeeze(m.slice(rest, kernelAt, k, 1), kernelAt);
      const placed = m.pad(one, windowsAt - 1, k * dilation[d] - padding[d], size, stride[d]);
      total = total === undefined ? placed : m.add(total, placed);
    }
    rest = total ?? rest;
  }
  return rest;
}

const unfoldOp = operation<Folding>("im2col", ([x], _, how) => columns(x, how), {
  gradName: "Im2ColBackward0",
  half: "keep",
  derivative: (c) => [image(c.grad(), c.attributes)],
});
const foldOp = operation<Folding>("col2im", ([x], _, how) => image(x, how), {
  gradName: "Col2ImBackward0",
  derivative: (c) => [columns(c.grad(), c.attributes)],
});

const names = ["kernelSize", "dilation", "padding", "stride"] as const;

function foldingOf(options: UnfoldParameters, sizes: readonly number[]): Folding {
  const kernel = sizesOf("kernel_size", options.kernelSize, 2);
  const dilation = sizesOf("dilation", options.dilation ?? 1, 2);
  const padding = sizesOf("padding", options.padding ?? 0, 2);
  const stride = sizesOf("stride", options.stride ?? 1, 2);
  for (const [name, values, least] of [
    ["kernel size", kernel, 1],
    ["dilation", dilation, 1],
    ["padding", padding, 0],
    ["stride", stride, 1],
  ] as const)
    if (values.some((n) => n < least))
      throw new ValueError(
        `${name} should be ${least === 0 ? "non-negative" : "greater than zero"}, but got ${name.replace(" ", "_")}: [${values.join(", ")}]`,
      );
  const out = sizes.map((n, d) => Math.floor((n + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d]) + 1);
  return { kernel, dilation, padding, stride, sizes, out };
}

/**
 * The windows of images as columns.
 *
 * @param input [N, C, H, W] or [C, H, W].
 * @returns [N, C · kernel elements, L] (or without N) for L windows in row-major order.
 * @throws ShapeError if no window fits.
 * @example
 * F.unfold(torch.randn([2, 5, 3, 4]), [2, 3]).shape; // [2, 30, 4]
 */
export function unfold(
  input: Tensor,
  ...given: [kernelSize: Size, ...UnfoldArguments] | [named: UnfoldParameters]
): Tensor {
  const options = keywords<UnfoldParameters>(names, given, 1);
  if (input.ndim !== 3 && input.ndim !== 4)
    throw new ShapeError(
      `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: [${input.shape.join(", ")}]`,
    );
  const how = foldingOf(options, input.shape.slice(-2));
  if (how.out.some((n) => n < 1))
    throw new ShapeError(
      `Given input with spatial size (${how.sizes.join(", ")}), kernel_size=(${how.kernel.join(", ")}), dilation=(${how.dilation.join(", ")}), padding=(${how.padding.join(", ")}), calculated shape of the array of sliding blocks as (${how.out.join(", ")}), but its components must be at least one.`,
    );
  if (input.ndim === 4) return call(unfoldOp, [input], [], how);
  return squeeze(call(unfoldOp, [unsqueeze(input, 0)], [], how), 0);
}

/**
 * Images from columns: the sum of all windows' elements at each place; the adjoint of `unfold`.
 *
 * @param input [N, C · kernel elements, L] or without N.
 * @param outputSize [H, W] of the images.
 * @returns [N, C, H, W] or [C, H, W].
 * @throws ShapeError if L is not the number of windows.
 * @example
 * F.fold(torch.randn([1, 12, 12]), [4, 5], 2).shape; // [1, 3, 4, 5]
 */
export function fold(
  input: Tensor,
  ...given:
    | [outputSize: Size, kernelSize: Size, ...UnfoldArguments]
    | ByName<FoldParameters, ["outputSize", "kernelSize"]>
): Tensor {
  const options = keywords<FoldParameters>(["outputSize", ...names], given, 2);
  if (input.ndim !== 2 && input.ndim !== 3)
    throw new ShapeError(
      `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: [${input.shape.join(", ")}]`,
    );
  const how = foldingOf(options, sizesOf("output_size", options.outputSize, 2));
  const [rows, count] = input.shape.slice(-2);
  const elements = how.kernel[0] * how.kernel[1];
  if (rows % elements !== 0)
    throw new ShapeError(
      `Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=${rows} and kernel_size=(${how.kernel.join(", ")}).`,
    );
  const windows = how.out[0] * how.out[1];
  if (count !== windows || how.out.some((n) => n < 1))
    throw new ShapeError(
      `Given output_size=(${how.sizes.join(", ")}), kernel_size=(${how.kernel.join(", ")}), dilation=(${how.dilation.join(", ")}), padding=(${how.padding.join(", ")}), stride=(${how.stride.join(", ")}), expected size of input's dimension 2 to match the calculated number of sliding blocks ${how.out.join(" * ")} = ${windows}, but got input.size(2)=${count}.`,
    );
  if (input.ndim === 3) return call(foldOp, [input], [], how);
  return squeeze(call(foldOp, [unsqueeze(input, 0)], [], how), 0);
}

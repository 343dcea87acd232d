import type { Emitted } from "./emitted.ts";
import type { Pattern } from "./patterns.ts";
import { isFixed } from "./sizes.ts";

/** A list of whole numbers that is the same in all traces, or null. */
function fixedList(attributes: Pattern["attributes"], name: string): readonly number[] | null {
  const [first, ...others] = attributes.map((each) => each[name]);
  if (!Array.isArray(first)) return null;
  const list = first as readonly number[];
  const same = others.every((other) => Array.isArray(other) && list.every((n, i) => n === other[i]));
  return same ? list : null;
}

export function lowerConvolution({ c, inputs, attributes, shape }: Pattern): Emitted | null {
  const [x, weight, bias] = inputs;
  const [stride, dilation, low, high, kernel] = ["stride", "dilation", "low", "high", "kernel"].map((name) =>
    fixedList(attributes, name),
  );
  const [{ groups, transposed }] = attributes;
  if (!stride || !dilation || !low || !high || !kernel || typeof groups !== "number") return null;
  const common = { kernel_shape: kernel, strides: stride, dilations: dilation, group: groups };
  const operands = [c.full(x), c.full(weight), ...(bias === undefined ? [] : [c.full(bias)])];
  if (transposed !== true) {
    const name = c.builder.node("Conv", operands, { ...common, pads: [...low, ...high] });
    return c.whole(name, x.dtype, shape);
  }
  // What was asked for beyond what the input reaches.
  const extra = kernel.map((k, d) =>
    shape[2 + d].map((n, t) => n - ((x.shape[2 + d][t] - 1) * stride[d] - 2 * low[d] + dilation[d] * (k - 1) + 1)),
  );
  // Engines take less than a stride of it.
  if (!extra.every((size, d) => isFixed(size) && size[0] >= 0 && size[0] < stride[d])) return null;
  const name = c.builder.node("ConvTranspose", operands, {
    ...common,
    pads: [...low, ...low],
    output_padding: extra.map(([n]) => n),
  });
  return c.whole(name, x.dtype, shape);
}

export const lowerPooling =
  (op: "MaxPool" | "AveragePool") =>
  ({ c, inputs: [x], attributes, shape }: Pattern): Emitted | null => {
    const [kernel, stride, padding, dilation] = ["kernel", "stride", "padding", "dilation"].map((name) =>
      fixedList(attributes, name),
    );
    const [{ divisorOverride = null, countIncludePad }] = attributes;
    if (!kernel || !stride || !padding || !dilation || divisorOverride !== null) return null;
    const dims = kernel.length;
    if (x.shape.length !== dims + 2) return null;
    // Sizes rounded up would need windows beyond the padding.
    const roundedDown = kernel.every((k, d) =>
      shape[2 + d].every((n, t) => {
        const size = x.shape[2 + d][t];
        return n === Math.floor((size + 2 * padding[d] - dilation[d] * (k - 1) - 1) / stride[d]) + 1;
      }),
    );
    if (!roundedDown) return null;
    const common = { kernel_shape: kernel, strides: stride, pads: [...padding, ...padding] };
    const attributesOf =
      op === "MaxPool"
        ? { ...common, dilations: dilation }
        : { ...common, count_include_pad: Number(countIncludePad === true) };
    return c.whole(c.builder.node(op, [c.full(x)], attributesOf), x.dtype, shape);
  };

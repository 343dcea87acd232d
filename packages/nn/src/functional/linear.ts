import { call, type Operation, operation, pytorchName, requireTensors } from "@cresset/core/extend";
import { DTypeError, ShapeError, type Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";

/** x [*, in] times weight [out, in] (transposed), plus bias: one contraction, whose derivative saves x and weight only. */
const linearNamed = (gradName: string): Operation =>
  operation(
    "linear",
    ([x, weight, bias]) => {
      const product = m.contract(x, weight, 0, 1);
      return bias === undefined ? product : m.add(product, bias);
    },
    { gradName },
  );

// PyTorch's linear is a different composition, and so a different backward node, for each rank.
const withBias = [
  linearNamed("AddBackward0"),
  linearNamed("AddmmBackward0"),
  linearNamed("ViewBackward0"),
  linearNamed("AddBackward0"),
];
const withoutBias = [linearNamed("SqueezeBackward1"), linearNamed("MmBackward0"), linearNamed("UnsafeViewBackward0")];

/**
 * y = x Wᵀ + b.
 *
 * @param input [*, in]: any number of leading dimensions, none included.
 * @param weight [out, in], or [in] for a result [*].
 * @param given the bias [out], in its place or by name; none by default.
 * @returns [*, out]
 * @throws ShapeError where `in` differs, DTypeError where dtypes differ.
 * @example
 * F.linear(torch.randn([8, 3]), torch.randn([4, 3])).shape // [8, 4]
 */
export function linear(
  input: Tensor,
  weight: Tensor,
  given?: Tensor | null | { readonly bias?: Tensor | null },
): Tensor {
  const { bias = null } = keywords<{ readonly bias?: Tensor | null }>(["bias"], [given]);
  requireTensors("linear", [input, weight]);
  const x = input.shape;
  const w = weight.shape;
  if (x.length === 0 || w.length === 0 || w.length > 2)
    throw new ShapeError(`both arguments to linear need to be at least 1D, but they are ${x.length}D and ${w.length}D`);
  const depth = x[x.length - 1];
  if (depth !== w[w.length - 1]) {
    const rows = x.slice(0, -1).reduce((n, size) => n * size, 1);
    throw new ShapeError(
      w.length === 1
        ? `size mismatch, got ${rows}, ${rows}x${depth},${w[0]}`
        : `mat1 and mat2 shapes cannot be multiplied (${rows}x${depth} and ${w[1]}x${w[0]})`,
    );
  }
  const other = weight.dtype !== input.dtype || bias === null ? weight : bias;
  if (other.dtype !== input.dtype)
    throw new DTypeError(`expected scalar type ${pytorchName(input.dtype)} but found ${pytorchName(other.dtype)}`);
  const rank = x.length - 1;
  if (bias === null) return call(withoutBias[Math.min(rank, withoutBias.length - 1)], [input, weight]);
  return call(withBias[Math.min(rank, withBias.length - 1)], [input, weight, bias]);
}

const bilinearOp = operation("bilinear", ([x1, x2, weight, bias]) => {
  // y[*, o] = Σ_ij x1[*, i] W[o, i, j] x2[*, j]: over i as one product, then over j for each row.
  const halves = m.contract(x1, m.permute(weight, [0, 2, 1]), 0, 1);
  const rank = x1.rank - 1;
  const y = m.contract(halves, x2, rank, 1);
  return bias === undefined ? y : m.add(y, bias);
});

/**
 * y = x1ᵀ A x2 + b for each output.
 *
 * @param input1 [*, in1]
 * @param input2 [*, in2], with equal leading dimensions.
 * @param weight [out, in1, in2]
 * @param bias [out]; none by default.
 * @returns [*, out]
 */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  requireTensors("bilinear", [input1, input2, weight]);
  const [a, b, w] = [input1.shape, input2.shape, weight.shape];
  if (a.length !== b.length)
    throw new ShapeError(`bilinear(): input dimensions do not match: got ${a.length} and ${b.length}`);
  for (let d = 0; d < a.length - 1; d++)
    if (a[d] !== b[d])
      throw new ShapeError(`bilinear(): input batch dimensions do not match at dim ${d}: got ${a[d]} and ${b[d]}`);
  if (w.length !== 3) throw new ShapeError(`bilinear(): expected weight to have 3 dimensions, got ${w.length}`);
  const [in1, in2] = [a[a.length - 1], b[b.length - 1]];
  if (in1 !== w[1])
    throw new ShapeError(`bilinear(): input1 size does not match weight size: got ${in1} but expected ${w[1]}`);
  if (in2 !== w[2])
    throw new ShapeError(`bilinear(): input2 size does not match weight size: got ${in2} but expected ${w[2]}`);
  if (bias !== null && bias.shape[0] !== w[0])
    throw new ShapeError(`bilinear(): bias size does not match weight size: got ${bias.shape[0]} but expected ${w[0]}`);
  return call(bilinearOp, bias === null ? [input1, input2, weight] : [input1, input2, weight, bias]);
}

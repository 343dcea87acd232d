/** Copies of a tensor in which what a view would show is replaced. */
import { ShapeError } from "../../errors.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { keywords } from "../../tensor/keywords.ts";
import { stridedWrite } from "../../tensor/strided.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { contiguous } from "../shape/convert.ts";
import { sizeText } from "../shape/dims.ts";
import { select, slice } from "../shape/slice.ts";
import { type DiagonalOptions, diagonal } from "../shape/triangle.ts";

const writeOp = (name: string) =>
  operation<{ strides: readonly number[] }>(
    name,
    ([base, source]: readonly Term[], [offset], { strides }) => stridedWrite(base, source, strides, offset),
    { half: "keep" },
  );
const selectScatterOp = writeOp("select_scatter");
const sliceScatterOp = writeOp("slice_scatter");
const diagonalScatterOp = writeOp("diagonal_scatter");

/** Writes `src` where `view` lies in a contiguous copy of `input`. */
function replaced(op: typeof selectScatterOp, input: Tensor, src: Tensor, view: (x: Tensor) => Tensor): Tensor {
  // Where the view lies, as if the input's elements were contiguous.
  const whole = contiguous(input);
  const { shape, strides, offset } = view(whole).layout;
  if (sizeText(src.shape) !== sizeText(shape))
    throw new ShapeError(
      `expected src to have a size equal to the slice of self. src size = ${sizeText(src.shape)}, slice size = ${sizeText(shape)}`,
    );
  return call(op, [whole, src], [offset - whole.layout.offset], { strides });
}

/** A copy of `input` with `src` in place of `input.select(dim, index)`. */
export function selectScatter(input: Tensor, src: Tensor, dim: number, index: number): Tensor {
  requireTensors("select_scatter", [input, src]);
  return replaced(selectScatterOp, input, src, (x) => select(x, dim, index));
}

/** The parameters of `sliceScatter`, by name. */
export interface SliceScatterOptions {
  /** Default 0. */
  readonly dim?: number;
  /** Default the first element. */
  readonly start?: number | null;
  /** Default after the last element. */
  readonly end?: number | null;
  /** Default 1. */
  readonly step?: number;
}

type SliceScatterArguments =
  | [options?: SliceScatterOptions]
  | [
      dim?: number,
      start?: number | null | SliceScatterOptions,
      end?: number | null | SliceScatterOptions,
      step?: number | SliceScatterOptions,
    ];

/** A copy of `input` with `src` in place of elements `start` to `end` (excluded), `step` apart, of dimension `dim`. */
export function sliceScatter(input: Tensor, src: Tensor, ...given: SliceScatterArguments): Tensor {
  const { dim, start, end, step } = keywords<SliceScatterOptions>(["dim", "start", "end", "step"], given);
  requireTensors("slice_scatter", [input, src]);
  return replaced(sliceScatterOp, input, src, (x) => slice(x, dim, start, end, step));
}

/** A copy of `input` with `src` in place of `input.diagonal(offset, dim1, dim2)`. */
export function diagonalScatter(
  input: Tensor,
  src: Tensor,
  offset?: number | DiagonalOptions,
  dim1?: number | DiagonalOptions,
  dim2?: number | DiagonalOptions,
): Tensor {
  requireTensors("diagonal_scatter", [input, src]);
  return replaced(diagonalScatterOp, input, src, (x) => diagonal(x, offset, dim1, dim2));
}

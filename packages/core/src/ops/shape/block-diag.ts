import { ShapeError } from "../../errors.ts";
import { requireTensors } from "../../tensor/argument.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { zeros } from "../creation/fill.ts";
import { atleast2d, cat } from "./join.ts";

/**
 * A matrix with the given ones along its diagonal, and zeros elsewhere. A vector is a row, a number a 1 × 1 matrix.
 *
 * @throws ShapeError for more than two dimensions.
 * @example torch.blockDiag(torch.ones(1, 2), torch.tensor([[3]])) // [[1, 1, 0], [0, 0, 3]]
 */
export function blockDiag(...tensors: readonly Tensor[]): Tensor {
  requireTensors("block_diag", tensors);
  const blocks = tensors.map((tensor, i) => {
    if (tensor.ndim > 2)
      throw new ShapeError(
        `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${i} has ${tensor.ndim} dimensions`,
      );
    return atleast2d(tensor) as Tensor;
  });
  const width = blocks.reduce((total, { shape }) => total + shape[1], 0);
  let before = 0;
  const bands = blocks.map((block) => {
    const [rows, columns] = block.shape;
    const options = { dtype: block.dtype, device: block.device };
    const band = cat([zeros([rows, before], options), block, zeros([rows, width - before - columns], options)], 1);
    before += columns;
    return band;
  });
  return bands.length === 0 ? zeros([1, 0]) : cat(bands);
}

import { arange, eq, type Tensor, unsqueeze } from "@cresset/core/functions";

/** Vectors of zeros with a 1 at the place that `indices` says, in the dtype of `like`: [*, classes]. */
export const oneHot = (indices: Tensor, classes: number, like: Tensor): Tensor =>
  eq(unsqueeze(indices, -1), arange(classes, { dtype: "int64", device: indices.device })).to(like.dtype);

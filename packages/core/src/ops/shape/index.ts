export { blockDiag } from "./block-diag.ts";
export { real, real as conj, real as conjPhysical, real as resolveConj, real as resolveNeg } from "./complex.ts";
export { clone, detach } from "./convert.ts";
export { broadcastShapes, broadcastTensors, broadcastTo, tile } from "./expand.ts";
export { flip, fliplr, flipud, roll, rot90 } from "./flip.ts";
export { cartesianProd, combinations, type MeshgridOptions, meshgrid } from "./grid.ts";
export {
  atleast1d,
  atleast2d,
  atleast3d,
  cat,
  cat as concat,
  cat as concatenate,
  columnStack,
  dstack,
  hstack,
  stack,
  vstack,
  vstack as rowStack,
} from "./join.ts";
export { isFloatingPoint, isInference, isSameSize, isSigned, numel } from "./metadata.ts";
export {
  matrixT as adjoint,
  movedim,
  movedim as moveaxis,
  permute,
  t,
  transpose,
  transpose as swapaxes,
  transpose as swapdims,
} from "./permute.ts";
export { type RepeatInterleaveOptions, repeatInterleave, repeatInterleaveSync } from "./repeat-interleave.ts";
export { flatten, ravel, reshape, squeeze, unflatten, unsqueeze } from "./reshape.ts";
export { narrow, narrowCopy, select } from "./slice.ts";
export {
  chunk,
  chunk as unsafeChunk,
  dsplit,
  hsplit,
  split,
  split as unsafeSplit,
  splitWithSizes,
  splitWithSizes as unsafeSplitWithSizes,
  tensorSplit,
  unbind,
  vsplit,
} from "./split.ts";
export { asStrided, asStridedScatter } from "./strided.ts";
export { diag, diagEmbed, diagflat, diagonal, trace, tril, triu } from "./triangle.ts";

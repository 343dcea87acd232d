import type { indexing } from "../indexing.ts";
import type { shape } from "../shape.ts";
import { as, type Description, flat, given, integers, intResult, mask, on, real, smooth, takes } from "./sample.ts";

const matrix = takes("input", smooth(on([real(2, 3)])));
const vector = takes("input", smooth(on([real(3)]), on([real()])));
const convert = takes(
  "input",
  flat("its results are integers or of fewer digits than differences need", on([real(2, 3)])),
);
const query = takes("input", flat("it gives no tensor", on([real(2, 3)])));
const layout = { ...flat("it asks for the layout", on([real(2, 3)])), ofStorage: "it asks for the layout" };
const inPlace = takes(
  "input",
  flat("it changes its operand, and stands for the function without underscore", on([real(2, 3)])),
);
const list = (...shapes: number[][]) =>
  as(
    shapes.map((s) => real(...s)),
    (...tensors) => [tensors],
  );

export const shapeSamples: Readonly<Record<keyof typeof shape, Description>> = {
  asStrided_: takes("input size stride storage_offset", {
    ...inPlace,
    samples: [on([real(2, 3)], [2, 2], [1, 2])],
    ofStorage: "it shows the storage",
  }),
  isComplex: takes("input", query),
  isInference: takes("input", query),
  resize_: takes("input size...", {
    ...inPlace,
    samples: [on([real(2, 3)], [2, 2])],
    ofStorage: "it shows the storage",
  }),
  resizeAs_: takes("input the_template/other", {
    ...inPlace,
    samples: [on([real(2, 3), real(1, 3)])],
    ofStorage: "it shows the storage",
  }),
  set_: takes("input source/storage -storage_offset/offset -size -stride", {
    ...inPlace,
    samples: [on([real(2, 3), real(3)])],
  }),
  type: takes(
    "input dtype -non_blocking=False",
    flat("it gives no tensor", on([real(2, 3)]), on([real(2, 3)], "torch.IntTensor")),
  ),
  unsafeChunk: takes("input chunks dim", smooth(on([real(2, 3)], 2, 1))),
  unsafeSplit: takes("input split_size dim", smooth(on([real(3, 2)], 2))),
  unsafeSplitWithSizes: takes("input split_sizes dim", smooth(on([real(3, 2)], [1, 2]))),
  conj: takes("input", vector),
  conjPhysical: takes("input", vector),
  real: takes("input", vector),
  resolveConj: takes("input", vector),
  resolveNeg: takes("input", vector),
  adjoint: takes("input", smooth(on([real(2, 3, 2)]))),
  asStrided: takes("input size stride storage_offset", {
    samples: [on([real(6)], [2, 2], [3, 1], 1)],
    ofStorage: "it reads the storage that a view shows",
  }),
  asStridedScatter: takes("input src size stride storage_offset", smooth(on([real(6), real(2, 2)], [2, 2], [3, 1], 1))),
  atleast1d: takes("*tensors", vector),
  atleast2d: takes("*tensors", vector),
  atleast3d: takes("*tensors", vector),
  blockDiag: takes("*tensors", smooth(on([real(2, 3), real(3), real(1, 1)]))),
  bool: convert,
  broadcastShapes: takes(
    "*shapes",
    flat(
      "it takes shapes",
      as([], () => [[2, 1], [3]]),
    ),
  ),
  broadcastTensors: takes("*tensors", smooth(on([real(2, 1), real(3)]))),
  broadcastTo: takes("input size...", smooth(on([real(2, 1)], [2, 3]))),
  byte: convert,
  cartesianProd: takes("*tensors", smooth(on([real(2), real(3)]))),
  cat: takes("tensors dim", smooth(list([2, 3], [1, 3]))),
  char: convert,
  chunk: takes("input chunks dim", smooth(on([real(2, 3)], 2, 1))),
  clone: takes("input | -memory_format", matrix),
  columnStack: takes("tensors", smooth(list([2, 3], [2]))),
  combinations: takes("input r with_replacement?", smooth(on([real(3)]))),
  concat: takes("tensors dim", smooth(list([2, 3], [1, 3]))),
  concatenate: takes("tensors dim", smooth(list([2, 3], [1, 3]))),
  contiguous: takes("input -memory_format", matrix),
  copy: takes("input src/other -non_blocking=False", smooth(on([real(2, 3), real(3)]))),
  detach: takes("input", flat("it cuts the history", on([real(2, 3)]))),
  detach_: inPlace,
  diag: takes("input diagonal", smooth(on([real(3)]), on([real(2, 3)], 1))),
  diagEmbed: takes("input offset dim1 dim2", smooth(on([real(2, 3)], 1))),
  diagflat: takes("input offset", matrix),
  diagonal: takes("input offset dim1 dim2", smooth(on([real(2, 3)], 1))),
  dim: query,
  double: matrix,
  dsplit: takes("input indices_or_sections/indices/sections...", smooth(on([real(1, 2, 4)], 2))),
  dstack: takes("tensors", smooth(list([2, 3], [2, 3]))),
  elementSize: query,
  expand: takes("input size... | -implicit=False", smooth(on([real(2, 1)], [2, 3]))),
  expandAs: takes("input other", smooth(on([real(2, 1), real(2, 3)]))),
  fillDiagonal: takes("input fill_value# wrap?", smooth(on([real(2, 3)], 5), on([real(3, 3, 3)], 5))),
  flatten: takes("input start_dim end_dim", smooth(on([real(2, 3, 2)], 1))),
  flip: takes("input dims...", smooth(on([real(2, 3)], [0, 1]))),
  fliplr: matrix,
  flipud: matrix,
  float: convert,
  half: convert,
  hsplit: takes("input indices_or_sections/indices/sections...", smooth(on([real(2, 4)], 2))),
  hstack: takes("tensors", smooth(list([2, 3], [2, 1]))),
  int: convert,
  isContiguous: takes("input -memory_format", layout),
  isFloatingPoint: query,
  isSameSize: takes("input other", flat("it gives no tensor", on([real(2, 3), real(2, 3)]))),
  isSigned: query,
  long: convert,
  meshgrid: takes("*tensors | indexing", smooth(as([real(2), real(3)], (a, b) => [[a, b], { indexing: "ij" }]))),
  moveaxis: takes("input source destination", smooth(on([real(2, 3, 1)], 0, 2))),
  movedim: takes("input source destination", smooth(on([real(2, 3, 1)], 0, 2))),
  narrow: takes("input dim start length", smooth(on([real(2, 3)], 1, 1, 2))),
  narrowCopy: takes("input dim start length", smooth(on([real(2, 3)], 1, 1, 2))),
  ndimension: query,
  nelement: query,
  numel: query,
  permute: takes("input dims...", smooth(on([real(2, 3, 1)], [2, 0, 1]))),
  ravel: matrix,
  repeat: takes("input repeats...", smooth(on([real(2, 3)], 2, 1))),
  repeatInterleave: takes(
    ["input/repeats * -output_size", "input repeats dim | output_size"],
    flat("it gives a promise; repeatInterleaveSync is tried", on([real(2, 3)], 2, 1)),
  ),
  repeatInterleaveSync: takes(
    ["input/repeats * -output_size", "input repeats dim | output_size"],
    smooth(on([real(2, 3)], 2, 1)),
  ),
  reshape: takes("input shape...", smooth(on([real(2, 3)], [3, 2]))),
  reshapeAs: takes("input other", smooth(on([real(2, 3), real(3, 2)]))),
  roll: takes("input shifts dims", smooth(on([real(2, 3)], 1, 1))),
  rot90: takes("input k dims", matrix),
  rowStack: takes("tensors", smooth(list([2, 3], [3]))),
  select: takes("input dim index", smooth(on([real(2, 3)], 1, 2))),
  short: convert,
  size: takes("input dim", query),
  split: takes("input/tensor split_size_or_sections/split_size dim", smooth(on([real(2, 3)], [1, 2], 1))),
  splitWithSizes: takes("input split_sizes dim", smooth(on([real(2, 3)], [1, 2], 1))),
  squeeze: takes("input dim", smooth(on([real(2, 1, 3)], 1))),
  squeeze_: takes("input dim", { ...inPlace, samples: [on([real(1, 3)], 0)] }),
  stack: takes("tensors dim", smooth(list([2, 3], [2, 3]))),
  storageOffset: takes("input", layout),
  stride: takes("input dim", layout),
  swapaxes: takes("input axis0/dim0 axis1/dim1", smooth(on([real(2, 3)], 0, 1))),
  swapdims: takes("input dim0 dim1", smooth(on([real(2, 3)], 0, 1))),
  swapaxes_: takes("input axis0 axis1", { ...inPlace, samples: [on([real(2, 3)], 0, 1)] }),
  swapdims_: takes("input dim0 dim1", { ...inPlace, samples: [on([real(2, 3)], 0, 1)] }),
  t: matrix,
  t_: inPlace,
  tensorSplit: takes(
    "input indices_or_sections/indices/sections/tensor_indices_or_sections dim",
    smooth(on([real(2, 3)], [1], 1)),
  ),
  tile: takes("input dims...", smooth(on([real(2, 3)], [2, 1]))),
  trace: matrix,
  transpose: takes("input dim0 dim1", smooth(on([real(2, 3)], 0, 1))),
  transpose_: takes("input dim0 dim1", { ...inPlace, samples: [on([real(2, 3)], 0, 1)] }),
  tril: takes("input diagonal", matrix),
  triu: takes("input diagonal", smooth(on([real(2, 3)], 1))),
  typeAs: takes("input other", smooth(on([real(2, 3), real(1)]))),
  unbind: takes("input dim", smooth(on([real(2, 3)], 1))),
  unflatten: takes("input dim sizes", smooth(on([real(2, 6)], 1, [2, 3]))),
  unfold: takes("input dimension size step", smooth(on([real(2, 5)], 1, 3, 2))),
  unsqueeze: takes("input dim", smooth(on([real(2, 3)], 1))),
  unsqueeze_: takes("input dim", { ...inPlace, samples: [on([real(2, 3)], 1)] }),
  view: takes("input size/dtype...", {
    samples: [on([real(2, 3)], [3, 2])],
    ofStorage: "what cannot be shown without a copy is refused",
  }),
  viewAs: takes("input other", {
    samples: [on([real(2, 3), real(3, 2)])],
    ofStorage: "what cannot be shown without a copy is refused",
  }),
  vsplit: takes("input indices_or_sections/indices/sections...", smooth(on([real(4, 2)], 2))),
  vstack: takes("tensors", smooth(list([2, 3], [1, 3]))),
};

const places = given([0, 2, 1, 1, 0, 0], [2, 3], "int64");
const rows = given([1, 0], [2], "int64");

export const indexingSamples: Readonly<Record<keyof typeof indexing, Description>> = {
  unravelIndex: takes("indices shape", flat(intResult, on([integers(6, 2, 3)], [2, 3]))),
  diagonalScatter: takes("input src offset dim1 dim2", smooth(on([real(3, 3), real(3)]))),
  gather: takes("input dim index -sparse_grad=False", smooth(as([real(2, 3), places], (x, at) => [x, 1, at]))),
  index: takes("input *items", flat("with a mask it gives a promise; indexSync is tried", on([real(2, 3)], 0))),
  indexAdd: takes(
    "input dim index source | alpha#",
    smooth(as([real(2, 3), rows, real(2, 3)], (x, at, y) => [x, 0, at, y])),
  ),
  indexCopy: takes("input dim index source", smooth(as([real(2, 3), rows, real(2, 3)], (x, at, y) => [x, 0, at, y]))),
  indexFill: takes("input dim index value#", smooth(as([real(2, 3), rows], (x, at) => [x, 0, at, 7]))),
  indexPut: takes(
    "input indices values accumulate?",
    smooth(as([real(2, 3), rows, real(2, 3)], (x, at, y) => [x, [at], y])),
  ),
  indexPut_: takes(
    "input indices values accumulate?",
    flat(
      "it changes its operand; indexPut is tried",
      as([real(2, 3), rows, real(2, 3)], (x, at, y) => [x, [at], y]),
    ),
  ),
  indexReduce: takes(
    "input dim index source reduce | include_self?",
    smooth(
      ...["prod", "mean", "amax", "amin"].map((reduce) =>
        as([real(2, 3), rows, real(2, 3)], (x, at, y) => [x, 0, at, y, reduce]),
      ),
    ),
  ),
  indexSelect: takes("input dim index", smooth(as([real(2, 3), rows], (x, at) => [x, 0, at]))),
  indexSync: takes("input *items", smooth(on([real(2, 3), rows]), on([real(2, 3), mask(2, 3)]))),
  maskedFill: takes("input mask value#", smooth(on([real(2, 3), mask(2, 3)], 7))),
  maskedScatter: takes("input mask source", smooth(on([real(2, 3), mask(2, 3), real(6)]))),
  maskedSelect: takes(
    "input mask",
    flat("it gives a promise; maskedSelectSync is tried", on([real(2, 3), mask(2, 3)])),
  ),
  maskedSelectSync: takes("input mask", smooth(on([real(2, 3), mask(2, 3)]))),
  put: takes("input index source accumulate?", smooth(on([real(2, 3), given([5, 0], [2], "int64"), real(2)]))),
  scatter: takes(
    "input dim index src/value# | reduce",
    smooth(as([real(2, 3), given([1, 0], [2, 1], "int64"), real(2, 1)], (x, at, y) => [x, 1, at, y])),
  ),
  scatterAdd: takes("input dim index src", smooth(as([real(2, 3), places, real(2, 3)], (x, at, y) => [x, 1, at, y]))),
  scatterReduce: takes(
    "input dim index src reduce | include_self?",
    smooth(
      ...["sum", "prod", "mean", "amax", "amin"].map((reduce) =>
        as([real(2, 3), places, real(2, 3)], (x, at, y) => [x, 1, at, y, reduce]),
      ),
    ),
  ),
  selectScatter: takes("input src dim index", smooth(on([real(2, 3), real(3)], 0, 1))),
  sliceScatter: takes("input src dim start end step", smooth(on([real(2, 3), real(2, 2)], 1, 1, 3))),
  take: takes("input index", smooth(on([real(2, 3), places]))),
  takeAlongDim: takes("input indices dim", smooth(on([real(2, 3), places], 1))),
};

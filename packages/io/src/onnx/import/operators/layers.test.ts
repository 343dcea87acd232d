import { mixed } from "../../testing/model.ts";
import { expectOperators } from "../../testing/operator-samples.ts";
import { layers } from "./layers.ts";

const x = mixed([2, 3]);
const image = mixed([2, 4, 5, 6]);
const windows = { kernel_shape: [2, 3], strides: [2, 1] };

expectOperators(layers, {
  Gemm: [
    { in: [x, mixed([3, 4]), mixed([4])] },
    {
      in: [mixed([3, 2]), mixed([4, 3]), mixed([2, 1])],
      attributes: { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
    },
    { in: [x, mixed([4, 3]), mixed([4])], attributes: { transB: 1 } },
  ],
  MatMul: [
    { in: [x, mixed([3, 2])] },
    { in: [mixed([2, 1, 3, 4]), mixed([5, 4, 2])] },
    { in: [mixed([3]), mixed([3])] },
  ],
  Einsum: [{ in: [mixed([2, 3, 4]), mixed([2, 4, 5])], attributes: { equation: "bij,bjk->bik" } }],
  Conv: [
    { in: [image, mixed([3, 4, 2, 3]), mixed([3])], attributes: { ...windows, pads: [0, 1, 2, 0] } },
    { in: [image, mixed([4, 2, 2, 2])], attributes: { group: 2, dilations: [1, 3] } },
    { in: [image, mixed([1, 4, 2, 4])], attributes: { auto_pad: "SAME_UPPER", strides: [2, 1] } },
    { in: [image, mixed([1, 4, 2, 4])], attributes: { auto_pad: "SAME_LOWER" } },
    { in: [mixed([1, 2, 7]), mixed([3, 2, 3])], attributes: { auto_pad: "VALID", strides: [2] } },
  ],
  ConvTranspose: [
    { in: [mixed([1, 2, 3, 3]), mixed([2, 3, 2, 3])], attributes: { strides: [2, 2], pads: [0, 2, 1, 1] } },
    {
      in: [mixed([1, 2, 3, 3]), mixed([2, 3, 2, 3]), mixed([3])],
      attributes: { strides: [2, 2], pads: [0, 1, 0, 1], output_padding: [1, 0] },
    },
  ],
  MaxPool: [
    { in: [image], attributes: { ...windows, pads: [1, 1, 0, 1] } },
    { in: [image], attributes: { ...windows, ceil_mode: 1 } },
  ],
  AveragePool: [
    { in: [image], attributes: { ...windows, pads: [1, 1, 1, 1], count_include_pad: 1 } },
    { in: [image], attributes: { ...windows, pads: [1, 1, 1, 1] } },
    { in: [image], attributes: { ...windows, pads: [0, 1, 1, 2] } },
  ],
  GlobalAveragePool: [{ in: [image] }],
  GlobalMaxPool: [{ in: [image] }],
  BatchNormalization: [
    {
      in: [image],
      constants: [mixed([4]), mixed([4]), mixed([4]), mixed([4], 0.5, 1)],
      attributes: { epsilon: { float: 1e-3 } },
    },
  ],
  LayerNormalization: [
    { in: [mixed([2, 3, 4])], constants: [mixed([4]), mixed([4])] },
    { in: [mixed([2, 3, 4])], constants: [mixed([3, 4])], attributes: { axis: 1 } },
  ],
  InstanceNormalization: [{ in: [image], constants: [mixed([4]), mixed([4])] }],
  GroupNormalization: [{ in: [image], constants: [mixed([4]), mixed([4])], attributes: { num_groups: 2 }, opset: 21 }],
  LRN: [{ in: [image], attributes: { size: 3, alpha: { float: 0.1 } } }],
  LpPool: [
    { in: [image], attributes: { ...windows, pads: [1, 1, 1, 1] } },
    { in: [image], attributes: { ...windows, pads: [0, 1, 1, 0], p: 3 } },
  ],
  GlobalLpPool: [{ in: [image] }, { in: [image], attributes: { p: 3 } }],
  GridSample: [
    { in: [image, mixed([2, 3, 2, 2], 1.2)] },
    {
      in: [image, mixed([2, 3, 2, 2], 1.2)],
      attributes: { mode: "nearest", padding_mode: "border", align_corners: 1 },
    },
    { in: [image, mixed([2, 3, 2, 2], 1.2)], attributes: { mode: "cubic", padding_mode: "reflection" }, opset: 20 },
  ],
  MeanVarianceNormalization: [{ in: [image] }, { in: [image], attributes: { axes: [1, -1] } }],
  RMSNormalization: [
    { in: [image], constants: [mixed([6])], opset: 23 },
    { in: [image], constants: [mixed([5, 6])], attributes: { axis: -2, epsilon: { float: 0.1 } }, opset: 23 },
  ],
  Softmax: [{ in: [mixed([2, 3, 4])] }, { in: [mixed([2, 3, 4])], opset: 11 }],
  LogSoftmax: [{ in: [mixed([2, 3, 4])], attributes: { axis: 1 } }],
  LpNormalization: [{ in: [x], attributes: { axis: 1 } }],
});

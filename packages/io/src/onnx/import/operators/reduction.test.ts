import { floats, integers, mixed } from "../../testing/model.ts";
import { expectOperators, type Sample } from "../../testing/operator-samples.ts";
import { reduction } from "./reduction.ts";

const x = mixed([2, 3]);
const reduced = (older = false): Sample[] => [
  { in: [mixed([2, 3, 4], 0.5, 1)] },
  { in: [mixed([2, 3, 4], 0.5, 1)], attributes: { axes: [1, -1], keepdims: 0 }, opset: older ? 12 : 17 },
];
const inAxes: Sample = {
  in: [mixed([2, 3, 4], 0.5, 1)],
  constants: [integers([2], 0, 2)],
  attributes: { keepdims: 0 },
};

expectOperators(reduction, {
  ReduceSum: [
    ...reduced(true),
    inAxes,
    { in: [x], constants: [integers([0])], attributes: { noop_with_empty_axes: 1 } },
  ],
  ReduceMean: [...reduced(), inAxes],
  ReduceMax: [...reduced(), inAxes],
  ReduceMin: reduced(),
  ReduceProd: [...reduced(), inAxes],
  ReduceL1: reduced(),
  ReduceL2: reduced(),
  ReduceSumSquare: reduced(),
  ReduceLogSum: reduced(),
  ReduceLogSumExp: reduced(),
  ArgMax: [
    { in: [floats([2, 3], 1, 3, 3, 2, 2, 1)], attributes: { axis: 1 } },
    { in: [floats([2, 3], 1, 3, 3, 2, 2, 1)], attributes: { axis: -1, keepdims: 0, select_last_index: 1 } },
  ],
  ArgMin: [{ in: [x], attributes: { axis: 0, keepdims: 0 } }],
  CumSum: [
    { in: [x], constants: [integers([], 1)] },
    { in: [x], constants: [integers([], 0)], attributes: { reverse: 1, exclusive: 1 } },
  ],
  TopK: [
    { in: [mixed([2, 5])], constants: [integers([1], 2)], outputs: 2 },
    { in: [mixed([5, 2])], constants: [integers([1], 3)], attributes: { axis: 0, largest: 0 }, outputs: 2 },
  ],
  Size: [{ in: [x] }],
});

import { floats, integers, mixed } from "../../testing/model.ts";
import { expectOperators } from "../../testing/operator-samples.ts";
import { indexing } from "./indexing.ts";

const x = mixed([2, 3]);

expectOperators(indexing, {
  Gather: [
    { in: [x, integers([2, 2], 0, 1, -1, 0)] },
    { in: [x], constants: [integers([], 2)], attributes: { axis: 1 } },
  ],
  GatherElements: [{ in: [x, integers([2, 2], 0, 2, -1, 1)], attributes: { axis: 1 } }],
  GatherND: [{ in: [x, integers([2, 2], 0, 2, 1, -1)] }, { in: [x, integers([2, 1], 1, 0)] }],
  ScatterElements: [
    { in: [mixed([3, 3]), integers([1, 3], 2, 0, -2), mixed([1, 3])] },
    {
      in: [mixed([3, 3]), integers([2, 3], 2, 0, 1, 2, 0, 1), mixed([2, 3])],
      attributes: { axis: 0, reduction: "add" },
    },
    {
      in: [mixed([3, 3]), integers([2, 3], 2, 0, 1, 2, 0, 1), mixed([2, 3])],
      attributes: { axis: 1, reduction: "max" },
    },
  ],
  Scatter: [{ in: [mixed([3, 3]), integers([1, 3], 2, 0, 1), mixed([1, 3])], opset: 10 }],
  ScatterND: [
    { in: [mixed([3, 2]), integers([2, 1], 2, 0), mixed([2, 2])] },
    { in: [mixed([3, 2]), integers([2, 2], 2, 0, 0, 1), mixed([2])], attributes: { reduction: "add" } },
  ],
  Hardmax: [{ in: [mixed([2, 3, 4])] }, { in: [mixed([2, 3, 4])], attributes: { axis: 1 } }],
  ReverseSequence: [
    { in: [mixed([4, 3, 2]), integers([3], 2, 4, 1)] },
    { in: [mixed([3, 4]), integers([3], 2, 4, 1)], attributes: { batch_axis: 0, time_axis: 1 } },
  ],
  OneHot: [
    { in: [integers([2, 2], 0, 2, -1, 1)], constants: [integers([], 3), floats([2], 0.1, 0.9)] },
    { in: [integers([3], 0, 2, 1)], constants: [integers([], 3), floats([2], 0, 1)], attributes: { axis: 0 } },
  ],
});

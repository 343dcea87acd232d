import { floats, integers, mixed } from "../../testing/model.ts";
import { expectOperators } from "../../testing/operator-samples.ts";
import { movement } from "./movement.ts";

const x = mixed([2, 3]);
const image = mixed([2, 4, 5, 6]);

expectOperators(movement, {
  Shape: [{ in: [image] }, { in: [image], attributes: { start: 1, end: -1 } }],
  Reshape: [
    { in: [mixed([2, 6])], constants: [integers([3], 0, -1, 2)] },
    { in: [mixed([2, 6])], constants: [integers([1], 12)] },
  ],
  Flatten: [{ in: [image] }, { in: [image], attributes: { axis: -1 } }, { in: [image], attributes: { axis: 0 } }],
  Transpose: [{ in: [mixed([2, 3, 4])] }, { in: [mixed([2, 3, 4])], attributes: { perm: [1, 0, 2] } }],
  Squeeze: [{ in: [mixed([1, 3, 1])] }, { in: [mixed([1, 3, 1])], constants: [integers([1], -1)] }],
  Unsqueeze: [
    { in: [x], constants: [integers([2], 0, -1)] },
    { in: [x], attributes: { axes: [1] }, opset: 11 },
  ],
  Expand: [{ in: [mixed([3, 1])], constants: [integers([3], 2, 1, 4)] }],
  Tile: [{ in: [x], constants: [integers([2], 2, 3)] }],
  Concat: [{ in: [x, mixed([2, 1]), x], attributes: { axis: -1 } }],
  Split: [
    { in: [mixed([4, 3])], attributes: { num_outputs: 2 }, outputs: 2 },
    { in: [mixed([5, 3])], constants: [integers([2], 1, 4)], outputs: 2 },
    { in: [mixed([3, 4])], attributes: { axis: 1, split: [3, 1] }, outputs: 2, opset: 11 },
  ],
  Slice: [
    { in: [image], constants: [integers([2], 1, -2), integers([2], 4, 100), integers([2], 2, 3)] },
    { in: [mixed([7])], constants: [integers([1], -1), integers([1], -100), integers([1], 0), integers([1], -2)] },
    { in: [mixed([7])], constants: [integers([1], 5), integers([1], 1), integers([1], 0), integers([1], -1)] },
    { in: [mixed([7, 2])], constants: [integers([1], 1), integers([1], 6), integers([1], 0), integers([1], 3)] },
    { in: [mixed([7])], constants: [integers([1], 3), integers([1], 3)] },
    { in: [mixed([7])], attributes: { starts: [1], ends: [-1] }, opset: 9 },
  ],
  Pad: [
    { in: [x], constants: [integers([4], 1, 0, 0, 2), floats([], 1.5)] },
    { in: [image], constants: [integers([8], 0, 0, 1, 2, 0, 0, 2, 1)], attributes: { mode: "reflect" } },
    { in: [image], constants: [integers([8], 0, 0, 1, 2, 0, 0, 2, 1)], attributes: { mode: "edge" } },
    { in: [image], constants: [integers([4], 1, 2, 2, 0), floats([], 0), integers([2], 3, 1)] },
  ],
  Constant: [],
  ConstantOfShape: [{ in: [], constants: [integers([2], 2, 3)] }],
  Range: [{ in: [], constants: [floats([], 0), floats([], 1), floats([], 0.25)] }],
  Trilu: [{ in: [mixed([3, 4])] }, { in: [mixed([2, 3, 4])], constants: [integers([], -1)], attributes: { upper: 0 } }],
  EyeLike: [{ in: [mixed([3, 4])] }, { in: [mixed([3, 4])], attributes: { k: -1, dtype: 11 } }],
  DepthToSpace: [
    { in: [mixed([1, 8, 2, 3])], attributes: { blocksize: 2 } },
    { in: [mixed([1, 8, 2, 3])], attributes: { blocksize: 2, mode: "CRD" } },
  ],
  SpaceToDepth: [{ in: [mixed([1, 2, 4, 6])], attributes: { blocksize: 2 } }],
});

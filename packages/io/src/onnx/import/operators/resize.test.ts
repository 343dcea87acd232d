import { floats, integers, mixed } from "../../testing/model.ts";
import { expectOperators } from "../../testing/operator-samples.ts";
import { resizing } from "./resize.ts";

const image = mixed([2, 4, 5, 6]);

expectOperators(resizing, {
  Resize: [
    { in: [image], constants: [null, null, integers([4], 2, 4, 7, 9)], attributes: { mode: "linear" } },
    { in: [image], constants: [null, floats([4], 1, 1, 2, 3)] },
    {
      in: [image],
      constants: [null, null, integers([4], 2, 4, 3, 9)],
      attributes: { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
    },
    {
      in: [image],
      constants: [null, null, integers([4], 2, 4, 7, 9)],
      attributes: { mode: "cubic", coordinate_transformation_mode: "align_corners" },
    },
  ],
  Upsample: [{ in: [image], constants: [floats([4], 1, 1, 2, 2)], opset: 9 }],
});

import type { Operators } from "./call.ts";
import { control } from "./control.ts";
import { elementwise } from "./operators/elementwise.ts";
import { indexing } from "./operators/indexing.ts";
import { layers } from "./operators/layers.ts";
import { losses } from "./operators/losses.ts";
import { movement } from "./operators/movement.ts";
import { quantization } from "./operators/quantization.ts";
import { random } from "./operators/random.ts";
import { recurrentLayers } from "./operators/recurrent.ts";
import { reduction } from "./operators/reduction.ts";
import { resizing } from "./operators/resize.ts";

/** All of ONNX's operators that can be imported. */
export const operators: Operators = {
  ...elementwise,
  ...reduction,
  ...movement,
  ...indexing,
  ...layers,
  ...losses,
  ...recurrentLayers,
  ...resizing,
  ...control,
  ...random,
  ...quantization,
};

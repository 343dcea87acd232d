/** ONNX: models for other engines, and from them. An entry of its own: who only reads weights loads no protocol buffers. */
export { FormatError } from "../errors.ts";
export { OnnxExportError, UnsupportedOperatorsError } from "./errors.ts";
export { type ExportOptions, exportModule as export } from "./export/module.ts";
export type { TrainingOptimizer } from "./export/optimizer-states.ts";
export type { DynamicAxes } from "./export/traces.ts";
export {
  exportTrainingStep,
  type TrainingState,
  type TrainingStep,
  type TrainingStepOptions,
} from "./export/training-step.ts";
export type { ModelInput } from "./import/graph.ts";
export { type LoadOptions, load, OnnxModule } from "./import/model.ts";
export { OnnxFile, type OnnxTensor, openModel as open } from "./import/open.ts";

export { enableGrad, inferenceMode, noGrad, setGradEnabled } from "../runtime/mode.ts";
export { detectAnomaly, setDetectAnomaly } from "./anomaly.ts";
export { backward, grad } from "./backward.ts";
export { CustomFunction as Function, FunctionContext } from "./function.ts";
export * as functional from "./functional.ts";
export { gradcheck, gradgradcheck } from "./gradcheck.ts";

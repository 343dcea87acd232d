/** For those who write operations, modules and optimizers: terms, `operation`, `call`, and the runtime's hooks. */

export { pytorchName } from "../dtype/pytorch-name.ts";
export type { Node, Value } from "../graph/node.ts";
export type { Attributes, DerivativeContext, Layout, Operation, OperationOptions } from "../graph/operation.ts";
export { operation } from "../graph/operation.ts";
export type { Primitive } from "../graph/primitive.ts";
export type { Template } from "../graph/template.ts";
export type { Term } from "../graph/term.ts";
export { add_, clampMin_, exponential_, fill_, normal_, uniform_, zero_ } from "../ops/in-place.ts";
export { drawnFrom } from "../ops/random/default-generator.ts";
export { noteUnavailable } from "../runtime/device.ts";
export { insideModule, mode, type RandomSource, type TracedLayer } from "../runtime/mode.ts";
export { isScalar, scalarKind, scalarValue, toNumber } from "../runtime/scalar.ts";
export { computeApart } from "../tensor/apart.ts";
export { describeArgument, requireTensors } from "../tensor/argument.ts";
export { call, callMany } from "../tensor/call.ts";
export { deviceBuffer, fromDeviceBuffer } from "../tensor/device-buffer.ts";
export { pythonFloat } from "../tensor/format/python-float.ts";
export { assign, inPlace } from "../tensor/inplace.ts";
export { keepReturned } from "../tensor/keep.ts";
export { type ByName, keywords } from "../tensor/keywords.ts";
export { commitStates, type StateUpdate } from "../tensor/states.ts";
export { readValue, type Traced, traced } from "../tensor/traced.ts";
export { moveTensors, registerCompanions } from "../tensor/transfer.ts";
export * as terms from "./terms.ts";

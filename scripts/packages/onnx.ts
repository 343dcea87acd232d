import { cpu } from "@cresset/backend-cpu";
import { ones, registerBackend, type Tensor } from "@cresset/core";
import * as onnx from "@cresset/io/onnx";
import { Linear } from "@cresset/nn";

await registerBackend(cpu());

const model = new Linear(2, 1);
const options: onnx.ExportOptions = { dynamicAxes: { input: { 0: "rows" } } };
const bytes: Uint8Array<ArrayBuffer> = await onnx.export(model, ones([1, 2]), undefined, options);
const imported: onnx.OnnxModule = await onnx.load(bytes);
const x = ones([3, 2]);
const y = imported(x) as Tensor;
console.log(JSON.stringify([imported.inputs[0].shape, await y.sub(model(x)).tolist()]));

const broken = await onnx.load(bytes.subarray(0, 20)).catch((error: Error) => error);
console.log(broken instanceof onnx.FormatError && broken.name);

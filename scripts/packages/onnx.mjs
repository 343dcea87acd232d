import { cpu } from "@cresset/backend-cpu";
import { ones, registerBackend } from "@cresset/core";
import * as onnx from "@cresset/io/onnx";
import { Linear } from "@cresset/nn";

await registerBackend(cpu());

const model = new Linear(2, 1);
const bytes = await onnx.export(model, ones([1, 2]), undefined, { dynamicAxes: { input: { 0: "rows" } } });
const imported = await onnx.load(bytes);
const x = ones([3, 2]);
console.log(JSON.stringify([imported.inputs[0].shape, await imported(x).sub(model(x)).tolist()]));

const broken = await onnx.load(bytes.subarray(0, 20)).catch((error) => error);
console.log(broken instanceof onnx.FormatError && broken.name);

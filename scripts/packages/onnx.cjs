const { cpu } = require("@cresset/backend-cpu");
const { ones, registerBackend } = require("@cresset/core");
const onnx = require("@cresset/io/onnx");
const { Linear } = require("@cresset/nn");

async function main() {
  await registerBackend(cpu());

  const model = new Linear(2, 1);
  const bytes = await onnx.export(model, ones([1, 2]), undefined, { dynamicAxes: { input: { 0: "rows" } } });
  const imported = await onnx.load(bytes);
  const x = ones([3, 2]);
  console.log(JSON.stringify([imported.inputs[0].shape, await imported(x).sub(model(x)).tolist()]));

  const broken = await onnx.load(bytes.subarray(0, 20)).catch((error) => error);
  console.log(broken instanceof onnx.FormatError && broken.name);
}

main();

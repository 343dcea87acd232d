const { cpu } = require("@cresset/backend-cpu");
const { registerBackend, tensor } = require("@cresset/core");
const { safetensors } = require("@cresset/io");

async function main() {
  await registerBackend(cpu());

  const bytes = await safetensors.save({ w: tensor([[1, 2]]) }, { metadata: { made: "here" } });
  const file = await safetensors.safeOpen(new Blob([bytes]));
  const w = await file.getTensor("w");
  console.log(JSON.stringify([file.metadata(), file.keys(), await w.tolist()]));

  const broken = await safetensors.loadFile(bytes.subarray(0, 20)).catch((error) => error);
  console.log(broken instanceof Error && broken.name);
}

main();

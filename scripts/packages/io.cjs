const { cpu } = require("@cresset/backend-cpu");
const { registerBackend, tensor } = require("@cresset/core");
const { load, save, safetensors } = require("@cresset/io");
const pytorch = require("@cresset/io/pytorch");

async function main() {
  await registerBackend(cpu());

  const bytes = await safetensors.save({ w: tensor([[1, 2]]) }, { metadata: { made: "here" } });
  const file = await safetensors.safeOpen(new Blob([bytes]));
  const w = await file.getTensor("w");
  console.log(JSON.stringify([file.metadata(), file.keys(), await w.tolist()]));

  const broken = await safetensors.loadFile(bytes.subarray(0, 20)).catch((error) => error);
  console.log(broken instanceof Error && broken.name);
  // Both entries are of one library.
  const checkpoint = await pytorch.load(await save({ w, epoch: 3 }));
  console.log(checkpoint.epoch, load === pytorch.load);
}

main();

import { cpu } from "@cresset/backend-cpu";
import { registerBackend, tensor } from "@cresset/core";
import { load, safetensors, save } from "@cresset/io";
import * as pytorch from "@cresset/io/pytorch";

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

import { cpu } from "@cresset/backend-cpu";
import { registerBackend, type Tensor, tensor } from "@cresset/core";
import { safetensors } from "@cresset/io";

await registerBackend(cpu());

const bytes: Uint8Array<ArrayBuffer> = await safetensors.save({ w: tensor([[1, 2]]) }, { metadata: { made: "here" } });
const file = await safetensors.safeOpen(new Blob([bytes]));
const w: Tensor = await file.getTensor("w");
console.log(JSON.stringify([file.metadata(), file.keys(), await w.tolist()]));

const broken = await safetensors.loadFile(bytes.subarray(0, 20)).catch((error: Error) => error);
console.log(broken instanceof Error && broken.name);

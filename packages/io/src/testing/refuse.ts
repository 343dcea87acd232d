/** Reads all hostile files of a size, in a process of its own whose memory is limited; prints how each was refused. */
import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core";
import { load } from "../index.ts";
import { joined } from "../joined.ts";
import { openModel } from "../onnx/import/open.ts";
import { bytesTaken } from "./count-bytes.ts";
import { hostilePickles } from "./hostile-pickles.ts";

registerBackend(cpu());

export interface Refusal {
  readonly name: string;
  /** Of the file. */
  readonly size: number;
  /** In array buffers. */
  readonly taken: number;
  readonly message: string;
}

const refusals: Refusal[] = [];
async function refuse(name: string, file: Uint8Array, read: (file: Uint8Array) => Promise<unknown>): Promise<void> {
  let message = "was read";
  const taken = await bytesTaken(async () => {
    await read(file).catch((error: unknown) => (message = String(error)));
  });
  refusals.push({ name, size: file.length, taken, message });
}
const size = Number(process.argv[2]);
for (const [name, make] of Object.entries(hostilePickles)) await refuse(name, await make(size), load);

// Empty nodes of an ONNX graph, of two bytes each, and half a field at the end.
const nodes = new Uint8Array(2 * 2 ** 20);
for (let i = 0; i < nodes.length; i += 2) nodes[i] = 0x0a;
const graph = Uint8Array.of(0x3a, 0x80, 0x80, 0x80, 0x01);
await refuse("messages of ONNX", joined([graph, nodes, Uint8Array.of(0x3a)]), openModel);
console.log(JSON.stringify(refusals));

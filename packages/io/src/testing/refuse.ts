/** Reads all hostile pickles of a size, in a process of its own whose memory is limited; prints how each was refused. */
import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core";
import { load } from "../index.ts";
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
for (const [name, make] of Object.entries(hostilePickles)) {
  const file = await make(Number(process.argv[2]));
  let message = "was read";
  const taken = await bytesTaken(async () => {
    await load(file).catch((error: unknown) => (message = String(error)));
  });
  refusals.push({ name, size: file.length, taken, message });
}
console.log(JSON.stringify(refusals));

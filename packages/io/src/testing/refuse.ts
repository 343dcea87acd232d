/** Reads all hostile files of a size, in a process of its own whose memory is limited; prints how each was refused. */
import { cpu } from "@cresset/backend-cpu";
import { registerBackend } from "@cresset/core";
import { load } from "../index.ts";
import { load as loadModel } from "../onnx/import/model.ts";
import { loadParquet } from "../parquet/index.ts";
import { bytesTaken } from "./count-bytes.ts";
import { hostileModels } from "./hostile-models.ts";
import { hostilePickles } from "./hostile-pickles.ts";
import { parquetOfColumns, parquetOfNothing, zipOfMany } from "./hostile-tables.ts";

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

for (const [name, make] of Object.entries(hostileModels)) await refuse(name, make(size / 4), loadModel);
await refuse("records of an archive", zipOfMany(size / 2), load);
await refuse("columns of Parquet", parquetOfColumns(size / 3), loadParquet);
await refuse("empty columns of Parquet", parquetOfNothing(size / 3), loadParquet);
console.log(JSON.stringify(refusals));

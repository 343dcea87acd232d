/** Headers of safetensors files, and indexes of several, that hold very many small things and are refused at their end. */
import { latin1 } from "./pickle-file.ts";

/** As many pieces as fit. */
function many(size: number, piece: (i: string) => string): string {
  const parts: string[] = [];
  for (let i = 0, length = 0; length < size; i++) {
    const part = piece(i.toString(36));
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
}

function header(json: string, dataBytes = 0): Uint8Array {
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(latin1(json), 8);
  return bytes;
}

const entry = (dtype: string, shape: string, begin: number, end: number): string =>
  `{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${begin},${end}]}`;
const entries = (size: number): string => many(size, (i) => `"${i}":${entry("F32", "0", 0, 0)},`);

export const hostileHeaders: Readonly<Record<string, (size: number) => Uint8Array>> = {
  "entries, the last of which is of no dtype": (size) => header(`{${entries(size)}"z!":${entry("F33", "0", 0, 0)}}`),
  "entries, the last of which is of a dtype that is not read": (size) => header(`{${entries(size)}"z!":${entry("U16", "1", 0, 2)}}`, 2), // biome-ignore format: one header a line
  "entries, the last of which lies elsewhere": (size) => header(`{${entries(size)}"z!":${entry("U8", "1", 1, 2)}}`, 2),
  "entries, the last of which has the name of the first": (size) => header(`{${entries(size)}"\\u0030":${entry("F32", "0", 0, 0)}}`), // biome-ignore format: one header a line
  "texts of metadata": (size) => header(`{"__metadata__":{${many(size, (i) => `"${i}":"",`)}"z!":0}}`),
  "sizes of a tensor": (size) => header(`{"a":${entry("U8", `${many(size, () => "1,")}1`, 0, 1)}}`, 1),
  "texts for sizes": (size) => header(`{"a":${entry("U8", `${many(size, (i) => `"${i}",`)}1`, 0, 1)}}`, 1),
  "a name": (size) => header(`{"${"\\n".repeat(size / 2)}":${entry("F33", "0", 0, 0)}}`),
};

export const hostileIndexes: Readonly<Record<string, (size: number) => Uint8Array>> = {
  "tensors, the last of which is in no file": (size) => latin1(`{"weight_map":{${many(size, (i) => `"${i}":"a",`)}"z!":"/"}}`), // biome-ignore format: one index a line
  "tensors in a file that is not there": (size) => latin1(`{"weight_map":{${many(size, (i) => `"${i}":"a",`)}"z!":"b"}}`), // biome-ignore format: one index a line
  "files, the first of which is not there": (size) => latin1(`{"weight_map":{${many(size, (i) => `"${i}":"${i}",`)}"z!":"b"}}`), // biome-ignore format: one index a line
  "texts that an index says besides": (size) => latin1(`{"metadata":{${many(size, (i) => `"${i}":1,`)}"z!":[]},"weight_map":{}}`), // biome-ignore format: one index a line
};

/** Files of PyTorch's that PyTorch would not write. */
import { joined } from "../joined.ts";
import { type ZipOptions, zipped } from "../zip/writer.ts";

/** Bytes from a text of Latin-1. */
export const latin1 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A zip file of a pickle and of storages by key. */
export async function pickleFile(
  pickle: string | Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
  options: ZipOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const records = [
    { name: "made/data.pkl", content: () => (typeof pickle === "string" ? latin1(pickle) : pickle) },
    ...Object.entries(storages).map(([key, bytes]) => ({ name: `made/data/${key}`, content: () => bytes })),
    { name: "made/version", content: () => latin1("3\n") },
  ];
  const parts: Uint8Array[] = [];
  for await (const part of zipped(records, options)) parts.push(part);
  return joined(parts);
}

const text = (value: string): string => `X${uint32(value.length)}${value}`;
const uint32 = (n: number): string => String.fromCharCode(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24);
const integer = (n: number): string => (n < 2 ** 31 && n >= -(2 ** 31) ? `J${uint32(n)}` : `L${n}L\n`);
const tuple = (items: readonly number[]): string => `(${items.map(integer).join("")}t`;

export interface PickledTensorOptions {
  readonly type?: string;
  readonly key?: string;
  readonly numel: number;
  readonly offset?: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly requiresGrad?: boolean;
  /** Instructions for what PyTorch 2 says besides, a dictionary. */
  readonly metadata?: string;
}

/** Instructions that leave a tensor on the stack. */
export function pickledTensor({
  type = "FloatStorage",
  key = "0",
  numel,
  offset = 0,
  size,
  stride,
  requiresGrad = false,
  metadata = "",
}: PickledTensorOptions): string {
  const id = `(${text("storage")}ctorch\n${type}\n${text(key)}${text("cpu")}${integer(numel)}tQ`;
  const flags = `${requiresGrad ? "\x88" : "\x89"}ccollections\nOrderedDict\n)R${metadata}`;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${id}${integer(offset)}${tuple(size)}${tuple(stride)}${flags}tR`;
}

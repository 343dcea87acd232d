import { type FileLike, type OpenOptions, openSource } from "./source.ts";

/** Formats that files are told by. */
export type FileFormat = "safetensors" | "safetensors index" | "pytorch" | "npy" | "npz" | "onnx";

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, i) => bytes[i] === byte);

/**
 * What a file is by how it begins; whether it is whole, who reads it finds out. null where it is none of these.
 *
 * @example
 * if ((await fileFormat(file)) === "pytorch") model.loadStateDict(await load(file));
 */
export async function fileFormat(file: FileLike, options: OpenOptions = {}): Promise<FileFormat | null> {
  const source = await openSource(file, options);
  try {
    const start = await source.read(0, Math.min(512, source.size));
    if (startsWith(start, 0x93, ...new TextEncoder().encode("NUMPY"))) return "npy";
    if (startsWith(start, 0x50, 0x4b, 3, 4)) return firstName(start).endsWith(".npy") ? "npz" : "pytorch";
    // An archive without files ends where it begins: that of no arrays.
    if (startsWith(start, 0x50, 0x4b, 5, 6)) return "npz";
    // A pickle of the number that PyTorch's old format begins with.
    if (startsWith(start, 0x80) && start[2] === 0x8a && start[3] === 0x0a) return "pytorch";
    if (start.length > 8 && start[8] === 0x7b && start.subarray(5, 8).every((byte) => byte === 0)) return "safetensors";
    if (isOnnx(start)) return "onnx";
    return /^\s*\{\s*"(?:metadata|weight_map)"/.test(String.fromCharCode(...start)) ? "safetensors index" : null;
  } finally {
    await source.close();
  }
}

/**
 * ONNX has no mark of its own. Whoever writes a model writes its fields in order: the version of the format, a small number, then
 * one of those that may follow.
 */
function isOnnx(start: Uint8Array): boolean {
  const [tag, version, next] = start;
  return tag === 0x08 && version > 0 && version < 0x40 && onnxFields.has(next);
}

/** Tags of ModelProto: producer, its version, domain, version of the model, description, graph, operators. */
const onnxFields: ReadonlySet<number> = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42]);

/** The name of an archive's first file. */
function firstName(start: Uint8Array): string {
  const length = (start[26] ?? 0) + 256 * (start[27] ?? 0);
  return String.fromCharCode(...start.subarray(30, 30 + length));
}

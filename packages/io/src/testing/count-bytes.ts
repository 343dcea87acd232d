/** Counts the bytes that a task takes for array buffers, whoever takes them. */
import zlib from "node:zlib";

type AnyConstructor = new (...args: never[]) => object;

const names = [
  "ArrayBuffer",
  "Uint8Array",
  "Int8Array",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

const unpackers = ["gunzipSync", "brotliDecompressSync", "zstdDecompressSync"] as const;

/**
 * All bytes of `ArrayBuffer`s and typed arrays that are made while the task runs, those that were let go of again included:
 * constructors are replaced by ones that count, and so is what the runtime unpacks. What JavaScript's own methods make (`slice`,
 * `encode`) is not counted; readers take their memory by constructors.
 */
export async function bytesTaken(task: () => Promise<unknown>): Promise<number> {
  const globals = globalThis as unknown as Record<string, AnyConstructor>;
  const originals = names.map((name) => [name, globals[name]] as const);
  let bytes = 0;
  for (const [name, original] of originals)
    globals[name] = new Proxy(original, {
      construct(target, args: unknown[], newTarget) {
        const made = Reflect.construct(target, args, newTarget) as ArrayBuffer | ArrayBufferView;
        // A view of a buffer takes none of its own.
        if (!(args[0] instanceof (originals[0][1] as unknown as typeof ArrayBuffer))) bytes += made.byteLength;
        return made;
      },
    });
  const own = unpackers.map((name) => [name, zlib[name]] as const);
  for (const [name, original] of own)
    if (original !== undefined)
      zlib[name] = ((packed: Uint8Array, options: object) => {
        const content = original(packed, options);
        bytes += content.length;
        return content;
      }) as never;
  try {
    await task();
  } finally {
    for (const [name, original] of originals) globals[name] = original;
    for (const [name, original] of own) zlib[name] = original as never;
  }
  return bytes;
}

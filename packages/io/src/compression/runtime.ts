/** What the runtime itself unpacks: Node, Deno, Bun. It is faster, and takes memory as there is content, not as a file says. */

export type Unpack = (packed: Uint8Array, most: number) => Uint8Array;

type Name = "gunzipSync" | "brotliDecompressSync" | "zstdDecompressSync";

interface Limits {
  readonly maxOutputLength: number;
  readonly chunkSize?: number;
}

type Zlib = { readonly [N in Name]?: (packed: Uint8Array, options: Limits) => Uint8Array };

/** Node takes no smaller ones. */
const leastChunk = 64;

/**
 * Unpacks to at most so many bytes; null where the runtime does not: in browsers, and Zstandard in Node before 22.15.
 *
 * @param inOneChunk whether memory is taken for the most at once. In chunks, they are put together at the end, which takes twice
 *   as much for a moment; but there is no byte too many in the buffer, which may then be a tensor's.
 */
export function runtimeUnpack(name: Name, inOneChunk = false): Unpack | null {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Zlib | undefined } };
  const zlib = process?.getBuiltinModule?.("node:zlib");
  if (zlib?.[name] === undefined) return null;
  return (packed, most) => {
    const limits = { maxOutputLength: Math.max(1, most) };
    // One that is filled is followed by another one.
    const chunk = inOneChunk ? { chunkSize: Math.max(leastChunk, most + 1) } : {};
    return zlib[name]?.(packed, { ...limits, ...chunk }) ?? new Uint8Array();
  };
}

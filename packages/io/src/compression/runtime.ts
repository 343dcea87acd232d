/** What the runtime itself unpacks: Node, Deno, Bun. It is faster, and takes memory as there is content, not as a file says. */

export type Unpack = (packed: Uint8Array, most: number) => Uint8Array;

type Name = "gunzipSync" | "brotliDecompressSync" | "zstdDecompressSync";

type Zlib = {
  readonly [N in Name]?: (packed: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;
};

/** Unpacks to at most so many bytes; null where the runtime does not: in browsers, and Zstandard in Node before 22.15. */
export function runtimeUnpack(name: Name): Unpack | null {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Zlib | undefined } };
  const zlib = process?.getBuiltinModule?.("node:zlib");
  if (zlib?.[name] === undefined) return null;
  return (packed, most) => zlib[name]?.(packed, { maxOutputLength: Math.max(1, most) }) ?? new Uint8Array();
}

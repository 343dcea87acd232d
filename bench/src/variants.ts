/** Options of the wasm backend by the suffix of the contender's name: `cresset-wasm+scalar`. */
export const wasmVariants: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  revectorize: { revectorize: true },
  scalar: { simd: false },
};

import type { Backend } from "@cresset/core/backend";
import { backendOf, type WasmOptions } from "./backend.ts";
import type { Parts } from "./parts.ts";

/** Options of the lean backend: those of `wasm` that do not concern what it leaves out. */
export type LeanWasmOptions = Omit<WasmOptions, "threads" | "share" | "revectorize">;

const little: Parts = { rare: {} };

/**
 * The WebAssembly backend for pages that count bytes: what networks are made of, on one thread, with the same numbers. Left
 * out are threads, sorts, scans (`cumsum`, `cumprod` …), what makes convolutions, products of few rows and maxima of rows
 * fast, `explain`, and functions other than square roots and, of float32, `exp`, `expm1`, `log`, `log1p`, `tanh` and `erf`.
 *
 * @throws BackendError as `wasm` of `@cresset/backend-wasm`; and a program that needs what is left out throws one that says so.
 * @example
 * import { wasm } from "@cresset/backend-wasm/lean";
 * await registerBackend(wasm());
 */
export const wasm = (options: LeanWasmOptions = {}): Backend => backendOf(little, options);

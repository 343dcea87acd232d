export { type WasmOptions, wasm } from "./backend.ts";

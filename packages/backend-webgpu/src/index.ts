export type { WebGpuOptions } from "./adapter.ts";
export { type WebGpuBackend, webgpu } from "./backend.ts";

export type { WebGpuOptions } from "./adapter.ts";
export { webgpu } from "./backend.ts";

import type { Exception } from "../exceptions.ts";

/** Cases that the webgpu backend is known not to pass. */
export const exceptions: readonly Exception[] = [];

import type { Exception } from "../exceptions.ts";

/** Cases that the wasm backend is known not to pass: none. */
export const exceptions: readonly Exception[] = [];

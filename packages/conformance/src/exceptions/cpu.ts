import type { Exception } from "../exceptions.ts";

/** Cases that the cpu backend is known not to pass: none. */
export const exceptions: readonly Exception[] = [];

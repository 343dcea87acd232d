/** The command `cresset`, to be called from a program. */
export { main } from "./main.ts";
export type { Output, Streams } from "./output/streams.ts";

/** `node start.mjs PROGRAM`: time from import to the first loss, as one JSON line on file descriptor 3. */
import { writeSync } from "node:fs";

const program = process.argv[2];
const start = performance.now();
const { default: losses } = (await import(program)) as { default: () => AsyncGenerator<number, never> };
const { value: loss } = await losses().next();
const seconds = (performance.now() - start) / 1000;
writeSync(3, `${JSON.stringify({ seconds, loss })}\n`);
process.exit(0);

/** A process that saves a file, and says how that went. */
import { writeAtomically } from "../target.ts";

const [, , file, parts] = process.argv;

await writeAtomically(
  file,
  (async function* () {
    for (let n = 0; n < Number(parts); n++) yield new Uint8Array(16 * 1024).fill(n + 1);
  })(),
).then(
  () => console.log("saved"),
  (error: { code?: string }) => console.log(error.code),
);

/** A process that saves a file again and again, each time with another number in all of it, until it is killed. */
import { writeAtomically } from "../target.ts";

const [, , file] = process.argv;
const part = new Uint8Array(16 * 1024);

for (let i = 1; ; i++) {
  await writeAtomically(
    file,
    (async function* () {
      for (let n = 0; n < 32; n++) yield part.fill(i % 251);
    })(),
  );
  if (i === 1) process.stdout.write("saved\n");
}

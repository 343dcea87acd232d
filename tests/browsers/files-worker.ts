/** A worker that saves a file again and again, each time with another number in all of it, until it is ended. */
import { cpu } from "@cresset/backend-cpu";
import { full, registerBackend } from "@cresset/core";
import { safetensors, writeAtomically } from "@cresset/io";

await registerBackend(cpu());
for (let i = 1; ; i++) {
  const bytes = await safetensors.save({ w: full([100_000], i, { dtype: "float32" }) });
  await writeAtomically(
    "killed.safetensors",
    (async function* () {
      for (let at = 0; at < bytes.length; at += 40_000) yield bytes.subarray(at, at + 40_000);
    })(),
  );
  if (i === 1) postMessage("saved");
}

// Runs changesets: no argument asks what changed; `version` applies the collected changes to versions and changelogs.
import { pnpm, run } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
const [program, args] = pnpm("exec", "changeset", ...process.argv.slice(2));
let status = run(program, args);
if (status === 0 && process.argv[2] === "version") {
  // The lock file names the versions that packages of the workspace ask of each other.
  const [installer, install] = pnpm("install", "--lockfile-only");
  status = run(installer, install);
}
process.exitCode = status;

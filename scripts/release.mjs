// Publishes every package whose version is not on the registry yet, after the packaging check.
import { pnpm, run } from "./lib/workspace.mjs";
import "./check-packages.mjs";

const [program, args] = pnpm("exec", "changeset", "publish", ...process.argv.slice(2));
process.exitCode = run(program, args);

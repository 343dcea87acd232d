// Builds every package whose sources changed since the last build.
import { fileURLToPath } from "node:url";
import { fail, pnpm, run } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

/** Builds the packages with turbo, which finds pnpm on the path that `pnpm exec` gives it. */
export function build(args = []) {
  const [program, start] = pnpm("exec", "turbo", "run", "build", "--output-logs=errors-only", ...args);
  const status = run(program, start, { stdio: ["ignore", 2, 2] });
  if (status !== 0) fail("The build failed.");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setUp();
  build(process.argv.slice(2));
}

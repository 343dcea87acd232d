// Trains the binary classifier with the built packages. Arguments go to the example.
import { build } from "./build.mjs";
import { runNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

setUp();
build();
process.exitCode = runNode(["examples/binary-classifier.ts", ...process.argv.slice(2)], { built: true });

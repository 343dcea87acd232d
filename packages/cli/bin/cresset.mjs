#!/usr/bin/env node
// The command in this repository: runs the sources, without a build. What is published runs dist/command.js.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { workspaceNode } from "../../../scripts/lib/workspace.mjs";

const command = fileURLToPath(new URL("../src/command.ts", import.meta.url));
const args = ["--conditions=@cresset/source", command, ...process.argv.slice(2)];
const child = spawn(workspaceNode(), args, { stdio: "inherit" });
// A terminal interrupts both; the other one ends in its own time.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (status, signal) => {
  process.exitCode = status ?? (signal === "SIGINT" ? 130 : 143);
});

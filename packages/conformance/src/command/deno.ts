import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether this process is Deno. */
export function inDeno(): boolean {
  return "Deno" in globalThis;
}

/** Runs this command with the same arguments in Deno. @throws Error if there is no Deno. */
export async function runInDeno(args: readonly string[]): Promise<number> {
  const source = import.meta.url.endsWith(".ts");
  const command = fileURLToPath(new URL(source ? "../command.ts" : "./command.js", import.meta.url));
  const flags = ["run", "--allow-all", "--unstable-webgpu", ...(source ? ["--conditions=@cresset/source"] : [])];
  const child = spawn(findDeno(), [...flags, command, ...args], { stdio: "inherit" });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("exit", (status) => done(status ?? 2));
  });
}

function findDeno(): string {
  const name = process.platform === "win32" ? "deno.exe" : "deno";
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
  const found = [process.env.DENO_PATH, ...onPath, packaged(name)].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (found === undefined)
    throw new Error("there is no Deno: set DENO_PATH, put deno on the PATH, or install the npm package deno");
  return found;
}

/** Deno as npm's package "deno" brings it. */
function packaged(name: string): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("deno/package.json");
    return [join(dirname(manifest), name), join(dirname(manifest), "..", ".bin", "deno")].find(existsSync);
  } catch {
    return undefined;
  }
}

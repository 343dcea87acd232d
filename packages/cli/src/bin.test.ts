import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the command runs from its sources, without a build", () => {
  const bin = join(import.meta.dirname, "..", "..", "..", "node_modules", ".bin", "cresset");
  const run = (...args: string[]) => spawnSync(bin, args, { encoding: "utf8", shell: process.platform === "win32" });
  const { stdout, stderr, status } = run("info", "absent.safetensors");
  expect([stdout, stderr, status]).toEqual(["", "cresset: absent.safetensors: there is no such file\n", 1]);
});

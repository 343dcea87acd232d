import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";

test("a process that is killed while it saves leaves the old file whole", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "cresset-crash-"));
  const file = join(folder, "model.safetensors");
  const program = join(import.meta.dirname, "testing", "save-forever.ts");
  let inTheMiddle = 0;
  for (let i = 0; i < 12; i++) {
    const child = spawn(process.execPath, ["--conditions=@cresset/source", program, file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    // Wherever in a save, which takes some milliseconds, that is.
    await wait(1.7 * i);
    child.kill("SIGKILL");
    await once(child, "exit");
    const left = readdirSync(folder).filter((name) => name.endsWith(".tmp"));
    if (left.length > 0) inTheMiddle++;
    for (const name of left) rmSync(join(folder, name));
    const bytes = readFileSync(file);
    expect(bytes.length).toBe(32 * 16 * 1024);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  }
  // Otherwise nothing would be shown.
  expect(inTheMiddle).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
});

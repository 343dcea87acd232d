import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Peak } from "./testing/peaks.ts";

/** Bytes that have nothing to do with a file's size: code that is optimised meanwhile, and when garbage is collected. */
const besides = 600_000;

test("a file that is refused at its end takes a few times its size until then", { timeout: 120_000 }, () => {
  const flags = ["--expose-gc", "--gc-global", "--max-semi-space-size=2", "--conditions=@cresset/source"];
  const program = join(import.meta.dirname, "testing", "peaks.ts");
  // To see figures, all files and larger ones.
  const print = process.env.CRESSET_PRINT_PEAKS !== undefined;
  const which = print ? ["1000000", "all"] : ["400000"];
  const run = spawnSync(process.execPath, [...flags, program, ...which], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  const peaks = JSON.parse(run.stdout) as Peak[];
  if (print) for (const { name, size, peak } of peaks) console.log(`${(peak / size).toFixed(1).padStart(6)} ${name}`);
  expect(peaks.length).toBeGreaterThan(10);
  for (const { name, size, times, unpacked, peak, message } of peaks) {
    expect(message, name).toMatch(/^(FormatError|UnsupportedOperatorsError): /);
    expect(peak, name).toBeLessThan(times * size + unpacked + besides);
  }
});

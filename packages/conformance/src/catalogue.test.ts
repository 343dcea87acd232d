/** Every operation on webgpu against cpu, in one dtype or form; `npm run conformance:operations` runs all of them in all. */
import { catalogueCases } from "@cresset/core/samples";
import { expect, test } from "vitest";
import { builtInBackends } from "./backends.ts";
import { runCatalogue } from "./catalogue.ts";
import { runtimeName } from "./command/node.ts";
import { startBackend } from "./start.ts";

test("operations give on webgpu what they give on cpu", { timeout: 300_000 }, async () => {
  const { webgpu } = builtInBackends;
  if (webgpu === undefined) throw new Error("webgpu is built in");
  const device = await startBackend("webgpu", webgpu, {});
  // Not the same one of neighbours: each dtype and form is tried in each family of operations.
  const cases = catalogueCases.map((all, i) => all[(5 * i) % all.length]);
  const results = await runCatalogue({
    device,
    cases,
    exceptions: webgpu.exceptions,
    implementation: runtimeName(),
  });
  expect(results.length).toBeGreaterThan(350);
  expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(results.filter(({ outcome }) => outcome === "passed").length).toBeGreaterThan(300);
});

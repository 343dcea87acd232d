import { expect, test } from "vitest";
import { builtInBackends } from "./backends.ts";
import { dataFolder, folderSource } from "./command/folder.ts";
import { type CompleteArea, completeAreas } from "./complete.ts";
import { readArea } from "./read/manifest.ts";
import { startBackend } from "./start.ts";
import { runSuite } from "./suite.ts";

const everything: readonly (CompleteArea & { readonly backend: string })[] = Object.entries(completeAreas).flatMap(
  ([backend, areas]) => areas.map((entry) => ({ backend, ...entry })),
);

test("the shipped data is whole", async () => {
  const source = await folderSource(dataFolder());
  const areas = await source.areas();
  expect(areas).toHaveLength(19);
  let cases = 0;
  for (const name of areas) cases += (await readArea(source, name)).cases.length;
  expect(cases).toBe(5187);
});

test.runIf(everything.length > 0).each(everything)(
  "$backend passes $area",
  async (entry) => {
    const { backend, area, cases } = entry;
    const underTest = builtInBackends[backend];
    if (underTest === undefined) throw new Error(`no built-in backend ${backend}`);
    await startBackend(backend, underTest, {});
    const source = await folderSource(dataFolder());
    const { results, stale } = await runSuite({ source, areas: [area], cases, exceptions: underTest.exceptions });
    expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(stale).toEqual([]);
  },
  120_000,
);

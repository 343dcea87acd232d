/** A fixed sample of the data in every configuration of wasm; `npm run conformance:all` runs everything. */
import { afterAll, expect, test } from "vitest";
import { totalText } from "./command/report.ts";
import { configurations } from "./configurations.ts";
import { type CaseResult, count } from "./result.ts";
import { runConfiguration } from "./run-configuration.ts";

/** Of each area, every how manieth case. */
const every = 12;

const all: CaseResult[] = [];

// All of the data is run on cpu by another test.
const sampled = configurations.filter(({ backend }) => backend !== "cpu");

test.each(sampled)(
  "$name",
  async (configuration) => {
    const { results } = await runConfiguration(configuration, every);
    all.push(...results);
    expect(results.length).toBeGreaterThan(400);
    expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  },
  180_000,
);

afterAll(() => console.log(`${sampled.length} configurations: ${totalText(count(all))}`));

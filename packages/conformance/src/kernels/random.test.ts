import { cpu } from "@cresset/backend-cpu";
import { dtypes } from "@cresset/core/backend";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loop, reads, store, writes } from "./build.ts";
import { at, expressionsOf, outputs } from "./random.ts";

test("random expressions do evaluate to many different values", () => {
  const seen = new Set<string>();
  for (const expression of fc.sample(expressionsOf(false).float32, { numRuns: 200, seed: 1 })) {
    const kernel = loop([...reads(...dtypes), writes("float32")], 2, 2, [store(9, at, expression)], { arguments: 1 });
    seen.add(JSON.stringify(outputs(cpu(), kernel)));
  }
  expect(seen.size).toBeGreaterThan(50);
});

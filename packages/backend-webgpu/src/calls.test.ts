/** Calls of a kernel, together in a dispatch or alone. */
import { apply, axis, load, loop, reads, runOnceAsync, store, writes } from "@cresset/conformance/kernels";
import type { Call, Program } from "@cresset/core/backend";
import { expect, test } from "vitest";
import { webgpu } from "./index.ts";
import { started } from "./testing.ts";

const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [
  store(1, axis(0), apply("neg", load("float32", 0, axis(0)))),
]);
const call = (from: number, to: number): Call => ({ buffers: [from, to], arguments: [], extents: [2], checks: [] });

/** The same kernel again and again, by so many calls at a time. */
function programOf(counts: readonly number[]): Program {
  let last = 0;
  const commands = counts.map((count) => ({
    kernel,
    calls: Array.from({ length: count }, () => call(last === 0 ? 0 : 1, ++last)),
  }));
  return {
    buffers: Array.from({ length: last + 1 }, (_, i) => ({
      dtype: "float32",
      length: 2,
      role: i === 0 ? "input" : "output",
      offset: 0,
    })),
    arenaBytes: 0,
    arguments: 0,
    checks: 0,
    commands,
    stateFrom: commands.length,
  };
}

test.each([
  ["alone", [1, 1], 2, /const record = 1u;/],
  ["together", [1, 3], 2, /for \(var call = 1u;/],
] as const)("of a kernel that is always called %s, or not always", async (_, counts, dispatches, text) => {
  const backend = await started(webgpu());
  const program = programOf(counts);
  const { arrays } = await runOnceAsync(backend, program, [Float32Array.of(1, 2)]);
  const [, first, ...others] = arrays.map((array) => [...array]);
  expect(first).toEqual([-1, -2]);
  expect(others).toEqual(Array.from({ length: counts[1] }, () => [1, 2]));
  expect(backend.info().dispatches).toBe(dispatches);
  // Once for both: what is sometimes one of several calls is written for several.
  expect(backend.info().kernels).toBe(1);
  expect(backend.explain(program)).toMatch(text);
  expect(backend.explain(program).match(/@compute/g)).toHaveLength(1);
});

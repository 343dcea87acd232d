/** The binary classifier's program on wasm in headless Chromium: in a page and in a worker, under the headers that matter. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../../packages/conformance/src/command/browser.ts";
import type { CaseResult } from "./classifier-case.ts";
import recorded from "./pytorch-losses.json" with { type: "json" };
import type { Failure } from "./report.ts";
import { type Page, servePages } from "./server.ts";
import type { UmbrellaResult } from "./umbrella-page.ts";

/** Where and under which headers the program runs. */
interface Case {
  readonly place: "page" | "worker";
  /** With COOP and COEP headers, so that memory can be shared. */
  readonly isolated: boolean;
  /** Under a policy that allows WebAssembly, and neither `eval` nor workers from `blob:` URLs. */
  readonly policy: boolean;
}

const both = [false, true];
const cases: readonly Case[] = (["page", "worker"] as const).flatMap((place) =>
  both.flatMap((isolated) => both.map((policy) => ({ place, isolated, policy }))),
);

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const policyOf = (script: string) => ({ "Content-Security-Policy": `default-src 'self'; script-src ${script}` });

const pages: readonly Page[] = [
  ...cases.map(({ place, isolated, policy }) => ({
    script: "classifier-page.ts",
    search: `?in=${place}&iterations=${recorded.losses.length}`,
    headers: { ...(isolated ? isolation : {}), ...(policy ? policyOf("'self' 'wasm-unsafe-eval'") : {}) },
  })),
  { script: "umbrella-page.ts", headers: {} },
  { script: "umbrella-page.ts", headers: policyOf("'self'") },
];

let reports: readonly unknown[] = [];

beforeAll(async () => {
  const server = await servePages(pages, ["classifier-worker.ts"]);
  try {
    const browser = await openBrowser(server.url);
    try {
      reports = await Promise.race([server.reports, browser.ended]);
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
  }
}, 120_000);

/** What a page reported. */
function reported<T>(at: number): T {
  const result = reports[at] as T | Failure;
  if (typeof result === "object" && result !== null && "error" in result) throw new Error(result.error);
  return result as T;
}

const nameOf = ({ place, isolated, policy }: Case): string =>
  `in a ${place}, ${isolated ? "isolated" : "not isolated"}, ${policy ? "under a policy" : "without a policy"}`;

/** One step of float32 is 9e-8 of such a loss. */
function expectRecorded(losses: readonly number[]): void {
  expect(losses).toHaveLength(recorded.losses.length);
  for (const [i, loss] of losses.entries()) expect(Math.abs(loss / recorded.losses[i] - 1)).toBeLessThan(1e-6);
}

/** Threads need shared memory, and workers from source text, which the policy forbids. */
function expectThreads({ isolated, policy }: Case, { info, threads }: CaseResult): void {
  if (isolated && !policy) {
    if ("refused" in threads) throw new Error(threads.refused);
    expect(threads.info).toMatchObject({ threads: 2, "why no more threads": "" });
    expectRecorded(threads.losses);
    return;
  }
  expect(info.threads).toBe(1);
  if (isolated) expect(threads).toMatchObject({ refused: expect.stringContaining("Content-Security-Policy") });
  else expect(info["why no more threads"]).toContain("cross-origin isolated");
}

describe("the classifier on wasm in Chromium", () => {
  test.each(cases.map((one, i) => ({ name: nameOf(one), one, i })))("$name", ({ one, i }) => {
    const result = reported<CaseResult>(i);
    expectRecorded(result.losses);
    expect(result.isolated).toBe(one.isolated);
    expect(result.info).toMatchObject({ simd: true, relaxedSimd: true });
    expectThreads(one, result);
  });

  afterAll(() => {
    const rows = cases.map((one, i) => `${nameOf(one)}: ${JSON.stringify(reported<CaseResult>(i).info)}`);
    console.log(rows.join("\n"));
  });
});

describe("the umbrella in Chromium", () => {
  test("is on wasm", () => {
    const { device, sum, wasm } = reported<UmbrellaResult>(cases.length);
    expect([device, sum, wasm]).toEqual(["wasm", 12, ""]);
  });

  test("is on cpu under a policy that forbids WebAssembly, and says why", () => {
    const { device, info, sum, wasm } = reported<UmbrellaResult>(cases.length + 1);
    expect([device, sum]).toEqual(["cpu", 12]);
    expect(info["why no wasm"]).toContain("must have 'wasm-unsafe-eval'");
    expect(wasm).toContain("its backend could not start here");
  });
});

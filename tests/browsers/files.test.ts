/** Files of a page, in headless Chromium. */
import { beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../../packages/conformance/src/command/browser.ts";
import type { FilesResult } from "./files-page.ts";
import type { Failure } from "./report.ts";
import { servePages } from "./server.ts";

let result: FilesResult;

beforeAll(async () => {
  const server = await servePages([{ script: "files-page.ts", headers: {} }], ["files-worker.ts"]);
  try {
    const browser = await openBrowser(server.url);
    try {
      const [reported] = (await Promise.race([server.reports, browser.ended])) as [FilesResult | Failure];
      if ("error" in reported) throw new Error(reported.error);
      result = reported;
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
  }
}, 120_000);

describe("files of a page", () => {
  test("are written to paths, handles, streams and Blobs, and read", () => {
    expect(result.read).toEqual({
      path: 1,
      handle: 2,
      stream: 3,
      blob: 4,
      "after an error": 1,
      "shards, 1": 6,
      "shards, 2": 7,
    });
    expect(result.names["one file"]).toEqual(["net.safetensors"]);
  });

  test("stay as they were where writing fails, and nothing is left behind", () => {
    expect(result.errors["writing over"]).toBe("Error: lost");
    expect(result.errors["writing anew"]).toBe("Error: lost");
    expect(result.names["after errors"]).toEqual(["by-handle.safetensors", "net.safetensors"]);
    expect(result.names.shards.filter((name) => name.startsWith("large"))).toEqual([
      "large-1-00001-of-00002.safetensors",
      "large-1-00002-of-00002.safetensors",
      "large.safetensors.index.json",
    ]);
  });

  test("have the old content until the new one is whole", () => {
    expect(result.during).toEqual([1, 1, 5]);
  });

  test("are whole after the worker that writes them was ended in the middle", () => {
    expect(result.kills).toBe(10);
  });

  test("are told apart from files of the site", () => {
    expect(result.errors["nothing there"]).toContain(
      'ValueError: there is no file "models/net.safetensors" in the origin-private file system',
    );
    expect(result.errors["nothing there"]).toContain('new URL("models/net.safetensors", document.baseURI)');
    expect(result.errors["a path outside"]).toContain('"../x.safetensors" is no path');
    expect(result.errors["a URL"]).toMatch(
      /^FormatError: http:\/\/localhost:\d+\/0\/files-page.js: not a safetensors file/,
    );
  });
});

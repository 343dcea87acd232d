import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A headless Chromium with a profile of its own. */
export interface Browser {
  /** Rejects when the browser ends by itself. */
  readonly ended: Promise<never>;
  /** Ends it and removes its profile. */
  close(): Promise<void>;
}

/** Opens a page. @throws Error if there is no Chromium. */
export async function openBrowser(url: string): Promise<Browser> {
  const program = findChromium();
  const profile = await mkdtemp(join(tmpdir(), "cresset-chromium-"));
  const browser = spawn(program, [...flags, `--user-data-dir=${profile}`, url], { stdio: "ignore" });
  const ended = whenEnded(browser);
  // Whether it ends early is only of interest to those who wait for something else.
  ended.catch(() => undefined);
  return {
    ended,
    async close() {
      browser.kill();
      await ended.catch(() => undefined);
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Without a sandbox, since containers and root have none; the pages are this repository's own. */
export const flags = [
  "--headless=new",
  "--no-sandbox",
  "--no-first-run",
  "--disable-extensions",
  "--disable-background-networking",
  "--enable-unsafe-webgpu",
];

function whenEnded(browser: ChildProcess): Promise<never> {
  return new Promise((_, fail) => {
    browser.on("exit", () => fail(new Error("Chromium ended before the page did")));
    browser.on("error", fail);
  });
}

/** Where Chromium is. @throws Error if there is none. */
export function findChromium(): string {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [process.env.CHROMIUM_PATH, ...onPath].find((path) => path !== undefined && existsSync(path));
  if (found === undefined) throw new Error("there is no Chromium: set CHROMIUM_PATH, or put chromium on the PATH");
  return found;
}

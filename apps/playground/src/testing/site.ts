/** The built site in headless Chromium. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { build, preview } from "vite";
import { findChromium, flags } from "../../../../packages/conformance/src/command/browser.ts";

const root = join(import.meta.dirname, "..", "..");
const configFile = join(root, "vite.config.ts");

export interface Site {
  /**
   * Opens the page and waits until it can train. What is printed as an error goes to `errors`.
   *
   * @param before a script that each worker runs before anything else.
   */
  open(options?: BrowserContextOptions, before?: string): Promise<{ readonly page: Page; readonly errors: string[] }>;
  /** Bytes of each file of the site that the page and its worker load at first, compressed. */
  firstLoad(): Promise<Map<string, number>>;
  close(): Promise<void>;
}

/** Builds the site into a temporary folder, serves it, starts Chromium. */
export async function openSite(): Promise<Site> {
  const outDir = await mkdtemp(join(tmpdir(), "cresset-playground-"));
  const common = { root, configFile, logLevel: "warn" } as const;
  await build({ ...common, build: { outDir, emptyOutDir: true } });
  const server = await preview({ ...common, build: { outDir }, preview: { port: 0, host: "localhost" } });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error("the site is not served");
  const browser: Browser = await chromium.launch({ executablePath: findChromium(), args: [...flags] });
  return {
    async open(options = {}, before) {
      const context = await browser.newContext({ reducedMotion: "reduce", ...options });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
      });
      page.on("pageerror", (error) => errors.push(String(error)));
      if (before !== undefined)
        await page.route("**/main-*.js", async (route) => {
          const response = await route.fetch();
          await route.fulfill({ response, body: `${before};\n${await response.text()}` });
        });
      await page.goto(url);
      await page.getByText(/^[\d,]+ parameters$/).waitFor();
      return { page, errors };
    },
    async firstLoad() {
      const entries = await readdir(outDir, { recursive: true, withFileTypes: true });
      const paths = new Map(entries.map((entry) => [entry.name, join(entry.parentPath, entry.name)]));
      const sizes = new Map<string, number>();
      const add = async (name: string): Promise<void> => {
        const path = paths.get(name);
        if (path === undefined) throw new Error(`${name} is no file of the site`);
        if (sizes.has(name)) return;
        const bytes = await readFile(path);
        sizes.set(name, gzipSync(bytes).length);
        for (const other of loadedAtOnce(name, bytes.toString())) await add(other);
      };
      await add("index.html");
      return sizes;
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

/** The files that a file of the site loads when it is loaded: tags, static imports, and the worker that the page starts. */
function loadedAtOnce(name: string, text: string): string[] {
  if (!/\.(html|js)$/.test(name)) return [];
  const references = name.endsWith(".html")
    ? [/(?:src|href)="[^"]*?([\w.-]+\.(?:js|css|svg))"/g]
    : [/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g, /new URL\(["'`]([\w.-]+\.js)["'`]/g];
  return references.flatMap((reference) => Array.from(text.matchAll(reference), ([, found]) => found));
}

/** A number of the page's "standing", by its name: NaN while it is not known. */
export async function standing(page: Page, name: string): Promise<number> {
  const fact = page.locator(".standing > div").filter({ hasText: name }).locator("dd");
  return Number.parseFloat(((await fact.textContent()) ?? "").replaceAll(",", ""));
}

/** Waits until there were so many epochs. */
export async function reach(page: Page, epoch: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if ((await standing(page, "Epoch")) >= epoch) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`the training does not come to epoch ${epoch}`);
}

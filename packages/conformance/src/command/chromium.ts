import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { builtInBackends } from "../backends.ts";
import type { CommandArguments } from "./arguments.ts";
import { dataFolder, folderSource } from "./folder.ts";
import { writeJson } from "./json-file.ts";
import { modulePath } from "./node.ts";
import { type PageRequest, servePage } from "./page-server.ts";
import { printFailure, printReport, printStart } from "./report.ts";

/**
 * Runs the suite on a page of a headless Chromium and prints the report.
 *
 * @throws Error if there is no Chromium, it ends early, or the page reports that it could not run the suite.
 */
export async function runInChromium(args: CommandArguments, print: (line: string) => void): Promise<number> {
  const program = findChromium();
  const folder = dataFolder(args.data);
  const request: PageRequest = {
    backend: args.backend,
    module: Object.hasOwn(builtInBackends, args.backend) ? undefined : modulePath(args.backend),
    options: args.options,
    available: await (await folderSource(folder)).areas(),
    areas: args.areas.length > 0 ? args.areas : undefined,
    cases: args.cases.length > 0 ? args.cases : undefined,
  };
  const server = await servePage(request, folder);
  const profile = await mkdtemp(join(tmpdir(), "cresset-chromium-"));
  const browser = spawn(program, [...flags, `--user-data-dir=${profile}`, server.url], { stdio: "ignore" });
  try {
    const answer = await Promise.race([server.answer, ended(browser)]);
    if ("error" in answer) throw new Error(answer.error);
    printStart(answer.backend, answer.implementation, print);
    for (const result of answer.results) printFailure(result, print);
    if (args.json !== undefined) await writeJson(args.json, answer.backend, answer.implementation, answer);
    return printReport(answer, print);
  } finally {
    server.close();
    browser.kill();
    await ended(browser).catch(() => undefined);
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Without a sandbox, since containers and root have none; the page is this package's own. */
const flags = [
  "--headless=new",
  "--no-sandbox",
  "--no-first-run",
  "--disable-extensions",
  "--disable-background-networking",
  "--enable-unsafe-webgpu",
];

/** Rejects when the browser ends. */
function ended(browser: ChildProcess): Promise<never> {
  return new Promise((_, fail) => {
    const report = () => fail(new Error("Chromium ended before the suite did"));
    if (browser.exitCode !== null || browser.signalCode !== null) report();
    browser.on("exit", report);
    browser.on("error", fail);
  });
}

function findChromium(): string {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [process.env.CHROMIUM_PATH, ...onPath].find((path) => path !== undefined && existsSync(path));
  if (found === undefined) throw new Error("there is no Chromium: set CHROMIUM_PATH, or put chromium on the PATH");
  return found;
}

import { builtInBackends } from "../backends.ts";
import type { CommandArguments } from "./arguments.ts";
import { openBrowser } from "./browser.ts";
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
  const folder = dataFolder(args.data);
  const request: PageRequest = {
    backend: args.backend,
    module: Object.hasOwn(builtInBackends, args.backend) ? undefined : modulePath(args.backend),
    options: args.options,
    available: await (await folderSource(folder)).areas(),
    areas: args.areas.length > 0 ? args.areas : undefined,
    cases: args.cases.length > 0 ? args.cases : undefined,
    shipped: args.data === undefined,
  };
  const server = await servePage(request, folder);
  const browser = await openBrowser(server.url).catch((error: unknown) => {
    server.close();
    throw error;
  });
  try {
    const answer = await Promise.race([server.answer, browser.ended]);
    if ("error" in answer) throw new Error(answer.error);
    printStart(answer.backend, answer.implementation, print);
    for (const result of answer.results) printFailure(result, print);
    if (args.json !== undefined) await writeJson(args.json, answer.backend, answer.implementation, answer);
    return printReport(answer, print);
  } finally {
    server.close();
    await browser.close();
  }
}

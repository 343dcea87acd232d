import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runFiles } from "../files/run.ts";
import { startBackend } from "../start.ts";
import type { CommandArguments } from "./arguments.ts";
import { writeJson } from "./json-file.ts";
import { findBackend, runtimeName } from "./node.ts";
import { printFailure, printReport, printStart } from "./report.ts";

/**
 * Reads the files of a folder and prints the report.
 *
 * @returns the exit status: 0 only if no case failed.
 */
export async function runFilesHere(
  args: CommandArguments,
  folder: string,
  print: (line: string) => void,
): Promise<number> {
  const backend = await startBackend(args.backend, await findBackend(args.backend), args.options);
  const implementation = runtimeName();
  printStart(backend, implementation, print);
  const results = await runFiles({
    read: (file) => readFile(join(folder, file)),
    cases: args.cases.length > 0 ? args.cases : undefined,
    onResult: (one) => printFailure(one, print),
  });
  const result = { results, exceptions: [], stale: [] };
  if (args.json !== undefined) await writeJson(args.json, backend, implementation, result);
  return printReport(result, print);
}

import { runCatalogue } from "../catalogue/run.ts";
import { startBackend } from "../start.ts";
import type { CommandArguments } from "./arguments.ts";
import { writeJson } from "./json-file.ts";
import { findBackend, runtimeName } from "./node.ts";
import { printFailure, printReport, printStart } from "./report.ts";

/**
 * Tries the operations of the catalogue and prints the report.
 *
 * @returns the exit status: 0 only if none failed.
 */
export async function runCatalogueHere(args: CommandArguments, print: (line: string) => void): Promise<number> {
  const underTest = await findBackend(args.backend);
  const device = await startBackend(args.backend, underTest, args.options);
  const implementation = runtimeName();
  printStart(device, implementation, print);
  const result = await runCatalogue({
    device,
    cases: args.cases.length > 0 ? args.cases : undefined,
    exceptions: underTest.exceptions,
    implementation,
    onResult: (one) => printFailure(one, print),
  });
  if (args.json !== undefined) await writeJson(args.json, device, implementation, result);
  return printReport(result, print);
}

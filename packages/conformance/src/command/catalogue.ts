import { runCatalogue } from "../catalogue/run.ts";
import type { CommandArguments } from "./arguments.ts";
import { findBackend, runReported } from "./node.ts";

/**
 * Tries the operations of the catalogue and prints the report.
 *
 * @returns the exit status: 0 only if none failed.
 */
export async function runCatalogueHere(args: CommandArguments, print: (line: string) => void): Promise<number> {
  return runReported(args, await findBackend(args.backend), print, runCatalogue);
}

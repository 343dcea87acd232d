/**
 * Every sample of every operation of core's catalogue on a backend, against cpu:
 * `npm run conformance:operations -- --backend webgpu [--runtime deno] [--case GLOB …]`. Takes some minutes.
 */
import { catalogueCases } from "@cresset/core/samples";
import { runCatalogue } from "./catalogue.ts";
import { parseArguments, UsageError } from "./command/arguments.ts";
import { inDeno, runInDeno } from "./command/deno.ts";
import { findBackend, runtimeName } from "./command/node.ts";
import { printFailure, printReport, printStart } from "./command/report.ts";
import { Exceptions } from "./exceptions.ts";
import { glob } from "./read/glob.ts";
import { startBackend } from "./start.ts";

async function main(given: readonly string[]): Promise<number> {
  const args = parseArguments(given);
  if (args.runtime === "chromium" || args.files || args.data || args.json || args.areas.length > 0)
    throw new UsageError("operations take --backend, --option, --runtime node or deno, --case");
  if (args.runtime === "deno" && !inDeno()) return await runInDeno(given, "all-operations");
  const { exceptions, ...underTest } = await findBackend(args.backend);
  const globs = args.cases.map(glob);
  const cases = catalogueCases.flat().filter(({ id }) => globs.length === 0 || globs.some((matches) => matches(id)));
  const device = await startBackend(args.backend, { exceptions, ...underTest }, args.options);
  const implementation = runtimeName();
  printStart(device, implementation, console.log);
  const onResult = (one: Parameters<typeof printFailure>[0]): void => printFailure(one, console.log);
  const results = await runCatalogue({ device, cases, exceptions, implementation, onResult });
  return printReport({ results, stale: new Exceptions(exceptions, implementation).stale(results) }, console.log);
}

// A device that is still there would keep the process.
process.exit(await main(process.argv.slice(2)));

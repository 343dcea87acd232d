import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type BackendUnderTest, backendOfModule, builtInBackends } from "../backends.ts";
import type { CaseResult } from "../result.ts";
import { startBackend } from "../start.ts";
import { runSuite, type SuiteResult } from "../suite.ts";
import type { CommandArguments } from "./arguments.ts";
import { dataFolder, folderSource } from "./folder.ts";
import { writeJson } from "./json-file.ts";
import { printFailure, printReport, printStart } from "./report.ts";

/** What runs this process: "node 26.10.0", "deno 2.9.6". */
export function runtimeName(): string {
  const { deno, node } = process.versions as Readonly<Record<string, string | undefined>>;
  return deno === undefined ? `node ${node}` : `deno ${deno}`;
}

/**
 * Runs the suite in this process and prints the report.
 *
 * @returns the exit status: 0 only if no case failed and no exception is out of date.
 */
export async function runHere(args: CommandArguments, print: (line: string) => void): Promise<number> {
  const underTest = await findBackend(args.backend);
  const source = await folderSource(dataFolder(args.data));
  const areas = args.areas.length > 0 ? args.areas : undefined;
  return runReported(args, underTest, print, (given) =>
    runSuite({ ...given, source, areas, shipped: args.data === undefined }),
  );
}

/** What every run on a backend is given: which cases, and whom to tell. */
interface Given {
  readonly device: string;
  readonly cases: readonly string[] | undefined;
  readonly exceptions: BackendUnderTest["exceptions"];
  readonly implementation: string;
  readonly onResult: (result: CaseResult) => void;
}

/** Starts a backend, runs something on it, and prints the report. @returns the exit status: 0 only if nothing failed. */
export async function runReported(
  args: CommandArguments,
  underTest: BackendUnderTest,
  print: (line: string) => void,
  run: (given: Given) => Promise<SuiteResult>,
): Promise<number> {
  const device = await startBackend(args.backend, underTest, args.options);
  const implementation = runtimeName();
  printStart(device, implementation, print);
  const result = await run({
    device,
    cases: args.cases.length > 0 ? args.cases : undefined,
    exceptions: underTest.exceptions,
    implementation,
    onResult: (one) => printFailure(one, print),
  });
  if (args.json !== undefined) await writeJson(args.json, device, implementation, result);
  return printReport(result, print);
}

/** A built-in backend, or that of a module. */
export async function findBackend(name: string): Promise<BackendUnderTest> {
  const builtIn = Object.hasOwn(builtInBackends, name) ? builtInBackends[name] : undefined;
  if (builtIn !== undefined) return builtIn;
  const path = modulePath(name);
  const exports: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
  return backendOfModule(exports, name);
}

/** The file of a third party's backend. @throws Error if there is none. */
export function modulePath(name: string): string {
  const path = resolve(name);
  if (existsSync(path)) return path;
  const known = Object.keys(builtInBackends).join(", ");
  throw new Error(`"${name}" is neither a built-in backend (${known}) nor a file`);
}

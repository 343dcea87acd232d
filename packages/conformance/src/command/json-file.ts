import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { count } from "../result.ts";
import type { SuiteResult } from "../suite.ts";

/** Writes every result, with counts, as JSON. */
export async function writeJson(
  file: string,
  backend: string,
  implementation: string,
  result: SuiteResult,
): Promise<void> {
  const { results, exceptions, stale } = result;
  const report = { backend, runtime: implementation, counts: count(results), exceptions, stale, results };
  await writeFile(resolve(file), `${JSON.stringify(report, null, 1)}\n`);
}

/** Writes docs/operations.md. Arguments: the file; for each backend the reports of `--json`, first of recorded cases, then of `--catalogue`; "-" for none. */
import { readFile, writeFile } from "node:fs/promises";
import type { CaseResult } from "../result.ts";
import { operationsPage, type Run } from "./page.ts";

interface Report {
  readonly backend: string;
  readonly runtime: string;
  readonly results: readonly CaseResult[];
}

const report = async (file: string): Promise<Report | null> =>
  file === "-" ? null : (JSON.parse(await readFile(file, "utf8")) as Report);

const [page, ...files] = process.argv.slice(2);
const runs: Run[] = [];
for (let i = 0; i + 1 < files.length; i += 2) {
  const [golden, samples] = [await report(files[i]), await report(files[i + 1])];
  const { backend, runtime } = golden ?? samples ?? { backend: "", runtime: "" };
  runs.push({ backend, runtime, golden: golden?.results ?? null, samples: samples?.results ?? null });
}
await writeFile(page, operationsPage(runs));

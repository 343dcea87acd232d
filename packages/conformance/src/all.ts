/** Runs all of the shipped data in every configuration of the built-in backends: `npm run conformance:all`. */
import { areaTable, failureText, staleText, totalText } from "./command/report.ts";
import { configurations } from "./configurations.ts";
import { count } from "./result.ts";
import { runConfiguration } from "./run-configuration.ts";
import type { SuiteResult } from "./suite.ts";

const everything: SuiteResult[] = [];
for (const configuration of configurations) {
  console.log(`${configuration.name} …`);
  const result = await runConfiguration(configuration, 1, (one) => {
    if (one.outcome === "failed") console.log(failureText(one));
  });
  for (const exception of result.stale) console.log(staleText(exception));
  console.log(`${configuration.name}: ${totalText(count(result.results))}`);
  everything.push(result);
}
const results = everything.flatMap((one) => one.results);
const counts = count(results);
console.log(`\n${areaTable(results)}\n`);
console.log(totalText(counts));
process.exitCode = counts.failed === 0 && everything.every(({ stale }) => stale.length === 0) ? 0 : 1;

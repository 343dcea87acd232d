/** `npm run bench -- [--only NAME …] [--json FILE]`: see docs/benchmarks.md. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ArgumentError, type Arguments, listing, type Names, parseArguments, usage } from "./arguments.ts";
import { allThreads, competitors, contenderNames } from "./competitors.ts";
import { Field, measure } from "./measure.ts";
import type { Outcome } from "./outcome.ts";
import type { BenchRecord } from "./records.ts";
import { goalsText, outcomeText, summary } from "./report.ts";
import { bundleSize } from "./work/bundle-size.ts";
import { coldStart } from "./work/cold-start.ts";
import { builtWork, steadyWork, workNames } from "./work/index.ts";

const names: Names = { works: workNames, contenders: contenderNames };

function readArguments(): Arguments {
  try {
    return parseArguments(process.argv.slice(2), names);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    console.error(`✗ ${error.message}`);
    process.exit(2);
  }
}

/** Builds the packages. */
function build(): boolean {
  const script = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));
  return spawnSync(process.execPath, [script], { stdio: ["ignore", 2, 2] }).status === 0;
}

async function* outcomes({ works, contenders }: Arguments): AsyncGenerator<[name: string, outcome: Outcome]> {
  const chosen = (work: string): boolean => works.length === 0 || works.includes(work);
  const wanted = (contender: string): boolean => contenders.length === 0 || contenders.includes(contender);
  const field = new Field();
  try {
    for (const work of steadyWork) {
      if (!chosen(work.name)) continue;
      const entered = (work.competitors ?? competitors)().filter(({ name }) => wanted(name));
      // Where contenders are chosen and works are not, work of others is left out.
      if (entered.length > 0 || works.length > 0) yield [work.name, await measure(work, entered, field)];
    }
    if (field.descriptions.size > 0) {
      console.log("\nContenders");
      for (const [name, description] of field.descriptions) console.log(`  ${name}: ${description}`);
    }
  } finally {
    field.stop();
  }
  if (!builtWork.some(chosen)) return;
  if (!build()) {
    const failures = ["The packages do not build."];
    for (const name of builtWork) if (chosen(name)) yield [name, { records: [], notes: [], failures }];
    return;
  }
  if (chosen("cold-start")) yield ["cold-start", await coldStart(wanted)];
  for (const what of ["classifier", "umbrella"] as const) {
    if (chosen(`bundle-${what}`)) yield [`bundle-${what}`, await bundleSize(what, wanted)];
  }
}

const args = readArguments();
if (args.help) {
  console.log(`${usage}\n\n${listing(names)}`);
  process.exit(0);
}
console.log(`${cpus()[0]?.model ?? process.arch}, ${allThreads} threads, Node ${process.versions.node}`);
const records: BenchRecord[] = [];
let failed = false;
for await (const [name, outcome] of outcomes(args)) {
  console.log(outcomeText(name, outcome));
  records.push(...outcome.records);
  failed ||= outcome.failures.length > 0;
}
console.log(summary(records));
console.log(goalsText(records));
if (args.json !== null) writeFileSync(resolve(args.json), `${JSON.stringify(records, null, 2)}\n`);
if (failed) {
  console.error("\n✗ Some results were wrong, or a contender broke: see the lines marked ✗ above.");
  process.exitCode = 1;
}

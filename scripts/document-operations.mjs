// Writes docs/operations.md from a run of the conformance suite: what is there, and what is not yet. Arguments name the backends; by default those that run everywhere.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runNode } from "./lib/workspace.mjs";
import { setUp } from "./setup.mjs";

const backends = process.argv.length > 2 ? process.argv.slice(2) : ["cpu", "wasm"];

setUp();
const work = mkdtempSync(join(tmpdir(), "cresset-operations-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));

/** For each backend: area → operation → outcomes. */
const runs = backends.map((backend) => {
  const file = join(work, `${backend}.json`);
  runNode(["packages/conformance/src/command.ts", "--backend", backend, "--json", file]);
  const areas = new Map();
  for (const { area, id, outcome } of JSON.parse(readFileSync(file, "utf8")).results) {
    const operation = id.split("/").slice(1, -1).join("/");
    const operations = areas.get(area) ?? new Map();
    areas.set(area, operations);
    const outcomes = operations.get(operation) ?? [];
    operations.set(operation, outcomes);
    outcomes.push(outcome);
  }
  return areas;
});

const passed = (outcomes) => outcomes.filter((outcome) => outcome !== "failed").length;
const cell = (outcomes) =>
  outcomes === undefined
    ? "–"
    : passed(outcomes) === outcomes.length
      ? `${outcomes.length}`
      : `**${passed(outcomes)} of ${outcomes.length}**`;

const lines = [
  "# Operations",
  "",
  "What the conformance suite checks against data recorded from real PyTorch, by area of the data. Written by",
  "`npm run document:operations` from a run of the suite; do not edit. A number is how many recorded cases of an operation pass;",
  "where some do not, the row says how many do, in bold.",
  "",
  `| area | ${backends.join(" | ")} |`,
  `|---|${backends.map(() => "---|").join("")}`,
];
for (const [area] of runs[0])
  lines.push(`| [${area}](#${area}) | ${runs.map((run) => cell([...run.get(area).values()].flat())).join(" | ")} |`);

const missing = [...runs[0]].flatMap(([area, operations]) =>
  [...operations]
    .filter(([, outcomes]) => passed(outcomes) < outcomes.length)
    .map(([operation]) => `${area}/${operation}`),
);
lines.push("", "## Not there yet", "");
lines.push(
  missing.length === 0
    ? "Nothing that the data exercises."
    : `On ${backends[0]}: ${missing.map((name) => `\`${name}\``).join(", ")}.`,
);

for (const [area, operations] of runs[0]) {
  lines.push(
    "",
    `## ${area}`,
    "",
    `| operation | ${backends.join(" | ")} |`,
    `|---|${backends.map(() => "---|").join("")}`,
  );
  for (const operation of operations.keys())
    lines.push(`| \`${operation}\` | ${runs.map((run) => cell(run.get(area)?.get(operation))).join(" | ")} |`);
}
writeFileSync(join(root, "docs", "operations.md"), `${lines.join("\n")}\n`);
console.log(`docs/operations.md: ${runs[0].size} areas, ${missing.length} operations with cases that fail`);

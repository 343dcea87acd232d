/**
 * Records what PyTorch says to the rows of docs/from-pytorch.md, and writes short results into the page.
 * node --conditions=@cresset/source tests/from-pytorch/record.ts && npm run format
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cellsOf, display, pageFile, pairs, readPage } from "./page.ts";
import { outcomesOfPython, printedByPython } from "./python.ts";

const page = readPage();
const outcomes = outcomesOfPython(page);
const rows = Object.fromEntries(page.rows.map(({ python }, i) => [python, outcomes[i]]));
const recorded = { prelude: page.prelude.python, rows };
writeFileSync(join(import.meta.dirname, "recorded.json"), `${JSON.stringify(recorded, null, 2)}\n`);

/** The results column, where a table has one and the result fits into it. */
const lines = readFileSync(pageFile, "utf8").split("\n");
for (const [i, { line }] of page.rows.entries()) {
  const cells = cellsOf(lines[line - 1]);
  if (cells === null || cells.length < 3) continue;
  const text = display(outcomes[i]);
  const shown =
    text.length <= (outcomes[i].error === undefined ? 60 : 200) && text !== ""
      ? `\`${text.replaceAll("|", "\\|")}\``
      : "";
  lines[line - 1] = `| ${[cells[0], cells[1], shown, ...cells.slice(3)].join(" | ")} |`;
}
writeFileSync(
  pageFile,
  lines.join("\n").replaceAll(pairs, (match, python: string, printed: string) => {
    const kept = match.slice(0, match.length - printed.length - "```".length);
    return `${kept}${printedByPython(python)}\`\`\``;
  }),
);

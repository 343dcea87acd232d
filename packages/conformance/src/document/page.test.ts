import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogue } from "../catalogue/catalogue.ts";
import { operationsPage } from "./page.ts";

const file = join(import.meta.dirname, "../../../../docs/operations.md");

/** What the page lists, as "section/name". */
function listed(page: string): string[] {
  let section = "";
  return page.split("\n").flatMap((line) => {
    section = /^## (.*)$/.exec(line)?.[1] ?? section;
    const name = /^\| `(\w+)` \|/.exec(line)?.[1];
    return name === undefined || section.startsWith("Recorded") ? [] : [`${section}/${name}`];
  });
}

test("docs/operations.md lists the operations of the catalogue, and no others: `npm run document:operations` writes it", () => {
  const names = catalogue.map(({ family, name }) => `${family}/${name}`);
  expect(listed(readFileSync(file, "utf8")).sort()).toEqual(names.sort());
});

test("a cell tells what passes of recorded cases and of samples", () => {
  const [passed, excepted] = ["passed", "excepted"] as const;
  const golden = [
    { area: "unary", id: "unary/exp/1", op: "torch.exp", outcome: passed, mismatches: [] },
    { area: "unary", id: "unary/exp/2", op: "torch.Tensor.exp_", outcome: excepted, mismatches: ["…"] },
    { area: "modules", id: "modules/Linear/1", outcome: passed, mismatches: [] },
  ];
  const samples = [
    { area: "unary", id: "exp 1/float32", outcome: passed, mismatches: [] },
    { area: "unary", id: "exp 2/empty", outcome: passed, mismatches: [] },
    { area: "unary", id: "exp2 1/empty", outcome: passed, mismatches: [] },
  ];
  const page = operationsPage([
    { backend: "mine", runtime: "node", golden, samples },
    { backend: "other", runtime: "deno", golden: null, samples },
  ]);
  expect(page).toContain("\n| `exp` | torch, method, `exp_` | all | 1 of 2 · 2 | not run · 2 |\n");
  expect(page).toContain("\n| `ceil` | torch, method, `ceil_` | all | – | not run · – |\n");
  expect(page).toContain("\n| unary | 1 of 2 | not run |\n");
  expect(page).toContain("\n| `Linear` | 1 | not run |\n");
  expect(page).toContain("- `nn.functional.ctcLoss`: ");
});

/** What docs/operations.md says, from results of the suite and of the catalogue. */
import type { OperationRecord } from "@cresset/core/catalogue";
import { inCamelCase, pathsOf } from "../api/operation.ts";
import { catalogue } from "../catalogue/catalogue.ts";
import { qualifiedName, tries } from "../catalogue/tries.ts";
import type { CaseResult } from "../result.ts";

/** All that was run on a backend. */
export interface Run {
  readonly backend: string;
  /** What ran it, such as "node 26.10.0". */
  readonly runtime: string;
  /** Of recorded cases; null if they were not run. */
  readonly golden: readonly CaseResult[] | null;
  /** Of the catalogue's samples; null if they were not run. */
  readonly samples: readonly CaseResult[] | null;
}

/** Areas whose cases are about more than one operation. */
const others = ["modules", "optim", "schedulers", "init", "rng", "autograd", "e2e", "repr", "promotion"];

const intro = (runs: readonly Run[]) => `# Operations

What the conformance suite checks, by operation. Written by \`npm run document:operations\` from a run; do not edit.

Run on ${runs.map(({ backend, runtime }) => `${backend} (${runtime})`).join(", ")}. A cell says how many cases recorded from real PyTorch pass, then how many samples of
the catalogue: calls in several dtypes, of nothing, of scalars, of NaN and infinities. On cpu these must give the same bits lazily and at once; on every
other backend, what they give on cpu, in float32 where there is no float64. Tests hold them against PyTorch itself where that is installed. "3 of 5" means that
two do not pass, for a reason that is listed in \`packages/conformance/src/exceptions\`; a dash, that there are none.
${runs.some(({ golden }) => golden === null) ? `\n${withoutGolden}\n` : ""}`;

const withoutGolden =
  '"Not run" stands where the recorded cases take too long for this page, as on a software GPU: `npm run conformance -- --backend webgpu` runs them.';

/** The page. */
export function operationsPage(runs: readonly Run[]): string {
  const families = [...new Set(catalogue.map(({ family }) => family))];
  return `${[
    intro(runs),
    ...recordedAreas(runs),
    ...families.flatMap((family) => familySection(family, runs)),
    ...derivativeSections(),
    ...others.flatMap((area) => areaSection(area, runs)),
  ].join("\n")}\n`;
}

const head = (first: string, runs: readonly Run[]): string[] => [
  `| ${[first, ...runs.map(({ backend }) => backend)].join(" | ")} |`,
  `|---|${"---|".repeat(runs.length)}`,
];

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function recordedAreas(runs: readonly Run[]): string[] {
  const areas = [...new Set(runs.flatMap(({ golden }) => (golden ?? []).map(({ area }) => area)))];
  return [
    "## Recorded data",
    "",
    ...head("area", runs),
    ...areas.map((area) => row([area, ...runs.map(({ golden }) => count(golden, (one) => one.area === area))])),
    "",
  ];
}

/** How many of some results pass. */
function count(results: readonly CaseResult[] | null, of: (one: CaseResult) => boolean): string {
  if (results === null) return "not run";
  const found = results.filter(of);
  const passed = found.filter(({ outcome }) => outcome === "passed").length;
  if (found.length === 0) return "–";
  return passed === found.length ? `${passed}` : `${passed} of ${found.length}`;
}

function familySection(family: string, runs: readonly Run[]): string[] {
  const records = catalogue.filter((record) => record.family === family);
  return [
    `## ${family}`,
    "",
    `| operation | as | derivatives | ${runs.map(({ backend }) => backend).join(" | ")} |`,
    `|---|---|---|${"---|".repeat(runs.length)}`,
    ...records.map((record) =>
      row([`\`${record.name}\``, placesText(record), derivatives(record), ...cells(record, runs)]),
    ),
    "",
  ];
}

const placesText = (record: OperationRecord): string =>
  record.on
    .map(
      (place) =>
        (
          ({ torch: "torch", method: "method", inplace: `\`${record.name}_\``, property: "property" }) as Readonly<
            Record<string, string>
          >
        )[place] ?? place,
    )
    .join(", ");

function derivatives({ flat, once }: OperationRecord): string {
  if (flat !== undefined) return "–";
  return once === undefined ? "all" : "first";
}

function cells(record: OperationRecord, runs: readonly Run[]): string[] {
  const paths = new Set(pathsOf(record));
  const prefixes = tries.filter((one) => one.record.fn === record.fn).map(({ name }) => `${name}/`);
  return runs.map(({ golden, samples }) => {
    const recorded = count(golden, ({ op }) => op !== undefined && paths.has(inCamelCase(op)));
    const sampled = count(samples, ({ id }) => prefixes.some((prefix) => id.startsWith(prefix)));
    return recorded === "–" && sampled === "–" ? "–" : `${recorded} · ${sampled}`;
  });
}

/** Which operations have no derivatives, and why. */
function derivativeSections(): string[] {
  const tried = new Set(tries.map(({ record }) => record));
  const byReason = (reason: (record: OperationRecord) => string | undefined): string[] => {
    const groups = new Map<string, string[]>();
    for (const record of catalogue) {
      const why = reason(record);
      if (why === undefined) continue;
      groups.set(why, [...(groups.get(why) ?? []), `\`${qualifiedName(record)}\``]);
    }
    return [...groups].map(([why, names]) => `- ${names.join(", ")}: ${why}`);
  };
  return [
    "## Without a second derivative",
    "",
    "First and second derivatives of all other operations agree with differences in float64 (`gradcheck`, `gradgradcheck`), for every sample.",
    "",
    ...byReason(({ once }) => once),
    "",
    "## Without a derivative",
    "",
    ...byReason((record) => record.flat),
    "",
    "Of some others, some calls have none:",
    "",
    ...tries
      .filter(({ record, sample }) => tried.has(record) && record.flat === undefined && sample.flat !== undefined)
      .map(({ name, sample }) => `- \`${name}\`: ${sample.flat}`),
    "",
  ];
}

/** Cases of an area by what they are about, the middle of their ids. */
function areaSection(area: string, runs: readonly Run[]): string[] {
  const subject = (id: string): string => id.split("/").slice(1, -1).join("/");
  const subjects = new Set(
    runs.flatMap(({ golden }) => (golden ?? []).filter((one) => one.area === area).map(({ id }) => subject(id))),
  );
  return [
    `## Recorded: ${area}`,
    "",
    ...head("what", runs),
    ...[...subjects].map((name) =>
      row([
        `\`${name}\``,
        ...runs.map(({ golden }) => count(golden, (one) => one.area === area && subject(one.id) === name)),
      ]),
    ),
    "",
  ];
}

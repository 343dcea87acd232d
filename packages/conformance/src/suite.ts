import { missingOperation } from "./api/library.ts";
import { describeError } from "./compare/error.ts";
import { type Exception, Exceptions, type ExceptionUse } from "./exceptions.ts";
import { kinds } from "./kinds/index.ts";
import { Bench } from "./read/bench.ts";
import { glob } from "./read/glob.ts";
import { type Area, type Case, type DataSource, maySkip, readArea } from "./read/manifest.ts";
import { propertiesOf } from "./read/properties.ts";
import type { CaseResult } from "./result.ts";

export interface SuiteOptions {
  readonly source: DataSource;
  /** Areas to run; default all that the source has. */
  readonly areas?: readonly string[];
  /** Globs over case ids; a case is run if one of them matches. Default all. */
  readonly cases?: readonly string[];
  /** Of each area, every how manieth case to run: a fixed sample. Default 1. */
  readonly every?: number;
  readonly exceptions?: readonly Exception[];
  /** Whether the source is the data that the exceptions are written for: if all of it is run, each must be needed. Default false. */
  readonly shipped?: boolean;
  /** Name of what runs the backend, for exceptions that hold only there, such as "node 26". */
  readonly implementation?: string;
  /** Called after each case. */
  readonly onResult?: (result: CaseResult) => void;
}

export interface SuiteResult {
  readonly results: readonly CaseResult[];
  /** What the exceptions did, in their order. */
  readonly exceptions: readonly ExceptionUse[];
  /** Exceptions that nothing needs: an error, they must be removed. */
  readonly stale: readonly Exception[];
}

/**
 * Runs recorded cases on the default device.
 *
 * @throws Error for an area that the source does not have, data that cannot be read, or globs that match no case.
 * @example
 * await torch.registerBackend(myBackend());
 * torch.setDefaultDevice("mine");
 * const { results } = await runSuite({ source, areas: ["unary"] });
 */
export async function runSuite(options: SuiteOptions): Promise<SuiteResult> {
  const available = await options.source.areas();
  const areas = options.areas ?? available;
  for (const area of areas) {
    if (!available.includes(area)) throw new Error(`no area "${area}" in the data; there are ${available.join(", ")}`);
  }
  const every = options.every ?? 1;
  const globs = (options.cases ?? ["*"]).map(glob);
  const exceptions = new Exceptions(options.exceptions ?? [], options.implementation ?? "");
  const results: CaseResult[] = [];
  for (const name of areas) {
    const area = await readArea(options.source, name);
    const bench = new Bench(area);
    for (const [i, one] of area.cases.entries()) {
      if (i % every !== 0) continue;
      if (!globs.some((matches) => matches(one.id))) continue;
      const mismatches = await runCase(one, bench);
      const judgement = judge(one, area, mismatches, exceptions);
      const result = {
        area: name,
        id: one.id,
        ...judgement,
        ...(one.op === undefined ? {} : { op: one.op }),
        mismatches,
      };
      results.push(result);
      options.onResult?.(result);
    }
  }
  if (results.length === 0) throw new Error(`no case matches ${(options.cases ?? ["*"]).join(", ")}`);
  const whole = options.shipped === true && every === 1 && areas.length === available.length && !options.cases;
  return { results, exceptions: exceptions.uses, stale: exceptions.stale(whole) };
}

function judge(
  one: Case,
  { tensors }: Area,
  mismatches: readonly string[],
  exceptions: Exceptions,
): Pick<CaseResult, "outcome" | "reason"> {
  const missing = mismatches.some((mismatch) => mismatch.includes(missingOperation));
  if (mismatches.length > 0 && maySkip(one) && !missing) return { outcome: "skipped" };
  const exception = exceptions.judge({ id: one.id, tag: one.tag, properties: propertiesOf(one, tensors) }, mismatches);
  if (mismatches.length === 0) return { outcome: "passed" };
  return exception === undefined ? { outcome: "failed" } : { outcome: "excepted", reason: exception.reason };
}

/** Runs one case; whatever is thrown is a mismatch. */
async function runCase(one: Case, bench: Bench): Promise<readonly string[]> {
  const name = one.kind ?? "call";
  const kind = kinds[name];
  if (kind === undefined) return [`cases of the kind "${name}" are not known`];
  try {
    return await kind(one, bench);
  } catch (error) {
    return [describeError(error)];
  }
}

import { tensorOf } from "@cresset/core/catalogue";
import { setDefaultDevice, setEvaluation, zeros } from "cresset";
import { describeError } from "../compare/error.ts";
import { type Exception, Exceptions } from "../exceptions.ts";
import { glob } from "../read/glob.ts";
import type { CaseResult } from "../result.ts";
import type { SuiteResult } from "../suite.ts";
import { differs } from "./differs.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { qualifiedName, type Try, tries } from "./tries.ts";
import { type Filled, variantOf, variants } from "./variants.ts";

export interface CatalogueOptions {
  readonly device: string;
  /** Globs over ids, such as "sum 1/float32". Default all. */
  readonly cases?: readonly string[];
  readonly exceptions?: readonly Exception[];
  /** Name of what runs the backend, for exceptions that hold only there. */
  readonly implementation?: string;
  readonly onResult?: (result: CaseResult) => void;
}

/**
 * Tries every operation of the catalogue on a device: its samples in every variant must give what they give on "cpu"; on "cpu"
 * itself, what they give when they are evaluated at once. Where the device has no float64, float32 stands for it.
 *
 * @throws Error for globs that match nothing.
 */
export async function runCatalogue(options: CatalogueOptions): Promise<SuiteResult> {
  const { device } = options;
  const globs = (options.cases ?? ["*"]).map(glob);
  const exceptions = new Exceptions(options.exceptions ?? [], options.implementation ?? "", "catalogue");
  const wide = hasFloat64(device);
  const results: CaseResult[] = [];
  for (const one of tries) {
    const names = new Set([qualifiedName(one.record)]);
    for (const variant of Object.keys(variants)) {
      const id = `${one.name}/${variant}`;
      const given = variantOf(one.sample, variant);
      if (given === null || !globs.some((matches) => matches(id))) continue;
      const operands = wide ? given : given.map(narrowed);
      const mismatch = await tried(one, operands, device);
      const mismatches = mismatch === null ? [] : [mismatch];
      const exception = exceptions.judge({ id, properties: { names, dtypes: noDtypes } }, mismatches);
      const outcome = mismatch === null ? "passed" : exception === undefined ? "failed" : "excepted";
      const result = { area: one.record.family, id, outcome, reason: exception?.reason, mismatches } as const;
      results.push(result);
      options.onResult?.(result);
    }
  }
  if (results.length === 0) throw new Error(`no sample matches ${(options.cases ?? ["*"]).join(", ")}`);
  return { results, exceptions: exceptions.uses, stale: exceptions.stale(options.cases === undefined) };
}

const noDtypes: ReadonlySet<string> = new Set();

function hasFloat64(device: string): boolean {
  try {
    zeros([1], { dtype: "float64", device });
    return true;
  } catch {
    return false;
  }
}

const narrowed = (filled: Filled): Filled =>
  filled.dtype === "float64" ? { ...filled, dtype: "float32", values: filled.values.map(Math.fround) } : filled;

/** What does not agree; null if all does. */
async function tried(one: Try, operands: readonly Filled[], device: string): Promise<string | null> {
  const on = (name: string): Promise<Outcome> => {
    setDefaultDevice(name);
    return outcomeOf(
      one,
      operands.map(({ values, shape, dtype }) => tensorOf(values, shape, dtype)),
    );
  };
  try {
    const want = await on("cpu");
    setEvaluation(device === "cpu" ? "eager" : "lazy");
    return differs(await on(device), want, device === "cpu" ? "equal" : "close");
  } catch (error) {
    return describeError(error);
  } finally {
    setEvaluation("lazy");
    setDefaultDevice(device);
  }
}

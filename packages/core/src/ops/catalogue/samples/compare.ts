/** Operations of the catalogue on another device than cpu: a program gives the same on both. */
import "../../../index.ts";
import type { DType } from "../../../dtype/dtype.ts";
import { CressetError } from "../../../errors.ts";
import { precision } from "./close.ts";
import { type Try, tries } from "./index.ts";
import { type Result, resultOf, type Values } from "./outcome.ts";
import { type Sample, tensorOf } from "./sample.ts";
import { type Filled, inDtype, type Variant, variants } from "./variants.ts";

export interface CatalogueCase {
  /** As in "catalogue/int64/gcd", "catalogue/empty/linalg.norm/2". */
  readonly id: string;
  readonly one: Try;
  readonly operands: readonly Filled[];
}

/** Floats of 32 bits, which every device has. */
const single =
  (variant: Variant): Variant =>
  (operands) =>
    variant(operands).map((own) =>
      own.dtype === "float64" ? { ...own, dtype: "float32", values: own.values.map(Math.fround) } : own,
    );

const tried: Readonly<Record<string, Variant>> = {
  float32: single(variants.float64),
  special: single(variants.special),
  ...Object.fromEntries(
    (["float16", "int64", "int32", "int16", "int8", "uint8", "bool"] satisfies DType[]).map((dtype) => [
      dtype,
      inDtype(dtype),
    ]),
  ),
  scalar: single(variants.scalar),
  empty: single(variants.empty),
};

/** The variants of a sample that differ from those before. */
function variantsOf({ operands }: Sample): [string, readonly Filled[]][] {
  const seen = new Set<string>();
  return Object.entries(tried).flatMap(([name, variant]): [string, readonly Filled[]][] => {
    const filled = variant(operands);
    const text = JSON.stringify(filled, (_, value) => (Object.is(value, -0) ? "-0" : value));
    if (seen.has(text) || filled.length === 0) return [];
    seen.add(text);
    return [[name, filled]];
  });
}

const places = {
  method: "Tensor.",
  inplace: "Tensor.",
  functional: "functional.",
  special: "special.",
  linalg: "linalg.",
};

function fullName({ name, on }: Try): string {
  const [place] = on;
  const prefix = place === "torch" || on.includes("torch") ? "" : places[place];
  return prefix + name.replace(" ", "/");
}

const casesOf = (one: Try): CatalogueCase[] =>
  variantsOf(one.sample).map(([variant, operands]) => ({
    id: `catalogue/${variant}/${fullName(one)}`,
    one,
    operands,
  }));

/** Every sample in every dtype and form, by operation. */
export const catalogueCases: readonly (readonly CatalogueCase[])[] = [...new Set(tries.map(({ fn }) => fn))]
  .map((fn) => tries.filter((one) => one.fn === fn).flatMap(casesOf))
  .filter((cases) => cases.length > 0);

type Outcome = { readonly results: Result } | { readonly error: CressetError };

async function outcomeOn(device: string, { one, operands }: CatalogueCase): Promise<Outcome> {
  const tensors = operands.map(({ values, shape, dtype }) => tensorOf(values, shape, dtype, device));
  try {
    return { results: await resultOf(one.fn(...one.sample.args(...tensors))) };
  } catch (error) {
    if (!(error instanceof CressetError)) throw error;
    return { error };
  }
}

/**
 * What differs on a device from cpu, each as a line of text: results in shape, dtype or elements, floats by more than engines may
 * differ in their last bits; or one of them refuses what the other does not, or with another kind of error.
 */
export async function differencesOn(device: string, one: CatalogueCase): Promise<string[]> {
  const want = await outcomeOn("cpu", one);
  let got: Outcome;
  try {
    got = await outcomeOn(device, one);
  } catch (error) {
    return [String(error)];
  }
  if ("results" in want && "results" in got) return differences(want.results, got.results);
  if ("error" in want && "error" in got && want.error.name === got.error.name) return [];
  return [`expected ${described(want)}, got ${described(got)}`];
}

const described = (outcome: Outcome): string =>
  "error" in outcome ? `${outcome.error.name}: ${outcome.error.message}` : "a result";

const isList = (result: Result): result is readonly Result[] => Array.isArray(result);

function differences(want: Result, got: Result): string[] {
  if (isList(want) && isList(got) && want.length === got.length)
    return want.flatMap((part, i) => differences(part, got[i]).map((text) => `[${i}]: ${text}`));
  if (isTensor(want) && isTensor(got) && want.dtype === got.dtype && `${want.shape}` === `${got.shape}`)
    return elementDifferences(want, got);
  return Object.is(want, got) ? [] : [`expected ${JSON.stringify(want)}, got ${JSON.stringify(got)}`];
}

const isTensor = (result: Result): result is Values => result !== null && typeof result === "object" && !isList(result);

function elementDifferences({ dtype, values }: Values, got: Values): string[] {
  const digits = precision[dtype] ?? 0;
  const agree = (x: number, y: number): boolean =>
    Object.is(x, y) || (Number.isFinite(x) && x !== y && Math.abs(x - y) <= digits * Math.max(1, Math.abs(x)));
  const different = values.flatMap((x, i) =>
    agree(x, got.values[i]) ? [] : [`${text(x)}, got ${text(got.values[i])}`],
  );
  return different.length === 0 ? [] : [`${dtype}: ${different.length} of ${values.length}, expected ${different[0]}`];
}

const text = (x: number): string => (Object.is(x, -0) ? "-0" : `${x}`);

import { halfToFloat, isFloat } from "@cresset/core/backend";
import type { HostTensor } from "@cresset/io";
import type { Tolerance } from "../read/manifest.ts";
import { showNumber, showShape } from "./show.ts";
import { subnormalsAt } from "./subnormal.ts";

export interface TensorComparison {
  readonly tolerance: Tolerance;
  /** Flat indices that are not compared. */
  readonly ignore?: readonly number[];
  /** Whether -0 and 0 differ. */
  readonly signOfZero?: boolean;
  /** What the result was made of, to tell where subnormal numbers may be why it differs. */
  readonly operands?: readonly HostTensor[];
}

/** Said of a tensor that differs only where float32 arithmetic that takes subnormal numbers for 0 may. */
export const onlySubnormals = "; where subnormal numbers may count as 0";

/** Elements shown of those that differ. */
const shown = 3;

/**
 * Compares a result with the recorded tensor: dtype and shape exactly, elements within the tolerance
 * `|got − want| <= atol + rtol·|want|`. NaN equals NaN, infinities must agree, integers and booleans are compared exactly.
 *
 * @returns null if they agree, else what differs.
 */
export function compareTensors(got: HostTensor, want: HostTensor, how: TensorComparison): string | null {
  if (got.dtype !== want.dtype) return `expected dtype ${want.dtype}, got ${got.dtype}`;
  if (!sameShape(got.shape, want.shape)) return `expected shape ${showShape(want.shape)}, got ${showShape(got.shape)}`;
  if (got.data.length !== want.data.length) return `expected ${want.data.length} elements, got ${got.data.length}`;
  const ignore = new Set(how.ignore);
  const tolerance = isFloat(want.dtype) ? how.tolerance : "exact";
  const differing: string[] = [];
  let count = 0;
  const ofSubnormals = subnormalsAt(want.shape, how.operands ?? []);
  let explained = want.dtype === "float32";
  for (let i = 0; i < want.data.length; i++) {
    const g = numberAt(got, i);
    const w = numberAt(want, i);
    if (close(g, w, tolerance, how.signOfZero === true) || ignore.has(i)) continue;
    count++;
    explained &&= ofSubnormals(i, Number(g), Number(w));
    if (differing.length < shown)
      differing.push(`${position(i, want.shape)} expected ${showNumber(w)}, got ${showNumber(g)}`);
  }
  if (count === 0) return null;
  const more = count > differing.length ? ` and ${count - differing.length} more` : "";
  const within = tolerance === "exact" ? "" : ` (rtol ${tolerance[0]}, atol ${tolerance[1]})`;
  return `${differing.join("; ")}${more} of ${want.data.length} elements${within}${explained ? onlySubnormals : ""}`;
}

/** Whether two numbers agree. Bigints are compared exactly. */
export function close(got: number | bigint, want: number | bigint, tolerance: Tolerance, signOfZero = false): boolean {
  if (typeof got === "bigint" || typeof want === "bigint") return BigInt(got) === BigInt(want);
  if (Object.is(got, want)) return true;
  if (got === want) return !signOfZero;
  if (tolerance === "exact" || !Number.isFinite(got) || !Number.isFinite(want)) return false;
  return Math.abs(got - want) <= tolerance[1] + tolerance[0] * Math.abs(want);
}

function numberAt(tensor: HostTensor, i: number): number | bigint {
  const raw = tensor.data[i];
  return tensor.dtype === "float16" ? halfToFloat(Number(raw)) : raw;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, d) => n === b[d]);
}

function position(flat: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = flat;
  for (let d = shape.length - 1; d >= 0; d--) {
    index.unshift(rest % shape[d]);
    rest = Math.floor(rest / shape[d]);
  }
  return `[${index.join(", ")}]`;
}

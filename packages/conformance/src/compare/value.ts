import type { Tolerance } from "../read/manifest.ts";
import { show } from "./show.ts";
import { close } from "./tensor.ts";

/**
 * Compares plain JavaScript values: numbers within the tolerance, lists element by element, everything else exactly.
 *
 * @returns null if they agree, else what differs.
 */
export function compareValues(got: unknown, want: unknown, tolerance: Tolerance = "exact"): string | null {
  return agree(got, want, tolerance) ? null : `expected ${show(want)}, got ${show(got)}`;
}

function agree(got: unknown, want: unknown, tolerance: Tolerance): boolean {
  if (isNumber(got) && isNumber(want)) return close(got, want, tolerance);
  if (Array.isArray(got) && Array.isArray(want))
    return got.length === want.length && got.every((x, i) => agree(x, want[i], tolerance));
  return got === want || ((got === null || got === undefined) && (want === null || want === undefined));
}

function isNumber(x: unknown): x is number | bigint {
  return typeof x === "number" || typeof x === "bigint";
}

import type { DType } from "../../dtype/dtype.ts";
import { isFloat } from "../../dtype/dtype.ts";
import { formatExponential, formatFixed } from "./decimal.ts";
import type { PrintOptions } from "./print-options.ts";

/** How every element of one tensor is written: in one notation, padded to one width. */
export interface NumberColumn {
  readonly width: number;
  format(value: number | bigint): string;
}

/**
 * The notation that fits `values`, the elements to be shown.
 *
 * @param values elements of `dtype`; float16 decoded, bool as 0 and 1
 */
export function numberColumn(values: readonly (number | bigint)[], dtype: DType, options: PrintOptions): NumberColumn {
  if (!isFloat(dtype)) {
    const write = dtype === "bool" ? (value: number | bigint) => (value ? "True" : "False") : String;
    return column(write, widest(values.map(write)));
  }
  return floatColumn(values.map(Number), options);
}

function floatColumn(values: readonly number[], options: PrintOptions): NumberColumn {
  const { precision, sciMode } = options;
  const fixed = (value: number | bigint) => formatFixed(Number(value), precision);
  const scientific = (value: number | bigint) => formatExponential(Number(value), precision);

  // Zeros, infinities and NaN have no say in the notation or in the width; alone they are written as short as
  // possible.
  const measured = values.filter((value) => value !== 0 && Number.isFinite(value));
  if (measured.length === 0) return column(whole, 1);

  const integers = measured.every(Number.isInteger);
  const { smallest, largest } = magnitudes(measured);
  const wide = largest / smallest > 1000 || largest > 1e8 || (!integers && smallest < 1e-4);
  const inferred = wide ? scientific : integers ? whole : fixed;
  const width = widest(measured.map(inferred));
  // A forced notation is padded to the width of the inferred one, as PyTorch does.
  if (sciMode === null) return column(inferred, width);
  return column(sciMode ? scientific : integers ? whole : fixed, width);
}

/** An integer-valued float: a point and no decimals. */
function whole(value: number | bigint): string {
  const text = formatFixed(Number(value), 0);
  return Number.isFinite(value) ? `${text}.` : text;
}

function column(write: (value: number | bigint) => string, width: number): NumberColumn {
  return { width, format: (value) => write(value).padStart(width) };
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 1);
}

function magnitudes(values: readonly number[]): { smallest: number; largest: number } {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const value of values) {
    smallest = Math.min(smallest, Math.abs(value));
    largest = Math.max(largest, Math.abs(value));
  }
  return { smallest, largest };
}

/** From values to places on a chart. */

export interface Domain {
  readonly from: number;
  readonly to: number;
}

/** A value's place, linear between the ends of a domain. */
export function scale({ from, to }: Domain, start: number, end: number): (value: number) => number {
  const width = to - from || 1;
  return (value) => start + ((value - from) / width) * (end - start);
}

/** Round numbers within a domain, about `count` of them: 1, 2 or 5 times a power of ten apart. */
export function ticks({ from, to }: Domain, count = 5): number[] {
  const rough = (to - from) / count;
  if (!(rough > 0) || !Number.isFinite(rough)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The smallest domain that ends in round numbers and holds all values; NaN and infinities are passed over. */
export function niceDomain(values: Iterable<number>, including: readonly number[] = []): Domain {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  const take = (value: number): void => {
    if (!Number.isFinite(value)) return;
    from = Math.min(from, value);
    to = Math.max(to, value);
  };
  for (const value of values) take(value);
  for (const value of including) take(value);
  if (from > to) return { from: 0, to: 1 };
  if (from === to) return { from: from - 0.5, to: to + 0.5 };
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  return { from: Math.floor(from / step + 1e-9) * step, to: Math.ceil(to / step - 1e-9) * step };
}

/** A number as axes show it. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000 || (size > 0 && size < 0.001))
    return value.toExponential(0).replace("e+", "e").replaceAll("-", "−");
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

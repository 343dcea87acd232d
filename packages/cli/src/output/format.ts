/** A loss or an area with as many digits as one compares. */
export function decimal(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return "–";
  return value !== 0 && Math.abs(value) < 0.5 * 10 ** -digits ? value.toExponential(digits - 1) : value.toFixed(digits);
}

export function percent(part: number): string {
  return Number.isFinite(part) ? `${(100 * part).toFixed(1)} %` : "–";
}

/** Rows in a second, with three digits and a unit. */
export function rate(perSecond: number): string {
  const units: readonly [number, string][] = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  const unit = units.find(([size]) => perSecond >= size);
  return unit === undefined ? perSecond.toFixed(0) : `${(perSecond / unit[0]).toPrecision(3)} ${unit[1]}`;
}

/** Seconds as one reads a clock. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Rows of cells under each other: the first column to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i] + 2)))
      .join("")
      .trimEnd(),
  );
}

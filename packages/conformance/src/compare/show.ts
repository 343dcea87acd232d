/** A number as a reader tells -0 from 0 and sees every digit. */
export function showNumber(x: number | bigint): string {
  return Object.is(x, -0) ? "-0" : String(x);
}

export function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** A value in one short line. */
export function show(value: unknown, limit = 160): string {
  let text: string;
  if (typeof value === "number" || typeof value === "bigint") text = showNumber(value);
  else if (value === undefined) text = "undefined";
  else {
    const replace = (_: string, x: unknown) =>
      typeof x === "bigint" || (typeof x === "number" && !Number.isFinite(x)) ? String(x) : x;
    text = JSON.stringify(value, replace) ?? String(value);
  }
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

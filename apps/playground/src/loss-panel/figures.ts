/** Numbers as the panel prints them: of one width, so that nothing moves when they change, with a true minus sign. */

const minus = (text: string): string => text.replaceAll("-", "−");

/** With so many decimals, as `0.2231` or `−0.0736`; `∞` beyond all numbers; never `−0`. */
export function fixed(value: number, decimals = 4): string {
  if (!Number.isFinite(value)) return minus(String(value)).replace("Infinity", "∞");
  const text = value.toFixed(decimals);
  return minus(Number(text) === 0 ? text.replace("-", "") : text);
}

/** With six digits, or five and a power of ten: `15.9424`, `9.3576e−14`. Only what is exactly 0 is `0`. */
export function digits(value: number, count = 6): string {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return minus(String(value)).replace("Infinity", "∞");
  const size = Math.abs(value);
  return minus(
    size < 1e-3 || size >= 1e6
      ? value.toExponential(Math.max(0, count - 2)).replace("+", "")
      : value.toPrecision(count),
  );
}

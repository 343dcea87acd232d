/** Vectors on the host, of the parameters' precision. */
export type Vector = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Vectors one after the other. */
export function join(parts: readonly Vector[]): Vector {
  const length = parts.reduce((n, part) => n + part.length, 0);
  const joined = parts.some((part) => part instanceof Float64Array)
    ? new Float64Array(length)
    : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** target + factor · x, in place. */
export function addTo(target: Vector, x: Vector, factor: number): Vector {
  for (let i = 0; i < target.length; i++) target[i] += factor * x[i];
  return target;
}

/** factor · x, a new vector. */
export function scaled(x: Vector, factor: number): Vector {
  const result = x.slice();
  for (let i = 0; i < result.length; i++) result[i] *= factor;
  return result;
}

/** The largest absolute value; NaN wins. */
export function largest(x: Vector): number {
  let most = 0;
  for (const value of x) most = Math.max(most, Math.abs(value));
  return most;
}

export function absoluteSum(x: Vector): number {
  let sum = 0;
  for (const value of x) sum += Math.abs(value);
  return sum;
}

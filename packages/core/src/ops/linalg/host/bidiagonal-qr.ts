/** Singular values of two diagonals, by implicit QR steps. */
import type { Rotations } from "./rotations.ts";

/** What counts as 0 beside a neighbour: relative, so that small values are as exact as large ones. */
const tolerance = 2 ** -50;
const epsilon = 2 ** -53;
/** A value takes two or three sweeps. */
const mostSweeps = 30;

/**
 * Turns an upper bidiagonal matrix until nothing is above its diagonal, left and right vectors (as rows) with it: Demmel and Kahan
 * (1990), Accurate singular values of bidiagonal matrices, as in LAPACK's `bdsqr`. Values may be negative, in any order.
 */
export function diagonalise(d: Float64Array, e: Float64Array, left: Rotations | null, right: Rotations | null): void {
  const least = negligible(d, e);
  // Whether the bulge is chased down; decided anew for each block.
  let down = true;
  let [blockTop, blockEnd] = [-1, -1];
  let end = d.length - 1;
  for (let sweep = mostSweeps * d.length; end > 0 && sweep > 0; ) {
    let largest = Math.abs(d[end]);
    let top = end;
    for (; top > 0; top--) {
      const off = Math.abs(e[top - 1]);
      if (off <= least) {
        e[top - 1] = 0;
        break;
      }
      largest = Math.max(largest, off, Math.abs(d[top - 1]));
    }
    if (top === end) {
      end--;
      continue;
    }
    if (top > blockEnd || end < blockTop) down = Math.abs(d[top]) >= Math.abs(d[end]);
    [blockTop, blockEnd] = [top, end];
    const smallest = converged(d, e, top, end, down);
    if (smallest < 0) continue;
    sweep--;
    const shift = shiftOf(d, e, top, end, down, smallest / largest);
    if (shift === 0) sweepUnshifted(d, e, top, end, down, left, right);
    else sweepShifted(d, e, top, end, down, shift, left, right);
    const last = down ? end - 1 : top;
    if (Math.abs(e[last]) <= least) e[last] = 0;
  }
  left?.flush();
  right?.flush();
}

/** What is below this is lost in the smallest singular value. */
function negligible(d: Float64Array, e: Float64Array): number {
  const n = d.length;
  if (n === 0) return 0;
  let mu = Math.abs(d[0]);
  let bound = mu;
  for (let i = 1; i < n && bound > 0; i++) {
    mu = Math.abs(d[i]) * (mu / (mu + Math.abs(e[i - 1])));
    bound = Math.min(bound, mu);
  }
  return Math.max((tolerance * bound) / Math.sqrt(n), 2 ** -1000);
}

/** Sets what is negligible to 0, and says so by -1; or a lower bound of the block's singular values. */
function converged(d: Float64Array, e: Float64Array, top: number, end: number, down: boolean): number {
  const last = down ? end - 1 : top;
  if (Math.abs(e[last]) <= tolerance * Math.abs(d[down ? end : top])) {
    e[last] = 0;
    return -1;
  }
  const step = down ? 1 : -1;
  let mu = Math.abs(d[down ? top : end]);
  let smallest = mu;
  for (let i = down ? top : end - 1; i >= top && i < end; i += step) {
    const off = Math.abs(e[i]);
    if (off <= tolerance * mu) {
      e[i] = 0;
      return -1;
    }
    mu = Math.abs(d[down ? i + 1 : i]) * (mu / (mu + off));
    smallest = Math.min(smallest, mu);
  }
  return smallest;
}

/** The shift of a sweep: 0 where it would cost small values their digits. */
function shiftOf(d: Float64Array, e: Float64Array, top: number, end: number, down: boolean, condition: number): number {
  if ((end - top + 1) * tolerance * condition <= Math.max(epsilon, 0.01 * tolerance)) return 0;
  const shift = down ? smallerOfPair(d[end - 1], e[end - 1], d[end]) : smallerOfPair(d[top], e[top], d[top + 1]);
  const first = Math.abs(d[down ? top : end]);
  return first > 0 && (shift / first) ** 2 < epsilon ? 0 : shift;
}

/** The smaller singular value of [[f, g], [0, h]] (LAPACK's `las2`). */
function smallerOfPair(f: number, g: number, h: number): number {
  const low = Math.min(Math.abs(f), Math.abs(h));
  const high = Math.max(Math.abs(f), Math.abs(h));
  const off = Math.abs(g);
  if (low === 0) return 0;
  const sum = 1 + low / high;
  const difference = (high - low) / high;
  if (off < high) {
    const ratio = (off / high) ** 2;
    return low * (2 / (Math.sqrt(sum * sum + ratio) + Math.sqrt(difference * difference + ratio)));
  }
  const ratio = high / off;
  if (ratio === 0) return (low * high) / off;
  const c = 1 / (Math.sqrt(1 + (sum * ratio) ** 2) + Math.sqrt(1 + (difference * ratio) ** 2));
  return 2 * (low * c) * ratio;
}

/** √(f² + g²) with the sign of f: f and g over it are the cosine, which is not negative, and the sine that turn g into 0. */
function turned(f: number, g: number): number {
  const squares = f * f + g * g;
  const length = squares > 2 ** -900 && squares < 2 ** 900 ? Math.sqrt(squares) : Math.hypot(f, g);
  return f < 0 ? -length : length;
}

// A chase up is one down of the matrix turned by 180°, in which left and right change places.

function sweepShifted(
  d: Float64Array,
  e: Float64Array,
  top: number,
  end: number,
  down: boolean,
  shift: number,
  left: Rotations | null,
  right: Rotations | null,
): void {
  const step = down ? 1 : -1;
  const first = down ? top : end;
  const count = end - top;
  /** Of e: beside d[i] in the direction of the chase. */
  const beside = down ? 0 : -1;
  const inner = (down ? right : left)?.begin(first, step) ?? null;
  const outer = (down ? left : right)?.begin(first, step) ?? null;
  let f = (Math.abs(d[first]) - shift) * ((d[first] < 0 ? -1 : 1) + shift / d[first]);
  let g = e[first + beside];
  for (let p = 0, i = first; p < count; p++, i += step) {
    const next = i + step;
    const place = i + beside;
    let r = turned(f, g);
    let c = r === 0 ? 1 : f / r;
    let s = r === 0 ? 0 : g / r;
    if (inner !== null) {
      inner[2 * p] = c;
      inner[2 * p + 1] = s;
    }
    if (p > 0) e[place - step] = r;
    f = c * d[i] + s * e[place];
    const off = c * e[place] - s * d[i];
    g = s * d[next];
    const below = c * d[next];
    r = turned(f, g);
    c = r === 0 ? 1 : f / r;
    s = r === 0 ? 0 : g / r;
    if (outer !== null) {
      outer[2 * p] = c;
      outer[2 * p + 1] = s;
    }
    d[i] = r;
    f = c * off + s * below;
    d[next] = c * below - s * off;
    if (p + 1 < count) {
      g = s * e[place + step];
      e[place + step] *= c;
    }
  }
  e[end - 1 - (down ? 0 : count - 1)] = f;
  left?.end(count);
  right?.end(count);
}

function sweepUnshifted(
  d: Float64Array,
  e: Float64Array,
  top: number,
  end: number,
  down: boolean,
  left: Rotations | null,
  right: Rotations | null,
): void {
  const step = down ? 1 : -1;
  const first = down ? top : end;
  const count = end - top;
  const beside = down ? 0 : -1;
  const inner = (down ? right : left)?.begin(first, step) ?? null;
  const outer = (down ? left : right)?.begin(first, step) ?? null;
  let cosine = 1;
  let [oldCosine, oldSine] = [1, 0];
  for (let p = 0, i = first; p < count; p++, i += step) {
    const place = i + beside;
    const f = d[i] * cosine;
    const r = turned(f, e[place]);
    cosine = r === 0 ? 1 : f / r;
    const sine = r === 0 ? 0 : e[place] / r;
    if (inner !== null) {
      inner[2 * p] = cosine;
      inner[2 * p + 1] = sine;
    }
    if (p > 0) e[place - step] = oldSine * r;
    const [x, y] = [oldCosine * r, d[i + step] * sine];
    const length = turned(x, y);
    d[i] = length;
    oldCosine = length === 0 ? 1 : x / length;
    oldSine = length === 0 ? 0 : y / length;
    if (outer !== null) {
      outer[2 * p] = oldCosine;
      outer[2 * p + 1] = oldSine;
    }
  }
  const last = down ? end : top;
  const h = d[last] * cosine;
  d[last] = h * oldCosine;
  e[down ? end - 1 : top] = h * oldSine;
  left?.end(count);
  right?.end(count);
}

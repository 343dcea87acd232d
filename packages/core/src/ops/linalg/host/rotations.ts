/** Rotations of neighbouring rows, as the iterations for eigenvalues and singular values make them, sweep after sweep. */

/** One sweep: rotation p of rows p and p + 1, in order, counted from `first` in direction `step`. */
interface Sweep {
  first: number;
  step: number;
  count: number;
  /** Cosine and sine of each. */
  readonly turns: Float64Array;
}

/**
 * Takes down sweeps and turns the rows of a matrix by them: two at once, the second two rotations behind the first, where they begin
 * alike. So four rotations pass over four rows, each read and written once, and each element is what it is one by one.
 */
export class Rotations {
  readonly #x: Float64Array;
  readonly #width: number;
  #waiting: Sweep;
  #current: Sweep;

  /** @param x rows of `width`, to be turned in place. */
  constructor(x: Float64Array, width: number) {
    this.#x = x;
    this.#width = width;
    const rows = width === 0 ? 0 : x.length / width;
    this.#waiting = { first: 0, step: 1, count: 0, turns: new Float64Array(2 * rows) };
    this.#current = { first: 0, step: 1, count: 0, turns: new Float64Array(2 * rows) };
  }

  /** Where to write cosine and sine of a new sweep's rotations, each x[p] ← c x[p] + s x[p + step]; `end` ends it. */
  begin(first: number, step: number): Float64Array {
    this.#current.first = first;
    this.#current.step = step;
    return this.#current.turns;
  }

  end(count: number): void {
    this.#current.count = count;
    const [before, now] = [this.#waiting, this.#current];
    if (before.count === 0) this.#waiting = now;
    else if (before.first === now.first && before.step === now.step) {
      turnTwice(this.#x, this.#width, before, now);
      before.count = 0;
    } else {
      turn(this.#x, this.#width, before, 0);
      before.count = 0;
      this.#waiting = now;
    }
    this.#current = before.count === 0 && before !== this.#waiting ? before : now;
  }

  /** Turns by what still waits. */
  flush(): void {
    turn(this.#x, this.#width, this.#waiting, 0);
    this.#waiting.count = 0;
  }
}

/** A sweep from rotation `from` on: two of them pass over three rows. */
function turn(x: Float64Array, width: number, { first, step, count, turns }: Sweep, from: number): void {
  const stride = step * width;
  let p = from;
  for (; p + 2 <= count; p += 2) {
    const c0 = turns[2 * p];
    const s0 = turns[2 * p + 1];
    const c1 = turns[2 * p + 2];
    const s1 = turns[2 * p + 3];
    const r0 = first * width + p * stride;
    const r1 = r0 + stride;
    const r2 = r1 + stride;
    for (let k = 0; k < width; k = (k + 1) | 0) {
      const a = x[(r0 + k) | 0];
      const b = x[(r1 + k) | 0];
      const c = x[(r2 + k) | 0];
      const moved = c0 * b - s0 * a;
      x[(r0 + k) | 0] = c0 * a + s0 * b;
      x[(r1 + k) | 0] = c1 * moved + s1 * c;
      x[(r2 + k) | 0] = c1 * c - s1 * moved;
    }
  }
  if (p >= count) return;
  const cosine = turns[2 * p];
  const sine = turns[2 * p + 1];
  const r0 = first * width + p * stride;
  const r1 = r0 + stride;
  for (let k = 0; k < width; k = (k + 1) | 0) {
    const a = x[(r0 + k) | 0];
    const b = x[(r1 + k) | 0];
    x[(r0 + k) | 0] = cosine * a + sine * b;
    x[(r1 + k) | 0] = cosine * b - sine * a;
  }
}

/** A sweep and then another that begins at the same row. */
function turnTwice(x: Float64Array, width: number, a: Sweep, b: Sweep): void {
  const stride = a.step * width;
  const last = a.count;
  a.count = 1;
  turn(x, width, a, 0);
  a.count = last;
  let p = 0;
  for (; p + 3 <= a.count && p + 2 <= b.count; p += 2) {
    // Rotations p + 1 and p + 2 of the first sweep, p and p + 1 of the second.
    const c1 = a.turns[2 * p + 2];
    const s1 = a.turns[2 * p + 3];
    const c2 = a.turns[2 * p + 4];
    const s2 = a.turns[2 * p + 5];
    const d0 = b.turns[2 * p];
    const t0 = b.turns[2 * p + 1];
    const d1 = b.turns[2 * p + 2];
    const t1 = b.turns[2 * p + 3];
    const r0 = a.first * width + p * stride;
    const r1 = r0 + stride;
    const r2 = r1 + stride;
    const r3 = r2 + stride;
    for (let k = 0; k < width; k = (k + 1) | 0) {
      const x0 = x[(r0 + k) | 0];
      const x1 = x[(r1 + k) | 0];
      const x2 = x[(r2 + k) | 0];
      const x3 = x[(r3 + k) | 0];
      const y1 = c1 * x1 + s1 * x2;
      const y2 = c1 * x2 - s1 * x1;
      const z1 = d0 * y1 - t0 * x0;
      const z2 = c2 * y2 + s2 * x3;
      x[(r3 + k) | 0] = c2 * x3 - s2 * y2;
      x[(r0 + k) | 0] = d0 * x0 + t0 * y1;
      x[(r1 + k) | 0] = d1 * z1 + t1 * z2;
      x[(r2 + k) | 0] = d1 * z2 - t1 * z1;
    }
  }
  turn(x, width, a, Math.min(p + 1, a.count));
  turn(x, width, b, p);
}

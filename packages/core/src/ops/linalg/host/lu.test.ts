import { describe, expect, test } from "vitest";
import { choleskyFactor } from "./cholesky.ts";
import { eliminate, eliminated, factorize, inverse, solveWith, triangularInverse, workspace } from "./lu.ts";
import { type Matrix, matrix } from "./matrix.ts";

const noise = (rows: number, columns: number, seed = 1): Matrix =>
  matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, (_, i) => Math.sin((i + seed) ** 2)),
  );
const copyOf = ({ rows, columns, data }: Matrix): Matrix => matrix(rows, columns, data.slice());

/** Elimination as it is written in a book: one column and one element after the other. */
function plainly(a: Matrix): { lu: Float64Array; pivots: number[]; singular: number } {
  const { rows, columns } = a;
  const x = a.data.slice();
  const pivots: number[] = [];
  let singular = 0;
  for (let k = 0; k < Math.min(rows, columns); k++) {
    let best = k;
    for (let i = k + 1; i < rows; i++) if (Math.abs(x[i * columns + k]) > Math.abs(x[best * columns + k])) best = i;
    pivots.push(best + 1);
    if (x[best * columns + k] === 0) {
      if (singular === 0) singular = k + 1;
      continue;
    }
    for (let j = 0; j < columns; j++)
      [x[k * columns + j], x[best * columns + j]] = [x[best * columns + j], x[k * columns + j]];
    for (let i = k + 1; i < rows; i++) {
      x[i * columns + k] /= x[k * columns + k];
      for (let j = k + 1; j < columns; j++) x[i * columns + j] -= x[i * columns + k] * x[k * columns + j];
    }
  }
  return { lu: x, pivots, singular };
}

const sizes = [
  [0, 3],
  [1, 1],
  [3, 3],
  [6, 6],
  [5, 9],
  [9, 5],
  [23, 23],
  [24, 24],
  [31, 40],
  [41, 30],
] as const;

describe("elimination", () => {
  test.each(sizes)("panels of %i × %i give the bits of one column after the other", (rows, columns) => {
    for (const a of [
      noise(rows, columns),
      matrix(
        rows,
        columns,
        noise(rows, columns).data.map((x) => Math.round(x)),
      ),
    ]) {
      const expected = plainly(a);
      const space = workspace(rows, columns);
      const got = copyOf(a);
      const singular = eliminated(got, space);
      expect([...space.pivots]).toEqual(expected.pivots);
      expect([singular, got.data]).toEqual([expected.singular, expected.lu]);
    }
  });

  test("a workspace serves one matrix after the other", () => {
    const space = workspace(26, 26);
    for (const seed of [1, 2, 3]) {
      const used = factorize(noise(26, 26, seed), space);
      const fresh = factorize(noise(26, 26, seed));
      expect([used.lu, used.order, used.sign]).toEqual([fresh.lu, fresh.order, fresh.sign]);
    }
  });
});

/** The largest element of A X − B. */
function remainder(a: Matrix, x: Float64Array, b: Matrix): number {
  const [n, width] = [a.rows, b.columns];
  let most = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < width; j++) {
      let sum = -b.data[i * width + j];
      for (let k = 0; k < n; k++) sum += a.data[i * n + k] * x[k * width + j];
      most = Math.max(most, Math.abs(sum));
    }
  return most;
}

const identity = (n: number): Matrix => {
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1;
  return out;
};
const dominant = (n: number): Matrix => {
  const out = noise(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] += n;
  return out;
};

describe("substitution", () => {
  test.each([1, 2, 3, 4, 5, 8, 13, 26])("%i rows, a column and many", (n) => {
    const a = dominant(n);
    const lu = factorize(copyOf(a));
    for (const width of [1, 3, 7]) {
      const b = noise(n, width, 5);
      expect(remainder(a, solveWith(lu, b, new Float64Array(n * width)), b)).toBeLessThan(1e-13);
    }
    expect(remainder(a, inverse(lu), identity(n))).toBeLessThan(1e-13);
    expect(inverse(lu, new Float64Array(n * n).fill(Number.NaN))).toEqual(inverse(lu));
  });

  test.each([true, false])("a triangle, upper %s, whatever stands on its other side", (upper) => {
    for (const n of [1, 2, 5, 6, 12, 13])
      for (const unit of [true, false]) {
        const given = dominant(n);
        const t = matrix(n, n);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++)
            if (upper ? j > i : j < i) t.data[i * n + j] = given.data[i * n + j];
            else if (i === j) t.data[i * n + j] = unit ? 1 : given.data[i * n + j];
        const noisy = matrix(
          n,
          n,
          t.data.map((x) => (x === 0 ? Number.NaN : x)),
        );
        const p = triangularInverse(noisy, upper, unit);
        const scale = p.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
        expect(remainder(t, p.data, identity(n)) / scale).toBeLessThan(1e-13);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) if (upper ? j < i : j > i) expect(p.data[i * n + j]).toBe(0);
        for (const width of [1, 2, 6, 9]) {
          const b = noise(n, width, 3);
          const x = b.data.slice();
          eliminate(noisy, x, width, { upper, unit });
          expect(remainder(t, x, b) / scale).toBeLessThan(1e-12);
        }
      }
  });
});

describe("Cholesky factors", () => {
  test.each([1, 2, 3, 4, 5, 8, 9, 14, 27])("of %i rows", (n) => {
    const half = noise(n, n);
    const a = matrix(n, n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = i === j ? 1 : 0;
        for (let k = 0; k < n; k++) sum += half.data[i * n + k] * half.data[j * n + k];
        a.data[i * n + j] = sum;
      }
    for (const upper of [true, false]) {
      // The other triangle is not read.
      const given = copyOf(a);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) if (upper ? j < i : j > i) given.data[i * n + j] = Number.NaN;
      const l = copyOf(given);
      expect(choleskyFactor(l, upper)).toBe(0);
      const at = (i: number, j: number): number => l.data[upper ? j * n + i : i * n + j];
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) sum += at(i, k) * at(j, k);
          if (j > i) expect(at(i, j)).toBe(0);
          else expect(sum).toBeCloseTo(a.data[i * n + j], 12);
        }
      for (const bad of [0, 1, n - 1].filter((i) => i < n)) {
        const broken = copyOf(given);
        broken.data[bad * n + bad] = -1;
        expect(choleskyFactor(broken, upper)).toBe(bad + 1);
      }
    }
  });
});

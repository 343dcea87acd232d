import { describe, expect, test } from "vitest";
import { type Matrix, matrix } from "./matrix.ts";
import { singularValues } from "./singular.ts";

type Element = (i: number, j: number) => number;

function filled(rows: number, columns: number, element: Element): Matrix {
  const out = matrix(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out.data[i * columns + j] = element(i, j);
  return out;
}

/** Pseudo-random numbers from -0.5 to 0.5. */
const noise: Element = (i, j) => {
  const x = Math.sin(12.9898 * (i + 1) + 78.233 * (j + 1)) * 43758.5453;
  return x - Math.floor(x) - 0.5;
};

/** How far rows are from orthonormal. */
function skew({ rows, columns, data }: Matrix): number {
  let most = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j <= i; j++) {
      let dot = i === j ? -1 : 0;
      for (let k = 0; k < columns; k++) dot += data[i * columns + k] * data[j * columns + k];
      most = Math.max(most, Math.abs(dot));
    }
  return most;
}

function verify(a: Matrix): Float64Array {
  const { s, ut, vh } = singularValues(a);
  const k = Math.min(a.rows, a.columns);
  expect([s.length, ut.rows, ut.columns, vh.rows, vh.columns]).toEqual([k, k, a.rows, k, a.columns]);
  let error = 0;
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < a.columns; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += ut.data[l * a.rows + i] * (s[l] / (s[0] || 1)) * vh.data[l * a.columns + j];
      error = Math.max(error, Math.abs(sum - a.data[i * a.columns + j] / (s[0] || 1)));
    }
  expect(Math.max(error, skew(ut), skew(vh))).toBeLessThan(4e-15 * (1 + k / 8));
  for (let l = 0; l < k; l++) {
    expect(s[l]).toBeGreaterThanOrEqual(0);
    if (l > 0) expect(s[l]).toBeLessThanOrEqual(s[l - 1]);
  }
  expect(singularValues(a, false).s).toEqual(s);
  return s;
}

describe("singular values", () => {
  test.each([
    [0, 3],
    [3, 0],
    [1, 1],
    [1, 6],
    [6, 1],
    [2, 2],
    [3, 3],
    [5, 4],
    [4, 5],
    [17, 17],
    [40, 9],
    [9, 40],
    [65, 63],
  ])("%i × %i", (rows, columns) => {
    verify(filled(rows, columns, noise));
  });

  const kinds: [string, number, number, Element][] = [
    ["zero", 5, 3, () => 0],
    ["identity", 6, 6, (i, j) => Number(i === j)],
    ["ones", 7, 5, () => 1],
    ["of rank two", 20, 15, (i, j) => (i + 1) * (j - 3) + i * i],
    ["of small integers", 8, 8, (i, j) => (i * j) % 3],
    ["columns that shrink", 12, 12, (i, j) => noise(i, j) * 10 ** -j],
    ["rows that grow", 12, 12, (i, j) => noise(i, j) * 10 ** i],
    ["a nilpotent block", 30, 30, (i, j) => Number(j === i + 1)],
    ["a Jordan block", 30, 30, (i, j) => Number(j === i || j === i + 1)],
    ["a permutation", 8, 8, (i, j) => Number((3 * i) % 8 === j)],
    ["huge", 5, 5, (i, j) => noise(i, j) * 1e300],
    ["tiny", 5, 5, (i, j) => noise(i, j) * 1e-300],
    ["far apart", 6, 6, (i, j) => noise(i, j) * 10 ** (30 * ((i * j) % 5) - 60)],
    ["one column of zeros", 6, 4, (i, j) => (j === 1 ? 0 : noise(i, j))],
  ];
  test.each(kinds)("%s", (_name, rows, columns, element) => {
    verify(filled(rows, columns, element));
  });

  test("many small matrices of integers, whose values coincide or vanish", () => {
    for (let seed = 0; seed < 400; seed++)
      verify(filled(2 + (seed % 4), 2 + ((seed >> 2) % 4), (i, j) => Math.round(4 * noise(i + 7 * seed, j))));
  });

  test("small values of two diagonals keep their digits", () => {
    const d = [1, 1e-4, 1e-9, 1e-13, 1e-20];
    // Of [[1, 1], [0, x]] the product of both values is x, and the larger one is √2 to second order.
    expect(verify(filled(2, 2, (i, j) => (i === 0 ? 1 : j * 1e-12)))[1] / (1e-12 / Math.SQRT2)).toBeCloseTo(1, 13);
    expect(verify(filled(5, 5, (i, j) => (i === j ? d[i] : 0)))).toEqual(Float64Array.from(d));
    const coupled = verify(filled(5, 5, (i, j) => (i === j ? d[i] : j === i + 1 ? d[i] : 0)));
    const product = coupled.reduce((all, x) => all * x, 1);
    expect(product / d.reduce((all, x) => all * x, 1)).toBeCloseTo(1, 12);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("%d ends", (value) => {
    const { s } = singularValues(filled(6, 5, (i, j) => (i === 2 && j === 1 ? value : noise(i, j))));
    expect(s).toHaveLength(5);
  });
});

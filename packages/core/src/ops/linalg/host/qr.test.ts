import { expect, test } from "vitest";
import { type Matrix, matrix } from "./matrix.ts";
import { complement, householder } from "./qr.ts";

const noise = (rows: number, columns: number): Matrix =>
  matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, (_, i) => Math.sin(i * i + 1)),
  );

function product(a: Matrix, b: Matrix, turned = false): Matrix {
  const out = matrix(turned ? a.columns : a.rows, b.columns);
  for (let i = 0; i < out.rows; i++)
    for (let j = 0; j < out.columns; j++)
      for (let k = 0; k < b.rows; k++)
        out.data[i * out.columns + j] +=
          a.data[turned ? k * a.columns + i : i * a.columns + k] * b.data[k * b.columns + j];
  return out;
}

const distance = (a: Matrix, b: Matrix): number =>
  a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i])), 0);
const unit = (n: number): Matrix => {
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1;
  return out;
};

test.each([
  [1, 1],
  [1, 4],
  [4, 1],
  [6, 6],
  [9, 5],
  [5, 9],
  [23, 18],
])("reflections of %i × %i: any number of rows and columns goes through the passes", (rows, columns) => {
  const a = noise(rows, columns);
  for (const width of [Math.min(rows, columns), rows]) {
    const { q, r } = householder(a, width);
    expect(distance(product(q, r), a)).toBeLessThan(1e-14);
    expect(distance(product(q, q, true), unit(width))).toBeLessThan(1e-14);
    for (let i = 0; i < width; i++) for (let j = 0; j < i && j < columns; j++) expect(r.data[i * columns + j]).toBe(0);
    // LAPACK's sign: the first element is reflected to the other side.
    if (rows > 1) expect(Math.sign(r.data[0])).toBe(-Math.sign(a.data[0]));
  }
});

test("lengths neither overflow nor vanish, and a column that is zero below stays", () => {
  for (const scale of [2 ** 1000, 2 ** -1000]) {
    const a = noise(4, 3);
    const big = matrix(
      4,
      3,
      a.data.map((x) => x * scale),
    );
    const r = householder(big, 3).r;
    const scaled = matrix(
      3,
      3,
      r.data.map((x) => x / scale),
    );
    expect(distance(scaled, householder(a, 3).r)).toBeLessThan(1e-14);
  }
  const upper = matrix(2, 2, Float64Array.of(3, 4, 0, -5));
  const { q, r } = householder(upper, 2);
  expect([...q.data, ...r.data].map((x) => x + 0)).toEqual([1, 0, 0, 1, 3, 4, 0, -5]);
});

test("what completes orthonormal columns", () => {
  const { q } = householder(noise(7, 3), 3);
  const rest = complement(q);
  expect([rest.rows, rest.columns]).toEqual([7, 4]);
  expect(distance(product(rest, rest, true), unit(4))).toBeLessThan(1e-14);
  expect(distance(product(q, rest, true), matrix(3, 4))).toBeLessThan(1e-14);
});

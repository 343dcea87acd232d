/** Dense matrices in float64, row-major, on the host. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array<ArrayBuffer>;
}

export function matrix(rows: number, columns: number, data = new Float64Array(rows * columns)): Matrix {
  return { rows, columns, data };
}

export function identity(n: number): Matrix {
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1;
  return out;
}

export function transposed({ rows, columns, data }: Matrix): Matrix {
  const out = matrix(columns, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out.data[j * rows + i] = data[i * columns + j];
  return out;
}

/** The matrix divided by the power of two next to its largest element, so that squares neither overflow nor vanish. */
export function scaled({ rows, columns, data }: Matrix): { scale: number; unit: Matrix } {
  let largest = 0;
  for (const x of data) largest = Math.max(largest, Math.abs(x));
  const scale = largest === 0 ? 1 : 2 ** Math.max(Math.floor(Math.log2(largest)), -1022);
  return {
    scale,
    unit: matrix(
      rows,
      columns,
      data.map((x) => x / scale),
    ),
  };
}

/** Columns of `x` in another order. */
export function reordered(x: Matrix, order: readonly number[]): Matrix {
  const out = matrix(x.rows, order.length);
  for (let i = 0; i < x.rows; i++)
    for (let j = 0; j < order.length; j++) out.data[i * order.length + j] = x.data[i * x.columns + order[j]];
  return out;
}

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
  // In bands of columns: rows that are read and rows that are written stay near.
  for (let first = 0; first < columns; first += 8) {
    const until = Math.min(first + 8, columns);
    for (let i = 0; i < rows; i++) for (let j = first; j < until; j++) out.data[j * rows + i] = data[i * columns + j];
  }
  return out;
}

/** The matrix divided by the power of two next to its largest element, so that squares neither overflow nor vanish. */
export function scaled({ rows, columns, data }: Matrix): { scale: number; unit: Matrix } {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
  const scale = largest === 0 ? 1 : 2 ** Math.max(Math.floor(Math.log2(largest)), -1022);
  const unit = matrix(rows, columns);
  for (let i = 0; i < data.length; i++) unit.data[i] = data[i] / scale;
  return { scale, unit };
}

/** Rows of `x` in another order, each continued by 0 up to `width`. */
export function rowsInOrder({ columns, data }: Matrix, order: readonly number[], width = columns): Matrix {
  const out = matrix(order.length, width);
  for (const [i, from] of order.entries()) out.data.set(data.subarray(from * columns, (from + 1) * columns), i * width);
  return out;
}

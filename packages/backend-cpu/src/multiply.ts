import type { DType } from "@cresset/core/backend";

/**
 * The inner products of a contraction. Rows of `left` and of `right` (its columns, packed one after the other) are
 * `depth` long; products[r · columns + c] becomes Σ left[r, k] · right[c, k], added in the order of k whatever the tiles.
 */
export function multiply(
  left: Float64Array,
  right: Float64Array,
  products: Float64Array,
  rows: number,
  columns: number,
  depth: number,
): void {
  const evenRows = rows - (rows % 2);
  const fourColumns = columns - (columns % 4);
  for (let c = 0; c < fourColumns; c += 4) {
    const r0 = c * depth;
    const r1 = r0 + depth;
    const r2 = r1 + depth;
    const r3 = r2 + depth;
    for (let r = 0; r < evenRows; r += 2) {
      const top = r * depth;
      const bottom = top + depth;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (let k = 0; k < depth; k++) {
        const x = left[top + k];
        const y = left[bottom + k];
        const p = right[r0 + k];
        const q = right[r1 + k];
        const s = right[r2 + k];
        const t = right[r3 + k];
        a0 += x * p;
        a1 += x * q;
        a2 += x * s;
        a3 += x * t;
        b0 += y * p;
        b1 += y * q;
        b2 += y * s;
        b3 += y * t;
      }
      const at = r * columns + c;
      products[at] = a0;
      products[at + 1] = a1;
      products[at + 2] = a2;
      products[at + 3] = a3;
      products[at + columns] = b0;
      products[at + columns + 1] = b1;
      products[at + columns + 2] = b2;
      products[at + columns + 3] = b3;
    }
  }
  edge(left, right, products, 0, evenRows, fourColumns, columns, depth);
  edge(left, right, products, evenRows, rows, 0, columns, depth);
}

/** Rows [firstRow, lastRow) and columns [firstColumn, columns), one product at a time. */
function edge(
  left: Float64Array,
  right: Float64Array,
  products: Float64Array,
  firstRow: number,
  lastRow: number,
  firstColumn: number,
  columns: number,
  depth: number,
): void {
  for (let r = firstRow; r < lastRow; r++) {
    const row = r * depth;
    for (let c = firstColumn; c < columns; c++) {
      const column = c * depth;
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += left[row + k] * right[column + k];
      products[r * columns + c] = sum;
    }
  }
}

/** `multiply` modulo 2³², for integers of up to 32 bits. */
export function multiplyInteger(
  left: Int32Array,
  right: Int32Array,
  products: Int32Array,
  rows: number,
  columns: number,
  depth: number,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum = (sum + Math.imul(left[r * depth + k], right[c * depth + k])) | 0;
      products[r * columns + c] = sum;
    }
  }
}

/** `multiply` modulo 2⁶⁴. */
export function multiplyBigInt(
  left: BigInt64Array,
  right: BigInt64Array,
  products: BigInt64Array,
  rows: number,
  columns: number,
  depth: number,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0n;
      for (let k = 0; k < depth; k++) {
        sum = BigInt.asIntN(64, sum + BigInt.asIntN(64, left[r * depth + k] * right[c * depth + k]));
      }
      products[r * columns + c] = sum;
    }
  }
}

/** Packed tiles of the operands of a contraction, and their products. */
export interface Panels<T> {
  left: T;
  right: T;
  products: T;
  /** Rows and columns of a tile. */
  rows: number;
  columns: number;
}

/** Elements of a packed operand that stay in the second-level cache. */
const panelElements = 16384;

function grown<T extends Float64Array | Int32Array | BigInt64Array>(
  array: T,
  length: number,
  make: (n: number) => T,
): T {
  return array.length >= length ? array : make(Math.max(length, 2 * array.length));
}

function panelsOf<T extends Float64Array | Int32Array | BigInt64Array>(make: (n: number) => T) {
  const shared: Panels<T> = { left: make(0), right: make(0), products: make(0), rows: 0, columns: 0 };
  return (rows: number, columns: number, depth: number): Panels<T> => {
    const fitting = Math.floor(panelElements / Math.max(depth, 1)) & ~3;
    shared.rows = Math.min(rows, Math.max(4, Math.min(256, fitting)));
    shared.columns = Math.min(columns, Math.max(4, Math.min(128, fitting)));
    shared.left = grown(shared.left, shared.rows * depth, make);
    shared.right = grown(shared.right, shared.columns * depth, make);
    shared.products = grown(shared.products, shared.rows * shared.columns, make);
    return shared;
  };
}

const floatPanels = panelsOf((n) => new Float64Array(n));
const integerPanels = panelsOf((n) => new Int32Array(n));
const bigIntPanels = panelsOf((n) => new BigInt64Array(n));

/** Scratch memory for a contraction of the given extents, shared by all calls; contents are undefined. */
export function panels(
  kind: PanelKind,
  rows: number,
  columns: number,
  depth: number,
): Panels<Float64Array> | Panels<Int32Array> | Panels<BigInt64Array> {
  if (kind === "float") return floatPanels(rows, columns, depth);
  return kind === "integer" ? integerPanels(rows, columns, depth) : bigIntPanels(rows, columns, depth);
}

export type PanelKind = "float" | "integer" | "int64";

/** How a contraction of `dtype` is accumulated: in float64, modulo 2³², or modulo 2⁶⁴. */
export function panelKind(dtype: DType): PanelKind {
  if (dtype === "int64") return "int64";
  return dtype === "float32" || dtype === "float64" || dtype === "float16" ? "float" : "integer";
}

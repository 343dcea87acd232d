/**
 * The primitives: what templates are made of, and all that the compiler and the derivative rules know. A new elementwise
 * primitive is one name in `backend/scalar.ts`, one meaning, one derivative rule; the type checker lists what is missing.
 */
import type { ReduceOp, ScanOp, ScatterMode } from "../backend/program.ts";
import type { ScalarOp } from "../backend/scalar.ts";

/** What a check that fails at evaluation throws. */
export interface CheckFailure {
  readonly error: "IndexError" | "ValueError" | "ShapeError" | "DTypeError";
  readonly message: string;
}

/** A primitive with the attributes that are part of its structure. Shapes are the term's. */
export type Primitive =
  /** Input `index` of the template. */
  | { readonly op: "input"; readonly index: number }
  /** Scalar argument `slot` of the template, as every element of the term's shape. */
  | { readonly op: "argument"; readonly slot: number }
  | { readonly op: "constant"; readonly value: number | bigint }
  /** The coordinate along `dim`. */
  | { readonly op: "iota"; readonly dim: number }
  | { readonly op: ScalarOp }
  | { readonly op: "cast" }
  | { readonly op: "reshape" }
  /** Output dimension d is input dimension `order[d]`. */
  | { readonly op: "permute"; readonly order: readonly number[] }
  /** Repeats size-1 dimensions; the rank stays. */
  | { readonly op: "expand" }
  /** (x, start): out[i] = x[start + i · step] along `dim`. */
  | { readonly op: "slice"; readonly dim: number; readonly step: number }
  /** (x, low, fill): out[low + i · step] = x[i] along `dim`, `fill` elsewhere. What falls outside is dropped. */
  | { readonly op: "pad"; readonly dim: number; readonly step: number }
  /** out[…, i, …, k] = x[…, i · step + k · dilation, …] along `dim`; k is a new last dimension. */
  | { readonly op: "window"; readonly dim: number; readonly step: number; readonly dilation: number }
  /** Removes `dims`. */
  | { readonly op: "reduce"; readonly reduce: ReduceOp; readonly dims: readonly number[] }
  /** (a [batch…, rows…, depth…], b [batch…, columns…, depth…]) → [batch…, rows…, columns…]: counts of dimensions. */
  | {
      readonly op: "contract";
      readonly batch: number;
      readonly rows: number;
      readonly columns: number;
      readonly depth: number;
    }
  /** (x, index): out[…, i, …] = x[…, index[…, i, …], …] along `dim`; other sizes are equal. Indices are known to be in range. */
  | { readonly op: "gather"; readonly dim: number }
  /** (base, index, source): base with source combined at index along `dim`; other sizes are equal. Indices are known to be in range. */
  | { readonly op: "scatter"; readonly dim: number; readonly mode: ScatterMode }
  | { readonly op: "scan"; readonly scan: ScanOp; readonly dim: number }
  /**
   * int64 positions that sort x stably along `dim`; NaN is the greatest. With `first`, only so many of them are read: what
   * stands after them is anything.
   */
  | { readonly op: "sort"; readonly dim: number; readonly descending: boolean; readonly first?: number }
  /** (x, condition): x, if every element of `condition` is true; else evaluation throws. */
  | { readonly op: "check"; readonly failure: CheckFailure };

export type PrimitiveOp = Primitive["op"];

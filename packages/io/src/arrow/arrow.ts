/** What is used of apache-arrow's objects, so that its version does not matter. */

/** Numbers of types, from Arrow's own specification (Schema.fbs). */
export const arrowTypes = {
  int: 2,
  float: 3,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  fixedSizeList: 16,
  duration: 18,
  dictionary: -1,
} as const;

export interface ArrowType {
  readonly typeId: number;
  /** Of an int. */
  readonly bitWidth?: unknown;
  readonly isSigned?: unknown;
  /** Of a float: 0 half, 1 single, 2 double. */
  readonly precision?: unknown;
  /** Of a list of fixed size. */
  readonly listSize?: unknown;
  readonly children?: readonly { readonly type: ArrowType }[] | null;
  toString(): string;
}

/** One piece of a column. */
export interface ArrowData {
  readonly type: ArrowType;
  readonly length: number;
  readonly offset: number;
  readonly values: unknown;
  readonly children: readonly ArrowData[];
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array | null | undefined;
  getValid(at: number): boolean;
  slice(from: number, length: number): ArrowData;
}

export interface ArrowVector {
  readonly type: ArrowType;
  readonly data: readonly ArrowData[];
  readonly length: number;
}

export interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  readonly numRows: number;
  getChildAt(at: number): ArrowVector | null | undefined;
}

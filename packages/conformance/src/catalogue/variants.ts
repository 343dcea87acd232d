/** What samples are changed into, to try operations on other dtypes, on nothing, on scalars, on NaN. */
import type { DType } from "@cresset/core";
import { type Operand, type Sample, valuesOf } from "@cresset/core/catalogue";

/** An operand with its values. */
export interface Filled {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: readonly number[];
}

export type Variant = (operands: readonly Operand[]) => readonly Filled[];

const filled = (operand: Operand, place: number): Filled => ({
  shape: operand.shape,
  dtype: operand.dtype,
  values: valuesOf(operand, place),
});

/** Floats in another dtype; integers and masks stay. */
const inDtype =
  (dtype: DType): Variant =>
  (operands) =>
    operands.map((operand, place) => {
      const own = filled(operand, place);
      if (own.dtype !== "float64") return own;
      const round = dtype === "float32" ? Math.fround : Math.trunc;
      // Not -0, which integers lack.
      return { ...own, dtype, values: own.values.map((v) => round(v) + 0) };
    });

const specials = [Number.NaN, 1.5, Number.POSITIVE_INFINITY, -0, Number.NEGATIVE_INFINITY, 0, -1.5];

export const variants: Readonly<Record<string, Variant>> = {
  float64: (operands) => operands.map(filled),
  float32: inDtype("float32"),
  int64: inDtype("int64"),
  int32: inDtype("int32"),
  bool: inDtype("bool"),
  // Where a dimension has two elements, it has none.
  empty: (operands) =>
    operands.map((operand, place) => {
      const shape = operand.shape.map((size) => (size === 2 ? 0 : size));
      const size = shape.reduce((a, b) => a * b, 1);
      return { ...filled(operand, place), shape, values: valuesOf(operand, place).slice(0, size) };
    }),
  scalar: (operands) =>
    operands.map((operand, place) => ({
      ...filled(operand, place),
      shape: [],
      values: valuesOf(operand, place).slice(0, 1),
    })),
  special: (operands) =>
    operands.map((operand, place) => {
      const own = filled(operand, place);
      if (own.dtype !== "float64") return own;
      return { ...own, values: own.values.map((_, i) => specials[(i * (place + 1) + 2 * place) % specials.length]) };
    }),
};

/** The operands of a sample in a variant; null where it is the plain one. */
export function variantOf(sample: Sample, name: string): readonly Filled[] | null {
  const own = variants[name](sample.operands);
  const plain = variants.float64(sample.operands);
  return name !== "float64" && JSON.stringify(own) === JSON.stringify(plain) ? null : own;
}

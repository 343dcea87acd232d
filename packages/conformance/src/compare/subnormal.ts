/** Where arithmetic that takes subnormal numbers for 0 may differ from arithmetic that keeps them. */
import type { HostTensor } from "@cresset/io";

/** The least positive float32 that is not subnormal. */
const leastNormal = 2 ** -126;

/**
 * How far from the ends of float32's range a result may lie whose cause is a subnormal number on the way, which some factor
 * brought back into the range.
 */
const factor = 1024;

/** Whether a number is finite, and the reciprocal of it may count as 0: that times infinity is NaN then, and not infinity. */
function vanishesInverted(x: number): boolean {
  return Math.abs(x) > 1 / leastNormal && Number.isFinite(x);
}

/** Whether a number is not 0, but may count as 0. */
export function isSubnormal(x: number): boolean {
  return x !== 0 && Math.abs(x) < leastNormal;
}

/**
 * Whether what was got in place of `want` can come from a subnormal number that was taken for 0: both vanish, or both are beyond what
 * the reciprocal of a number that vanishes is.
 */
function atTheEnds(got: number, want: number): boolean {
  const small = leastNormal * factor;
  if (want !== 0 && Math.abs(want) < small) return Math.abs(got) < small;
  return Math.abs(want) > 1 / small && Math.abs(got) > 1 / small && Math.sign(got) === Math.sign(want);
}

/**
 * Tells elements of a result in float32 whose difference can come from subnormal numbers from those where it cannot.
 *
 * @param operands of the operation, if it is one; where one of them, broadcast to the result, is subnormal, any result may come of it,
 * and NaN in place of infinity where its reciprocal is.
 */
export function subnormalsAt(
  shape: readonly number[],
  operands: readonly HostTensor[],
): (flat: number, got: number, want: number) => boolean {
  const floats = operands.flatMap((operand) => {
    const strides = broadcastStrides(operand.shape, shape);
    return operand.dtype === "float32" && strides !== null ? [{ operand, strides }] : [];
  });
  return (flat, got, want) => {
    if (atTheEnds(got, want)) return true;
    const undefinedProduct = Number.isNaN(got) && Math.abs(want) === Number.POSITIVE_INFINITY;
    return floats.some(({ operand, strides }) => {
      const x = Number(operand.data[positionIn(strides, shape, flat)]);
      return isSubnormal(x) || (undefinedProduct && vanishesInverted(x));
    });
  };
}

/** The strides with which a tensor is read as one of `shape`; null where it does not broadcast to that. */
function broadcastStrides(of: readonly number[], shape: readonly number[]): number[] | null {
  const lead = shape.length - of.length;
  if (lead < 0) return null;
  const strides = shape.map(() => 0);
  let stride = 1;
  for (let d = of.length - 1; d >= 0; d--) {
    if (of[d] !== 1 && of[d] !== shape[lead + d]) return null;
    if (of[d] !== 1) strides[lead + d] = stride;
    stride *= of[d];
  }
  return strides;
}

function positionIn(strides: readonly number[], shape: readonly number[], flat: number): number {
  let at = 0;
  let rest = flat;
  for (let d = shape.length - 1; d >= 0; d--) {
    at += strides[d] * (rest % shape[d]);
    rest = Math.floor(rest / shape[d]);
  }
  return at;
}

import type { DType } from "../../dtype/dtype.ts";
import { floatToHalf, halfToFloat } from "../../dtype/half.ts";

const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

/** The bits of a float, read as an integer, count the floats of one sign in order: the neighbour is one step away. */
function step64(x: number, by: number): number {
  double[0] = x;
  doubleBits[0] += BigInt(by);
  return double[0];
}

function step32(x: number, by: number): number {
  single[0] = x;
  singleBits[0] += by;
  return single[0];
}

function step16(x: number, by: number): number {
  return halfToFloat(floatToHalf(x) + by);
}

function nextAfter(step: (x: number, by: number) => number, smallest: number): (x: number, y: number) => number {
  return (x, y) => {
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
    if (x === y) return y;
    if (x === 0) return y > 0 ? smallest : -smallest;
    return step(x, x < y === x > 0 ? 1 : -1);
  };
}

/** The next float64 after x in the direction of y. */
export const nextafter64 = nextAfter(step64, Number.MIN_VALUE);
/** The next float32 after the float32 x in the direction of y. */
export const nextafter32 = nextAfter(step32, 2 ** -149);
/** The next float16 after the float16 x in the direction of y. */
export const nextafter16 = nextAfter(step16, 2 ** -24);

/** nextafter among the values of a float dtype. */
export function nextafterOf(dtype: DType): (x: number, y: number) => number {
  return dtype === "float16" ? nextafter16 : dtype === "float32" ? nextafter32 : nextafter64;
}

import { DTypeError } from "../errors.ts";
import { type DType, dtypeInfo } from "./dtype.ts";
import { setDefaultFloat } from "./promotion.ts";

/** The limits of a float dtype, as PyTorch's `finfo`. */
export interface FloatInfo {
  readonly dtype: DType;
  readonly bits: number;
  /** The distance of 1 to the next larger number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** The smallest positive number with full precision. */
  readonly tiny: number;
  readonly smallestNormal: number;
  /** The decimal step: numbers of this many digits are told apart. */
  readonly resolution: number;
}

/** The limits of an integer dtype, as PyTorch's `iinfo`; numbers, and BigInts for int64. */
export interface IntegerInfo {
  readonly dtype: DType;
  readonly bits: number;
  readonly max: number | bigint;
  readonly min: number | bigint;
}

/** Stored bits of the fraction, the largest exponent, and the decimal digits that survive. */
const formats = {
  float16: { fraction: 10, exponent: 15, digits: 3 },
  float32: { fraction: 23, exponent: 127, digits: 6 },
  float64: { fraction: 52, exponent: 1023, digits: 15 },
} as const;

/**
 * The limits of a float dtype.
 *
 * @throws DTypeError for integers and bool.
 * @example torch.finfo("float32").eps // 1.1920928955078125e-7
 */
export function finfo(dtype: DType): FloatInfo {
  if (!Object.hasOwn(formats, dtype))
    throw new DTypeError(`torch.finfo() requires a floating point input type, not ${dtype}. Use torch.iinfo`);
  const { fraction, exponent, digits } = formats[dtype as keyof typeof formats];
  const eps = 2 ** -fraction;
  const max = (2 - eps) * 2 ** exponent;
  const tiny = 2 ** (1 - exponent);
  const bits = dtypeInfo(dtype).bytes * 8;
  return { dtype, bits, eps, max, min: -max, tiny, smallestNormal: tiny, resolution: Number(`1e-${digits}`) };
}

/**
 * The limits of an integer dtype.
 *
 * @throws DTypeError for floats and bool.
 * @example torch.iinfo("int8").max // 127
 */
export function iinfo(dtype: DType): IntegerInfo {
  const { kind, bytes, range } = dtypeInfo(dtype);
  if (kind !== "int" || range === undefined)
    throw new DTypeError(`torch.iinfo() requires an integer input type, not ${dtype}. Use torch.finfo`);
  const limit = (value: bigint): number | bigint => (dtype === "int64" ? value : Number(value));
  return { dtype, bits: bytes * 8, max: limit(range[1]), min: limit(range[0]) };
}

/**
 * Sets the dtype of floats that nobody gave one: of numbers in `tensor`, and of `zeros`, `rand` and the like.
 *
 * @throws DTypeError unless it is float32 or float64.
 * @example torch.setDefaultDtype("float64");
 */
export function setDefaultDtype(dtype: DType): void {
  if (dtype !== "float32" && dtype !== "float64")
    throw new DTypeError(`only float32 and float64 can be the default dtype, not ${dtype}`);
  setDefaultFloat(dtype);
}

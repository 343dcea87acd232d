/** Nested arrays of numbers as the data of a tensor. */
import { type DType, dtypeInfo, type HostArray, hasNegatives, isFloat } from "../dtype/dtype.ts";
import { floatToHalf } from "../dtype/half.ts";
import { getDefaultDtype, promote } from "../dtype/promotion.ts";
import { DTypeError, ValueError } from "../errors.ts";
import { FloatScalar, isScalar, type Scalar, scalarValue } from "../runtime/scalar.ts";
import { isTypedArray, type TypedArray, typedArrayDtype } from "./typed-array.ts";

/** A number, or arrays of arrays of numbers, equally long at each level. */
export type Nested = Scalar | TypedArray | readonly Nested[];

type Sequence = TypedArray | readonly Nested[];

function isSequence(data: unknown): data is Sequence {
  return Array.isArray(data) || isTypedArray(data);
}

/**
 * Whether there are elements, all of them numbers; stores them at `at` on the way.
 * (What `to.set(list, at)` does takes ten times as long.)
 */
function areNumbers(list: Sequence, to?: HostArray, at = 0): boolean {
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    if (typeof item !== "number") return false;
    if (to) to[at + i] = item;
  }
  return list.length > 0;
}

/** The shape by the first element of every level. */
export function nestedShape(data: Nested): number[] {
  const shape: number[] = [];
  let level: unknown = data;
  while (isSequence(level)) {
    shape.push(level.length);
    if (level.length === 0) break;
    level = level[0];
  }
  return shape;
}

/** bool < int64 (BigInts) < the default float dtype (numbers); typed arrays bring their own; the default float for no elements. */
export function inferDtype(data: Nested): DType {
  return infer(data, undefined) ?? getDefaultDtype();
}

function infer(data: unknown, sofar: DType | undefined): DType | undefined {
  if (isTypedArray(data)) {
    const dtype = typedArrayDtype(data);
    if (dtype === undefined)
      throw new DTypeError(
        `there is no dtype of a ${data.constructor.name}'s elements; give one: tensor(data, { dtype: "int64" })`,
      );
    return join(sofar, dtype);
  }
  if (Array.isArray(data)) {
    if (areNumbers(data)) return join(sofar, getDefaultDtype());
    let dtype = sofar;
    for (const item of data) dtype = infer(item, dtype);
    return dtype;
  }
  if (typeof data === "number" || data instanceof FloatScalar) return join(sofar, getDefaultDtype());
  if (typeof data === "bigint") return join(sofar, "int64");
  if (typeof data === "boolean") return join(sofar, "bool");
  throw notANumber(data);
}

const join = (a: DType | undefined, b: DType): DType => (a === undefined || a === b ? b : promote(a, b));

function notANumber(data: unknown): Error {
  if (typeof data === "string") return new ValueError("too many dimensions 'str'");
  const what =
    data === null ? "null" : isSequence(data) ? "list" : typeof data === "object" ? data.constructor.name : typeof data;
  return new ValueError(`must be real number, not ${what}`);
}

/** Writes the elements into `host`, converted to `dtype`. @throws ValueError where the nesting is not `shape`'s, or a number does not fit. */
export function storeNested(host: HostArray, dtype: DType, data: Nested, shape: readonly number[]): void {
  const write = writer(host, dtype);
  const { kind, range } = dtypeInfo(dtype);
  // Unsigned types take what wraps to one of their values: -1 is 255.
  const bounds =
    kind === "int" && range ? [Number(hasNegatives(dtype) ? range[0] : -range[1]), Number(range[1])] : null;
  const plain = kind === "float" && dtype !== "float16";
  let at = 0;
  const store = (part: unknown, dim: number): void => {
    if (dim === shape.length) {
      if (!isScalar(part)) throw notANumber(part);
      const value = scalarValue(part);
      if (bounds !== null && (value < bounds[0] || value > bounds[1])) throw overflow(dtype);
      write(at++, value);
      return;
    }
    if (!isSequence(part)) throw typeof part === "string" ? notANumber(part) : new ValueError("not a sequence");
    if (part.length !== shape[dim])
      throw new ValueError(`expected sequence of length ${shape[dim]} at dim ${dim} (got ${part.length})`);
    if (plain && dim + 1 === shape.length && areNumbers(part, host, at)) at += part.length;
    else for (const item of part) store(item, dim + 1);
  };
  store(data, 0);
}

/** Stores a number as an element of a dtype: floats round, integers truncate and wrap, bool is "not zero". */
export function writer(host: HostArray, dtype: DType): (at: number, value: number | bigint) => void {
  if (host instanceof BigInt64Array)
    return (at, value) => {
      host[at] = typeof value === "bigint" ? value : BigInt(Math.trunc(finite(value, dtype)));
    };
  const numbers = host as Exclude<HostArray, BigInt64Array<ArrayBuffer>>;
  if (dtype === "float16")
    return (at, value) => {
      numbers[at] = floatToHalf(Number(value));
    };
  if (dtype === "bool")
    return (at, value) => {
      numbers[at] = value !== 0 && value !== 0n ? 1 : 0;
    };
  if (isFloat(dtype))
    return (at, value) => {
      numbers[at] = Number(value);
    };
  return (at, value) => {
    numbers[at] = typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : Math.trunc(finite(value, dtype));
  };
}

const overflow = (dtype: DType): ValueError =>
  new ValueError(`value cannot be converted to type ${dtype} without overflow`);

function finite(value: number, dtype: DType): number {
  if (!Number.isFinite(value)) throw overflow(dtype);
  return value;
}

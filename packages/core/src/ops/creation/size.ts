import { ShapeError } from "../../errors.ts";
import { getDefaultDevice, setDefaultDevice } from "../../runtime/device.ts";
import { describeArgument } from "../../tensor/argument.ts";
import { type TensorOptions, withGradOption } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { sizeText } from "../shape/dims.ts";

/** A shape, as an array or as separate numbers, and options: `zeros([2, 3], { dtype })` or `zeros(2, 3, { dtype })`. */
export type SizeArguments =
  | readonly [size: readonly number[], options?: TensorOptions]
  | readonly number[]
  | readonly [...size: number[], options: TensorOptions]
  | readonly [named: SizeByName & { readonly size: readonly number[] }];

interface SizeByName extends TensorOptions {
  readonly size?: readonly number[];
}

/** Takes those arguments apart. @throws ShapeError for a negative or fractional size. */
export function readSize(args: SizeArguments): { readonly size: readonly number[]; readonly options: TensorOptions } {
  const last = args.at(-1);
  const given = typeof last === "object" && last !== null && !isList(last) ? (last as SizeByName) : undefined;
  if (given?.size !== undefined) {
    const { size, ...options } = given;
    return { size: checkedSize(size), options };
  }
  // Options that are undefined count as not given.
  const sizes = given !== undefined || (last === undefined && args.length > 0) ? args.slice(0, -1) : args;
  const size = isList(sizes[0]) && sizes.length === 1 ? sizes[0] : sizes;
  return { size: checkedSize(size as readonly number[]), options: given ?? {} };
}

const isList = (x: unknown): x is readonly number[] => Array.isArray(x);

export function checkedSize(size: readonly number[]): readonly number[] {
  if (!isList(size)) throw new ShapeError(`a size must be an array of integers, but got ${describeArgument(size)}`);
  for (const n of size) {
    if (typeof n !== "number")
      throw new ShapeError(`a size must consist of integers, but contains ${describeArgument(n)}`);
    if (n < 0) throw new ShapeError(`Trying to create tensor with negative dimension ${n}: ${sizeText(size)}`);
    if (!Number.isInteger(n)) throw new ShapeError(`a size must be an integer, but got ${n} in ${sizeText(size)}`);
  }
  if (size.reduce((product, n) => product * n, 1) > Number.MAX_SAFE_INTEGER)
    throw new ShapeError(`a tensor of size ${sizeText(size)} has more elements than can be counted`);
  return size;
}

/** Makes a tensor on the device of the options, marked as they ask. */
export function created(options: TensorOptions, make: () => Tensor): Tensor {
  const { device } = options;
  if (device === undefined) return withGradOption(make(), options);
  const before = getDefaultDevice();
  setDefaultDevice(device);
  try {
    return withGradOption(make(), options);
  } finally {
    setDefaultDevice(before);
  }
}

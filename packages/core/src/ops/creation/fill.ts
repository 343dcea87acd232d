/** Tensors of one value. They take no memory until something writes into them. */
import { type DType, dtypeInfo, hasNegatives, isFloat } from "../../dtype/dtype.ts";
import { getDefaultDtype } from "../../dtype/promotion.ts";
import { ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import { namesInPlace } from "../../graph/recording.ts";
import { type Scalar, scalarKind, scalarValue } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import type { TensorOptions } from "../../tensor/creation.ts";
import { inPlace } from "../../tensor/inplace.ts";
import { type ByName, keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkedSize, created, readSize, type SizeArguments } from "./size.ts";

interface FillAttributes extends Readonly<Record<string, unknown>> {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

const zerosOp = operation<FillAttributes>("zeros", (_, __, { shape, dtype }) => m.constant(0, dtype, shape));
const onesOp = operation<FillAttributes>("ones", (_, __, { shape, dtype }) => m.constant(1, dtype, shape));
const fullOp = operation<FillAttributes>("full", (_, [value], { shape, dtype }) =>
  m.broadcastTo(m.cast(value, dtype), shape),
);

/**
 * Zeros of a shape.
 *
 * @param args the shape and `{ dtype, device, requiresGrad }`; dtype default float32.
 * @example
 * torch.zeros([2, 3]); // or torch.zeros(2, 3)
 * torch.zeros([2], { dtype: "int64" });
 */
export function zeros(...args: SizeArguments): Tensor {
  const { size, options } = readSize(args);
  return created(options, () => call(zerosOp, [], [], { shape: size, dtype: options.dtype ?? getDefaultDtype() }));
}

/** Ones of a shape; dtype default float32. @example torch.ones([2, 3]) */
export function ones(...args: SizeArguments): Tensor {
  const { size, options } = readSize(args);
  return created(options, () => call(onesOp, [], [], { shape: size, dtype: options.dtype ?? getDefaultDtype() }));
}

/** A tensor whose values do not matter (they are zeros); dtype default float32. */
export function empty(...args: SizeArguments): Tensor {
  return zeros(...args);
}

interface FullParameters extends TensorOptions {
  readonly size: readonly number[];
  readonly fillValue: Scalar;
}

/**
 * A tensor whose every element is `fillValue`. Without `dtype`, the value decides: an integer-valued number or a BigInt
 * gives int64, a boolean bool, other numbers and `float(x)` the default float dtype.
 *
 * @throws ValueError if the value does not fit an integer dtype.
 * @example
 * torch.full([2], 1); // int64
 * torch.full([2], torch.float(1)); // float32
 */
export function full(
  ...given:
    | readonly [size: readonly number[], fillValue: Scalar, options?: TensorOptions]
    | ByName<FullParameters, ["size", "fillValue"]>
): Tensor {
  const names = ["size", "fillValue", "dtype", "device", "requiresGrad"] as const;
  const { size, fillValue, ...options } = keywords<FullParameters>(names, given, 2);
  const dtype = options.dtype ?? dtypeOf(fillValue);
  const value = fitted(fillValue, dtype);
  return created(options, () => call(fullOp, [], [value], { shape: checkedSize(size), dtype }));
}

function dtypeOf(value: Scalar): DType {
  const kind = scalarKind(value);
  return kind === "float" ? getDefaultDtype() : kind === "int" ? "int64" : "bool";
}

const cNames: Partial<Record<DType, string>> = {
  int64: "int64_t",
  int32: "int",
  int16: "int16_t",
  int8: "int8_t",
  uint8: "uint8_t",
  float32: "float",
  float16: "at::Half",
};

/** A number as it is stored in a dtype. @throws ValueError if it overflows the dtype. */
export function fitted(value: Scalar, dtype: DType): Scalar {
  if (dtype === "bool" || dtype === "float64") return value;
  const number = scalarValue(value);
  if (isFloat(dtype)) {
    const size = Math.abs(Number(number));
    if (size > (dtype === "float16" ? 65504 : 3.4028234663852886e38) && size < Number.POSITIVE_INFINITY)
      overflow(dtype);
    return value;
  }
  const { range } = dtypeInfo(dtype);
  const signed = hasNegatives(dtype);
  const [low, high] = range ?? [0n, 0n];
  const whole = typeof number === "bigint" ? number : Number.isFinite(number) ? BigInt(Math.trunc(number)) : high + 1n;
  // Unsigned types take integers that wrap to one of their values: -1 is 255.
  const outside = scalarKind(value) === "float" && (Number(number) > Number(high) || Number(number) < Number(low));
  if (outside || whole > high || whole < (signed ? low : -high)) overflow(dtype);
  return whole;
}

/** @throws ValueError, as PyTorch has it where a number does not fit a dtype. */
export function overflow(dtype: DType): never {
  throw new ValueError(`value cannot be converted to type ${cNames[dtype]} without overflow`);
}

function like(input: Tensor, options: TensorOptions): TensorOptions {
  return { dtype: input.dtype, device: input.device, ...given(options) };
}

const given = (options: TensorOptions): TensorOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** Zeros of the shape, dtype and device of `input`, unless the options say otherwise. */
export function zerosLike(input: Tensor, options: TensorOptions = {}): Tensor {
  return zeros(input.shape, like(input, options));
}

/** Ones of the shape, dtype and device of `input`, unless the options say otherwise. */
export function onesLike(input: Tensor, options: TensorOptions = {}): Tensor {
  return ones(input.shape, like(input, options));
}

/** `fillValue` in the shape, dtype and device of `input`, unless the options say otherwise. */
export function fullLike(input: Tensor, fillValue: Scalar, options: TensorOptions = {}): Tensor {
  return full(input.shape, fillValue, like(input, options));
}

/** A tensor like `input` whose values do not matter. */
export function emptyLike(input: Tensor, options: TensorOptions = {}): Tensor {
  return empty(input.shape, like(input, options));
}

/** Zeros of another shape with the dtype and device of `input`. @example x.newZeros([3]) */
export function newZeros(input: Tensor, ...args: SizeArguments): Tensor {
  const { size, options } = readSize(args);
  return zeros(size, like(input, options));
}

/** Ones of another shape with the dtype and device of `input`. */
export function newOnes(input: Tensor, ...args: SizeArguments): Tensor {
  const { size, options } = readSize(args);
  return ones(size, like(input, options));
}

/** A tensor of another shape with the dtype and device of `input`, whose values do not matter. */
export function newEmpty(input: Tensor, ...args: SizeArguments): Tensor {
  const { size, options } = readSize(args);
  return empty(size, like(input, options));
}

/** `fillValue` in another shape with the dtype and device of `input`. */
export function newFull(
  input: Tensor,
  size: readonly number[],
  fillValue: Scalar,
  options: TensorOptions = {},
): Tensor {
  return full(size, fillValue, like(input, options));
}

const fillTensorOp = operation<FillAttributes>(
  "fill",
  ([, value], _, { shape, dtype }) => m.broadcastTo(m.cast(value, dtype), shape),
  { gradName: "FillBackward1", half: "keep" },
);
const fillOp = operation<FillAttributes>("fill", ([x], [value]) => m.broadcastTo(m.cast(value, x.dtype), x.shape), {
  gradName: "FillBackward0",
  half: "keep",
});

/**
 * `input`'s shape and dtype with every element `value`: a number or a tensor of no dimension.
 *
 * @throws ShapeError if `value` has dimensions; ValueError if it overflows an integer dtype.
 */
export function fill(input: Tensor, value: Scalar | Tensor): Tensor {
  if (typeof value === "object" && "shape" in value) {
    if (value.ndim !== 0)
      throw new ValueError(
        `fill_ only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions.`,
      );
    return call(fillTensorOp, [input, value], [], { shape: input.shape, dtype: input.dtype });
  }
  return call(fillOp, [input], [fitted(value, input.dtype)], { shape: input.shape, dtype: input.dtype });
}

/** Fills the tensor itself, which is returned; see `fill`. */
export function fill_(input: Tensor, value: Scalar | Tensor): Tensor {
  inPlace("fill_", fill)(input, value);
  const recording = input.region === null ? input.edge?.recording : null;
  if (recording) namesInPlace.set(recording, typeof value === "object" ? "FillBackward3" : "FillBackward2");
  return input;
}

const zeroOp = operation("zero", ([x]) => m.zerosLike(x), { derivative: () => [null], half: "keep" });

/** Zeros like `input`; `x.zero_()` in place. */
export function zero(input: Tensor): Tensor {
  return call(zeroOp, [input]);
}

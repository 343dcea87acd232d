import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { sameShape } from "../../graph/type.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { requireTensors } from "../../tensor/argument.ts";
import { call } from "../../tensor/call.ts";
import { data, dataSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isFiniteNumber } from "./comparison.ts";

/** Tolerances of `isclose` and `allclose`. */
export interface CloseOptions {
  /** Relative to `other`; default 1e-5. */
  readonly rtol?: Scalar;
  /** Absolute; default 1e-8. */
  readonly atol?: Scalar;
  /** Whether NaN is close to NaN; default false. */
  readonly equalNan?: boolean;
}

interface CloseAttributes {
  readonly equalNan: boolean;
  readonly [name: string]: unknown;
}

function closeness(x: Term, y: Term, rtol: Term, atol: Term, equalNan: boolean): Term {
  const equal = m.eq(x, y);
  const same = equalNan && x.isFloat ? m.or(equal, m.and(m.isNan(x), m.isNan(y))) : equal;
  const expected = m.toFloat(y);
  const allowed = m.add(m.cast(atol, expected.dtype), m.abs(m.mul(m.cast(rtol, expected.dtype), expected)));
  const error = m.abs(m.sub(m.toFloat(x), expected));
  return m.or(same, m.and(isFiniteNumber(error), m.le(error, allowed)));
}

const iscloseOp = operation<CloseAttributes>("isclose", ([a, b], [rtol, atol], { equalNan }) => {
  const [x, y] = m.together(a, b);
  return closeness(x, y, rtol, atol, equalNan);
});

const allcloseOp = operation<CloseAttributes>("allclose", ([a, b], [rtol, atol], { equalNan }) => {
  const [x, y] = m.together(a, b);
  return m.amin(closeness(x, y, rtol, atol, equalNan));
});

const equalOp = operation("equal", ([a, b]) => m.amin(m.eq(a, b)));

function check(input: Tensor, other: Tensor, rtol: Scalar, atol: Scalar): void {
  requireTensors("allclose", [input, other]);
  if (input.dtype !== other.dtype)
    throw new DTypeError(`${pytorchName(input.dtype)} did not match ${pytorchName(other.dtype)}`);
  for (const [name, value] of Object.entries({ rtol, atol })) {
    if (!(toNumber(value) >= 0))
      throw new ValueError(`${name} must be greater than or equal to zero, but got ${toNumber(value)}`);
  }
}

/**
 * Whether |input - other| <= atol + rtol · |other|, elementwise. Shapes broadcast; bool.
 *
 * @param rtol a number, or `{ rtol, atol, equalNan }`.
 * @throws DTypeError for different dtypes; ValueError for a negative tolerance.
 */
export function isclose(
  input: Tensor,
  other: Tensor,
  rtol: Scalar | CloseOptions = {},
  atol?: Scalar,
  equalNan?: boolean,
): Tensor {
  const options = closeOptions(rtol, atol, equalNan);
  check(input, other, options.rtol, options.atol);
  return call(iscloseOp, [input, other], [options.rtol, options.atol], { equalNan: options.equalNan });
}

function closeOptions(rtol: Scalar | CloseOptions, atol?: Scalar, equalNan?: boolean): Required<CloseOptions> {
  const given: CloseOptions = typeof rtol === "object" && !("value" in rtol) ? rtol : { rtol: rtol as Scalar };
  return {
    rtol: given.rtol ?? 1e-5,
    atol: atol ?? given.atol ?? 1e-8,
    equalNan: equalNan ?? given.equalNan ?? false,
  };
}

/** One bool tensor that says whether all elements are close; null where there are none. */
function allCloseTensor(input: Tensor, other: Tensor, options: Required<CloseOptions>): Tensor | null {
  check(input, other, options.rtol, options.atol);
  const shape = m.broadcastShapes(input.shape, other.shape);
  if (shape.includes(0)) return null;
  return call(allcloseOp, [input, other], [options.rtol, options.atol], { equalNan: options.equalNan });
}

/**
 * Whether all elements are close, as `isclose` defines it. An empty comparison is true.
 *
 * @param rtol a number, or `{ rtol, atol, equalNan }`.
 * @throws DTypeError for different dtypes.
 * @example
 * await torch.allclose(torch.tensor([1]), torch.tensor([1 + 1e-7])); // true
 */
export async function allclose(
  input: Tensor,
  other: Tensor,
  rtol: Scalar | CloseOptions = {},
  atol?: Scalar,
  equalNan?: boolean,
): Promise<boolean> {
  const all = allCloseTensor(input, other, closeOptions(rtol, atol, equalNan));
  return all === null || truthOf(await data(all));
}

/** `allclose` at once. @throws DeviceError on devices that read asynchronously. */
export function allcloseSync(
  input: Tensor,
  other: Tensor,
  rtol: Scalar | CloseOptions = {},
  atol?: Scalar,
  equalNan?: boolean,
): boolean {
  const all = allCloseTensor(input, other, closeOptions(rtol, atol, equalNan));
  return all === null || truthOf(dataSync(all));
}

const truthOf = (values: ArrayLike<number | bigint>): boolean => Number(values[0]) !== 0;

/** One bool tensor, or the answer where no value is needed. */
function equality(input: Tensor, other: Tensor): Tensor | boolean {
  requireTensors("equal", [input, other]);
  if (!sameShape(input.shape, other.shape)) return false;
  return input.numel() === 0 ? true : call(equalOp, [input, other]);
}

/**
 * Whether two tensors have the same shape and equal elements (NaN is not equal to NaN), in the dtype that both promote to.
 */
export async function equal(input: Tensor, other: Tensor): Promise<boolean> {
  const result = equality(input, other);
  return typeof result === "boolean" ? result : truthOf(await data(result));
}

/** `equal` at once. @throws DeviceError on devices that read asynchronously. */
export function equalSync(input: Tensor, other: Tensor): boolean {
  const result = equality(input, other);
  return typeof result === "boolean" ? result : truthOf(dataSync(result));
}

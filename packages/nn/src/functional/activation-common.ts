import { inPlace, pytorchName, requireTensors, type Term } from "@cresset/core/extend";
import { DTypeError, type Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";

/** The parameter that most activations share, by name. */
export interface InplaceOptions {
  /** Writes the result into the input; default false. */
  readonly inplace?: boolean;
}

/** What `fn` gives for the input, written into it if asked to. */
export function finish(
  input: Tensor,
  fn: (input: Tensor) => Tensor,
  inplace: boolean | undefined,
  name: string,
): Tensor {
  return inplace ? inPlace(`${name}_`, fn)(input) : fn(input);
}

/** @throws DTypeError for integers and bool, with PyTorch's message. */
export function requireFloat(kernel: string, input: Tensor): void {
  requireTensors(kernel, [input]);
  if (!input.dtype.startsWith("float"))
    throw new DTypeError(`"${kernel}" not implemented for '${pytorchName(input.dtype)}'`);
}

/** As `requireFloat`, for kernels that PyTorch has for int64, too. */
export function requireFloatOrLong(kernel: string, input: Tensor): void {
  requireTensors(kernel, [input]);
  if (input.dtype !== "int64") requireFloat(kernel, input);
}

export function inplaceOf(inplace: boolean | InplaceOptions | undefined): boolean {
  return typeof inplace === "object" ? (inplace.inplace ?? false) : (inplace ?? false);
}

/** exp(-|x|), whose derivative at 0 is that of negative x: together with `negativePart`, that of smooth functions. */
export const expOfMinusAbs = (x: Term): Term => m.exp(m.where(m.gt(x, 0), m.neg(x), x));

/** 1 / (1 + exp(-x)), without overflow on the way, so that all its derivatives are finite. */
export function logistic(x: Term): Term {
  const e = expOfMinusAbs(x);
  return m.div(m.where(m.gt(x, 0), 1, e), m.add(1, e));
}

/** log(1 / (1 + exp(-x))), likewise. */
export const logOfLogistic = (x: Term): Term => m.sub(m.negativePart(x), m.log1p(expOfMinusAbs(x)));

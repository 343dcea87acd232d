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

/** 1 / (1 + exp(-x)). */
export function logistic(x: Term): Term {
  return m.div(1, m.add(1, m.exp(m.neg(x))));
}

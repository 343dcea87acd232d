import type { HostArray } from "@cresset/core/backend";
import { asNumbers, call, operation } from "@cresset/core/extend";
import { DTypeError, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";

const oneHotOp = operation<{ classes: number }>("one_hot", ([x], _, { classes }) => {
  const known = m.check(x, m.ge(x, 0), { error: "ValueError", message: "Class values must be non-negative." });
  const valid = m.check(known, m.lt(known, classes), {
    error: "ValueError",
    message: "Class values must be smaller than num_classes.",
  });
  const shape = [...x.shape, classes];
  // Classes have no more than 32 bits, of which twice as many are compared at once.
  const here = m.cast(m.unsqueeze(valid, x.rank), "int32");
  return m.cast(m.eq(here, m.iota(shape, x.rank, "int32")), "int64");
});

/** The parameter of `oneHot`, by name. */
export interface OneHotOptions {
  /** Default -1: the greatest value plus one. */
  readonly numClasses?: number;
}

/**
 * For each class number a vector of zeros with a one at its place: [*] → [*, numClasses], int64. Without the number of
 * classes it is the greatest value plus one, which must be read: the result is then a promise.
 *
 * @throws DTypeError unless `tensor` is int64; ValueError, where values are not known at evaluation, for a class that is
 * negative or too great.
 * @example F.oneHot(torch.tensor([0n, 2n]), 3) // [[1, 0, 0], [0, 0, 1]]
 */
export function oneHot(tensor: Tensor, numClasses?: -1): Promise<Tensor>;
export function oneHot(tensor: Tensor, numClasses: number | { readonly numClasses: number }): Tensor;
export function oneHot(tensor: Tensor, numClasses?: number | OneHotOptions): Tensor | Promise<Tensor> {
  const classes = given(numClasses);
  checkIndices(tensor, classes);
  if (classes !== -1) return call(oneHotOp, [tensor], [], { classes });
  return tensor.data().then((values) => call(oneHotOp, [tensor], [], { classes: classesOf(values) }));
}

/** `oneHot` at once. @throws DeviceError if values must be read on devices that read asynchronously. */
export function oneHotSync(tensor: Tensor, numClasses?: number | OneHotOptions): Tensor {
  const number = given(numClasses);
  checkIndices(tensor, number);
  const classes = number === -1 ? classesOf(tensor.dataSync()) : number;
  return call(oneHotOp, [tensor], [], { classes });
}

const given = (numClasses: number | OneHotOptions | undefined): number =>
  keywords<OneHotOptions>(["numClasses"], [numClasses]).numClasses ?? -1;

function checkIndices(tensor: Tensor, numClasses: number): void {
  if (tensor.dtype !== "int64") throw new DTypeError("one_hot is only applicable to index tensor.");
  if (tensor.numel() === 0 && numClasses <= 0)
    throw new ValueError("Can not infer total number of classes from empty tensor.");
  if (numClasses !== -1 && numClasses < 1) throw new ValueError("num_classes should be positive");
}

function classesOf(values: HostArray): number {
  let greatest = 0;
  for (const value of asNumbers(values)) {
    if (value < 0) throw new ValueError("Class values must be non-negative.");
    if (value > greatest) greatest = value;
  }
  return greatest + 1;
}

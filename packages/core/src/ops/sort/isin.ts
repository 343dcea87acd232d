import { isFloat } from "../../dtype/dtype.ts";
import { resultType } from "../../dtype/promotion.ts";
import { DTypeError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Scalar } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { newZeros } from "../creation/fill.ts";
import { nanToNum } from "../elementwise/clamp.ts";
import { eq } from "../elementwise/comparison.ts";
import { logicalNot } from "../elementwise/logical.ts";
import { any } from "../reduction/logic.ts";
import { toDtype } from "../shape/convert.ts";
import { reshape } from "../shape/reshape.ts";
import { searchsorted } from "./search.ts";
import { sort } from "./sort.ts";

/** Keyword arguments of `isin`. */
export interface IsinOptions {
  /** Accepted for PyTorch's sake. */
  assumeUnique?: boolean;
  /** Ask for what is not in; default false. */
  invert?: boolean;
}

const infinite = {
  nan: Number.POSITIVE_INFINITY,
  posinf: Number.POSITIVE_INFINITY,
  neginf: Number.NEGATIVE_INFINITY,
};

const foundOp = operation("isin", ([x, sorted, at]) => {
  const place = m.reshape(m.minimum(at, sorted.numel - 1), [x.numel]);
  return m.eq(x, m.reshape(m.gather(sorted, 0, place), x.shape));
});

/**
 * For each of `elements` whether it is among `testElements`; one of the two may be a number. NaN is nowhere.
 *
 * @returns bool, of the shape of `elements`.
 * @example
 * torch.isin(torch.tensor([1, 2, 3]), torch.tensor([3, 1])) // tensor([ True, False,  True])
 */
export function isin(elements: Tensor | Scalar, testElements: Tensor | Scalar, options: IsinOptions = {}): Tensor {
  requireNames(options, ["assumeUnique", "invert"]);
  const { invert = false } = options;
  for (const x of [elements, testElements])
    if (x instanceof Tensor && x.dtype === "bool")
      throw new DTypeError("Unsupported input type encountered for isin(): Bool");
  const found = search(elements, testElements);
  return invert ? logicalNot(found) : found;
}

function search(elements: Tensor | Scalar, testElements: Tensor | Scalar): Tensor {
  if (!(testElements instanceof Tensor)) return eq(elements, testElements);
  if (!(elements instanceof Tensor)) return reshape(any(eq(testElements, elements)), []);
  if (testElements.numel() === 0 || elements.numel() === 0)
    return newZeros(elements, elements.shape, { dtype: "bool" });
  const dtype = resultType([elements, testElements].map(({ dtype }) => ({ dtype, shape: [1], weak: false })));
  const [x, list] = [toDtype(elements, dtype), toDtype(reshape(testElements, [-1]), dtype)];
  const sorted = sort(list, 0).values;
  // A search by halves stumbles over NaN, which come last.
  const keys = isFloat(dtype) ? nanToNum(sorted, infinite) : sorted;
  return call(foundOp, [x, sorted, searchsorted(keys, x)]);
}

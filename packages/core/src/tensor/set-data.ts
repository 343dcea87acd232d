import { isFloat } from "../dtype/dtype.ts";
import { AutogradError } from "../errors.ts";
import { detach } from "../ops/shape/convert.ts";
import { requireTensor } from "./argument.ts";
import { LeafRecord } from "./leaf.ts";
import type { Tensor } from "./tensor.ts";

/**
 * `p.data = source`: the tensor stays who it is, with its place in recorded operations and its gradient, and shares the
 * elements of `source`, without their history.
 *
 * @throws AutogradError for a source that is not floating, where gradients are recorded.
 */
export function setData(target: Tensor, source: Tensor): void {
  requireTensor("data", source);
  if (target.edge !== null && !isFloat(source.dtype))
    throw new AutogradError("data set to a tensor that requires gradients must be floating point or complex dtype");
  const { storage, region, value, history } = detach(source);
  Object.assign(target, { storage, region, value, history, seen: storage.version });
  if (target.edge instanceof LeafRecord && target.edge.type !== value?.type)
    target.edge = new LeafRecord(target.current().type);
  if (region === null) history.edge = target.edge;
}

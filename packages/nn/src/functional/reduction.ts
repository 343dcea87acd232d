import {
  type Attributes,
  type Operation,
  type OperationOptions,
  operation,
  requireTensors,
  sameShape,
  type Term,
} from "@cresset/core/extend";
import { isFloat, ShapeError, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";
import { sizeText } from "../printing.ts";

/** What becomes of the losses of all elements: their mean (default), their sum, or a tensor of them. */
export type Reduction = "mean" | "sum" | "none";

export interface ReductionOptions {
  readonly reduction?: Reduction;
}

/** The reduction of a loss that has no other option. */
export const reductionOf = (options: ReductionOptions): Reduction =>
  keywords<ReductionOptions>(["reduction"], [options]).reduction ?? "mean";

/** `checkReduction` of the losses that PyTorch composes in Python, in their words. */
export function checkComposedReduction(reduction: string): void {
  if (!["mean", "sum", "none"].includes(reduction)) throw new ValueError(`${reduction} is not valid`);
}

/** @throws ValueError for a reduction that is none. */
export function checkReduction(reduction: string, allowed: readonly string[] = ["mean", "sum", "none"]): void {
  if (!allowed.includes(reduction)) throw new ValueError(`${reduction} is not a valid value for reduction`);
}

export interface LossAttributes extends Attributes {
  readonly reduction: Reduction;
}

/** One attribute object per reduction, so that calls share it and its key is written once. */
export function byReduction<A extends LossAttributes>(others: Omit<A, "reduction">): Readonly<Record<Reduction, A>> {
  const of = (reduction: Reduction): A => ({ ...others, reduction }) as A;
  return { mean: of("mean"), sum: of("sum"), none: of("none") };
}

/** The losses of elements, reduced. */
export function reduced(loss: Term, reduction: Reduction): Term {
  if (reduction === "none") return loss;
  if (reduction === "mean") return m.mean(loss);
  return m.sum(isFloat(loss.dtype) ? loss : m.cast(loss, "int64"));
}

/** A loss operation: `body` gives the losses of elements, the attribute `reduction` says what becomes of them. */
export function lossOperation<A extends LossAttributes = LossAttributes>(
  name: string,
  body: (inputs: readonly Term[], scalars: readonly Term[], attributes: A) => Term,
  options: Omit<OperationOptions<A>, "gradName"> = {},
): Operation<A> {
  return operation<A>(
    name,
    (inputs, scalars, attributes) => reduced(body(inputs, scalars, attributes), attributes.reduction),
    {
      ...options,
      gradName: lossGradName,
    },
  );
}

const lossGradName = (name: string): string =>
  `${name.replaceAll(/(^|_)(\w)/g, (_match, _gap, letter: string) => letter.toUpperCase())}Backward0`;

/** The gradient of each element's loss, from the gradient of the reduced loss; `count` is the number of elements. */
export function spread(grad: Term, reduction: Reduction, count: number): Term {
  return reduction === "mean" ? m.div(grad, m.constant(count, grad.dtype)) : grad;
}

/** @throws ShapeError where others broadcast to more than the losses' shape, which PyTorch writes them over. */
export function requireWithin(shape: readonly number[], ...others: readonly (readonly number[])[]): void {
  const all = m.broadcastShapes(shape, ...others);
  if (!sameShape(all, shape))
    throw new ShapeError(
      `output with shape [${shape.join(", ")}] doesn't match the broadcast shape [${all.join(", ")}]`,
    );
}

/** Warns, as PyTorch does, where a loss broadcasts its target. */
export function warnOfBroadcast(input: Tensor, target: Tensor): void {
  requireTensors("loss", [input, target]);
  if (sameShape(input.shape, target.shape)) return;
  console.warn(
    `Using a target size (${sizeText(target.shape)}) that is different to the input size (${sizeText(input.shape)}). ` +
      "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size." +
      sizeHint(input.shape, target.shape),
  );
}

/** What to do about a target whose shape is almost the input's. */
export function sizeHint(input: readonly number[], target: readonly number[]): string {
  if (input.length === target.length + 1 && sameShape(input.slice(0, -1), target) && input[input.length - 1] === 1)
    return `\nThe input has one dimension more: use target.unsqueeze(${target.length}).`;
  if (target.length === input.length + 1 && sameShape(target.slice(0, -1), input) && target[target.length - 1] === 1)
    return `\nThe target has one dimension more: use target.squeeze(${input.length}).`;
  return "";
}

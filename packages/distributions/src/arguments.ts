/** What distributions take: tensors or numbers, which broadcast. */
import { describeArgument, isScalar, keywords } from "@cresset/core/extend";
import { broadcastTensors, getDefaultDtype, type Scalar, Tensor, tensor, ValueError } from "@cresset/core/functions";

/** A parameter: a tensor, or a number, which takes the dtype and device of the tensors beside it. */
export type Parameter = Tensor | Scalar;

/** What every distribution takes by name. */
export interface DistributionOptions {
  /** Whether parameters and values are checked; default true, unless `Distribution.setDefaultValidateArgs(false)`. */
  readonly validateArgs?: boolean | undefined;
}

/**
 * Tensors of one shape. Numbers become tensors of the first tensor's dtype and device, or of the default dtype.
 *
 * @throws ValueError for what is neither.
 */
export function broadcastAll(...values: readonly Parameter[]): Tensor[] {
  for (const value of values) {
    if (!(value instanceof Tensor) && !isScalar(value))
      throw new ValueError(
        "Input arguments must all be instances of numbers.Number, torch.Tensor or objects implementing __torch_function__. " +
          `(Got ${describeArgument(value)})`,
      );
  }
  const first = values.find((value) => value instanceof Tensor);
  const tensors = values.map((value) => (value instanceof Tensor ? value : scalarTensorLike(value, first)));
  const [{ shape }] = tensors;
  const same = tensors.every(
    (each) => each.shape.length === shape.length && each.shape.every((n, d) => n === shape[d]),
  );
  return same ? tensors : [...broadcastTensors(...tensors)];
}

function scalarTensorLike(value: Scalar, like: Tensor | undefined): Tensor {
  const number = typeof value === "object" ? value.value : Number(value);
  if (like === undefined) return tensor(number, { dtype: getDefaultDtype() });
  return tensor(number, { dtype: like.dtype, device: like.device });
}

/** The tensors among the values. */
export const tensorsAmong = (values: readonly unknown[]): Tensor[] =>
  values.filter((value): value is Tensor => value instanceof Tensor);

/** What distributions with a location and a scale take by name. */
export interface LocationScaleOptions extends DistributionOptions {
  readonly loc?: Parameter;
  readonly scale?: Parameter;
}

/** The arguments of a distribution with a location and a scale, and what it hands to `Distribution`. */
export function locationScale(...values: readonly unknown[]) {
  const given = keywords<Required<LocationScaleOptions>>(["loc", "scale", "validateArgs"], values);
  const [loc, scale] = broadcastAll(given.loc, given.scale);
  return {
    batchShape: loc.shape,
    validateArgs: given.validateArgs,
    parameters: { loc, scale },
    given: tensorsAmong([given.loc, given.scale]),
  };
}

/** Of two ways to give one parameter exactly one. @throws ValueError otherwise. */
export function requireOneOf(probs: unknown, logits: unknown): void {
  if ((probs === undefined || probs === null) === (logits === undefined || logits === null))
    throw new ValueError("Either `probs` or `logits` must be specified, but not both.");
}

/** `x` in another's dtype. */
export const typeAs = (x: Tensor, like: Tensor): Tensor => (x.dtype === like.dtype ? x : x.to(like.dtype));

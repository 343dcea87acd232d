import { type Attributes, assign, callMany, operation, requireTensors, type Term } from "@cresset/core/extend";
import { clamp, float, noGrad, Tensor, zeros } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";

export interface ClipGradNormOptions {
  /** The order of the norm; `Infinity` for the largest element; default 2. */
  readonly normType?: number;
  /** Whether a norm that is NaN or infinite is an error; default false. */
  readonly errorIfNonfinite?: boolean;
}

interface ClipAttributes extends Attributes {
  /** As text, since attributes are JSON: "2.0", "inf". */
  readonly order: string;
  readonly checked: boolean;
}

/** The norm of all elements of all terms; as PyTorch does, the norm of the terms' norms. */
function totalNorm(terms: readonly Term[], p: number): Term {
  if (p === Number.POSITIVE_INFINITY) return terms.map((x) => m.amax(m.abs(x))).reduce((a, b) => m.maximum(a, b));
  const power = (x: Term): Term => (p === 2 ? m.square(x) : p === 1 ? m.abs(x) : m.pow(m.abs(x), p));
  const root = (x: Term): Term => (p === 2 ? m.sqrt(x) : p === 1 ? x : m.pow(x, 1 / p));
  const norms = terms.map((x) => root(m.sum(power(x))));
  return norms.length === 1 ? norms[0] : root(norms.map(power).reduce((a, b) => m.add(a, b)));
}

const clipNorm = operation<ClipAttributes>("clip_grad_norm", (grads, [maxNorm], { order, checked }) => {
  const norm = totalNorm(grads, order === "inf" ? Number.POSITIVE_INFINITY : Number(order));
  const message =
    `The total norm of order ${order} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable this ` +
    "error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`";
  const finite = m.lt(norm, Number.POSITIVE_INFINITY);
  const total = checked ? m.check(norm, finite, { error: "ValueError", message }) : norm;
  const factor = m.minimum(m.div(maxNorm, m.add(total, 1e-6)), 1);
  return [total, ...grads.map((grad) => m.mul(grad, m.cast(factor, grad.dtype)))];
});

/** The tensors of an iterable. @throws ValueError for anything else. */
export function iterated(name: string, parameters: Iterable<Tensor>): Tensor[] {
  const list = typeof parameters?.[Symbol.iterator] === "function" ? [...parameters] : parameters;
  requireTensors(name, list);
  return list as Tensor[];
}

function gradientsOf(parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : iterated("clip_grad", parameters);
  return list.flatMap(({ grad }) => (grad === null ? [] : [grad]));
}

/**
 * Scales the gradients of all parameters in place, so that the norm of all of them together is at most `maxNorm`.
 *
 * @returns the norm before, a tensor of no dimension.
 * @throws ValueError with `errorIfNonfinite` for a norm that is not finite: at once where the device reads synchronously,
 * else when the gradients are used.
 * @example
 * loss.backward();
 * nn.utils.clipGradNorm_(model.parameters(), 1);
 * optimizer.step();
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  { normType = 2, errorIfNonfinite = false }: ClipGradNormOptions = {},
): Tensor {
  const grads = gradientsOf(parameters);
  if (grads.length === 0) return zeros([]);
  const order =
    normType === Number.POSITIVE_INFINITY ? "inf" : Number.isInteger(normType) ? `${normType}.0` : String(normType);
  return noGrad(() => {
    const [total, ...clipped] = callMany(clipNorm, grads, [float(maxNorm)], { order, checked: errorIfNonfinite });
    if (errorIfNonfinite && total.value.device.backend.readSync !== undefined) total.itemSync();
    for (const [i, grad] of grads.entries()) assign(grad, clipped[i], "clipGradNorm_");
    return total;
  });
}

/** Clamps every element of all gradients to [-clipValue, clipValue], in place. */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  noGrad(() => {
    for (const grad of gradientsOf(parameters)) assign(grad, clamp(grad, -clipValue, clipValue), "clipGradValue_");
  });
}

import { type Attributes, assign, call, callMany, operation, requireTensors, type Term } from "@cresset/core/extend";
import { clamp, float, noGrad, Tensor, zeros } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import { keywords } from "../keywords.ts";

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
  if (p === 0) {
    const count = (x: Term): Term => m.sum(m.cast(m.ne(x, 0), x.dtype));
    return terms.map((x) => count(count(x))).reduce((a, b) => m.add(a, b));
  }
  const power = (x: Term): Term => (p === 2 ? m.square(x) : p === 1 ? m.abs(x) : m.pow(m.abs(x), p));
  const root = (x: Term): Term => (p === 2 ? m.sqrt(x) : p === 1 ? x : m.pow(x, 1 / p));
  const norms = terms.map((x) => root(m.sum(power(x))));
  return norms.length === 1 ? norms[0] : root(norms.map(power).reduce((a, b) => m.add(a, b)));
}

/** The total norm, which is an error where it is not finite, if asked for. */
function checkedNorm(grads: readonly Term[], { order, checked }: ClipAttributes): Term {
  const norm = totalNorm(grads, order === "inf" ? Number.POSITIVE_INFINITY : Number(order));
  const message =
    `The total norm of order ${order} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable this ` +
    "error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`";
  const finite = m.lt(norm, Number.POSITIVE_INFINITY);
  return checked ? m.check(norm, finite, { error: "ValueError", message }) : norm;
}

const clipNorm = operation<ClipAttributes>("clip_grad_norm", (grads, [maxNorm], attributes) => {
  const total = checkedNorm(grads, attributes);
  return [total, ...scaled(grads, maxNorm, total)];
});

const normOp = operation<ClipAttributes>("get_total_norm", (tensors, _, attributes) =>
  checkedNorm(tensors, attributes),
);

const scaleOp = operation("clip_grads_with_norm", ([total, ...grads], [maxNorm]) => scaled(grads, maxNorm, total));

function scaled(grads: readonly Term[], maxNorm: Term, total: Term): Term[] {
  const factor = m.minimum(m.div(maxNorm, m.add(total, 1e-6)), 1);
  return grads.map((grad) => m.mul(grad, m.cast(factor, grad.dtype)));
}

/** An order as PyTorch's messages print it: "2.0", "inf". */
function orderText(normType: number): string {
  if (normType === Number.POSITIVE_INFINITY) return "inf";
  return Number.isInteger(normType) ? `${normType}.0` : String(normType);
}

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
  ...given:
    | [maxNorm: number, normType?: number | ClipGradNormOptions, errorIfNonfinite?: boolean | ClipGradNormOptions]
    | [named: ClipGradNormOptions & { readonly maxNorm: number }]
): Tensor {
  const names = ["maxNorm", "normType", "errorIfNonfinite"] as const;
  const options = keywords<ClipGradNormOptions & { readonly maxNorm: number }>(names, given, 1);
  const { maxNorm, normType = 2, errorIfNonfinite = false } = options;
  const grads = gradientsOf(parameters);
  if (grads.length === 0) return zeros([]);
  const order = orderText(normType);
  return noGrad(() => {
    const [total, ...clipped] = callMany(clipNorm, grads, [float(maxNorm)], { order, checked: errorIfNonfinite });
    if (errorIfNonfinite && total.value.device.backend.readSync !== undefined) total.itemSync();
    for (const [i, grad] of grads.entries()) assign(grad, clipped[i], "clipGradNorm_");
    return total;
  });
}

/**
 * The norm of all elements of tensors together: of gradients, what `clipGradNorm_` clips by. No dimension; 0 for no tensors.
 *
 * @throws as `clipGradNorm_`.
 */
export function getTotalNorm(
  tensors: Tensor | Iterable<Tensor>,
  normType?: number | ClipGradNormOptions,
  errorIfNonfinite?: boolean | ClipGradNormOptions,
): Tensor {
  const given = keywords<ClipGradNormOptions>(["normType", "errorIfNonfinite"], [normType, errorIfNonfinite]);
  const list = tensors instanceof Tensor ? [tensors] : iterated("get_total_norm", tensors);
  if (list.length === 0) return zeros([]);
  const checked = given.errorIfNonfinite ?? false;
  return noGrad(() => {
    const total = call(normOp, list, [], { order: orderText(given.normType ?? 2), checked });
    if (checked && total.value.device.backend.readSync !== undefined) total.itemSync();
    return total;
  });
}

/**
 * Scales the gradients of all parameters in place by maxNorm / totalNorm, where that is less than 1: `clipGradNorm_` with a norm
 * that is known already.
 *
 * @param totalNorm no dimension, such as `getTotalNorm` gives.
 */
export function clipGradsWithNorm_(parameters: Tensor | Iterable<Tensor>, maxNorm: number, totalNorm: Tensor): void {
  const grads = gradientsOf(parameters);
  if (grads.length === 0) return;
  noGrad(() => {
    const clipped = callMany(scaleOp, [totalNorm, ...grads], [float(maxNorm)]);
    for (const [i, grad] of grads.entries()) assign(grad, clipped[i], "clipGradsWithNorm_");
  });
}

/** Clamps every element of all gradients to [-clipValue, clipValue], in place. */
export function clipGradValue_(
  parameters: Tensor | Iterable<Tensor>,
  given: number | { readonly clipValue: number },
): void {
  const { clipValue } = keywords<{ readonly clipValue: number }>(["clipValue"], [given], 1);
  noGrad(() => {
    for (const grad of gradientsOf(parameters)) assign(grad, clamp(grad, -clipValue, clipValue), "clipGradValue_");
  });
}

import { isFloat } from "../../dtype/dtype.ts";
import { getDefaultDtype } from "../../dtype/promotion.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type Operation, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import * as draws from "../../runtime/random/index.ts";
import { isScalar, type Scalar, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { withGradOption } from "../../tensor/creation.ts";
import { keywords } from "../../tensor/keywords.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { checkedSize } from "../creation/size.ts";
import type { RandomOptions } from "./creation.ts";
import { type GeneratorOption, generatorOf } from "./default-generator.ts";
import { drawNew } from "./memory-order.ts";

/** Results require grad as their parameters do, and their gradient is zero, as in PyTorch. */
const normalNamed = (gradName: string, body: (inputs: readonly Term[], scalars: readonly Term[]) => Term): Operation =>
  operation("normal", body, {
    gradName,
    derivative: (ctx) => [0, 1, 2].map((i) => (i > 0 && ctx.needs(i) ? m.zerosLike(ctx.input(i)) : null)),
  });

const atMeans = normalNamed("NormalBackward0", ([z, mean]) => m.add(z, mean));
const withDeviations = normalNamed("NormalBackward1", ([z, std], [mean]) => m.add(m.mul(z, checked(std)), mean));
const atMeansWithDeviations = normalNamed("NormalBackward2", ([z, mean, std]) =>
  m.cast(m.add(m.mul(z, checked(std)), mean), z.dtype),
);

function checked(std: Term): Term {
  return m.check(std, m.ge(std, 0), { error: "ValueError", message: "normal expects all elements of std >= 0.0" });
}

interface NormalParameters extends RandomOptions {
  readonly mean?: Scalar;
  readonly std?: Scalar;
  readonly size: readonly number[];
}

interface AnyNormalParameters extends RandomOptions {
  readonly mean: Tensor | Scalar;
  readonly std?: Tensor | Scalar;
  readonly size?: readonly number[];
}

/**
 * Normal numbers of given means and standard deviations:
 * - `normal(mean, std)` with a tensor for either or both, which broadcast; the result has the mean's dtype (else the
 *   deviations');
 * - `normal(mean, std, size)` with two numbers.
 *
 * @param std default 1, where `mean` is a tensor.
 * @throws ValueError where a deviation is negative; DTypeError for dtypes that are not floating; ShapeError where
 *   shapes do not broadcast.
 * @example
 * torch.normal(torch.zeros(3), 0.5);
 * torch.normal(0, 1, [2, 2]);
 */
export function normal(mean: Tensor, std?: Tensor | Scalar, options?: GeneratorOption): Tensor;
export function normal(mean: Scalar, std: Tensor, options?: GeneratorOption): Tensor;
export function normal(mean: Scalar, std: Scalar, size: readonly number[], options?: RandomOptions): Tensor;
export function normal(mean: Scalar, std: Scalar, named: NormalParameters): Tensor;
export function normal(mean: Scalar, named: NormalParameters & { readonly std: Scalar }): Tensor;
export function normal(named: NormalParameters & { readonly mean: Scalar; readonly std: Scalar }): Tensor;
export function normal(...given: readonly unknown[]): Tensor {
  const names = ["mean", "std", "size", "generator", "dtype", "device", "requiresGrad"] as const;
  const { mean, std = 1, size, ...options } = keywords<AnyNormalParameters>(names, given, 1);
  if (size !== undefined) return normalOfSize(mean, std, size, options);
  const generator = generatorOf(options);
  const z = (like: Tensor, shape: readonly number[], deviation = 1): Tensor =>
    drawNew(shape, floating(like), like.device, generator, (g, dtype, length) =>
      draws.normal(g, dtype, length, 0, deviation),
    );
  if (mean instanceof Tensor) {
    if (!(std instanceof Tensor)) return call(atMeans, [z(mean, mean.shape, toNumber(std)), mean]);
    return call(atMeansWithDeviations, [z(mean, m.broadcastShapes(mean.shape, std.shape)), mean, std]);
  }
  if (std instanceof Tensor) return call(withDeviations, [z(std, std.shape), std], [mean]);
  throw new ValueError("normal: two numbers need a size: normal(mean, std, [2, 3])");
}

function normalOfSize(mean: unknown, std: unknown, size: readonly number[], options: RandomOptions): Tensor {
  if (!isScalar(mean) || !isScalar(std))
    throw new ValueError("normal: a size goes with two numbers; tensors have theirs");
  const dtype = options.dtype ?? getDefaultDtype();
  const drawn = drawNew(checkedSize(size), dtype, options.device, generatorOf(options), (generator, _, length) =>
    draws.normal(generator, dtype, length, toNumber(mean), toNumber(std)),
  );
  return withGradOption(drawn, options);
}

function floating(tensor: Tensor): Tensor["dtype"] {
  if (!isFloat(tensor.dtype))
    throw new DTypeError(`normal expects floating-point means and deviations, got ${tensor.dtype}`);
  return tensor.dtype;
}

import type { DType } from "../../dtype/dtype.ts";
import { getDefaultDtype } from "../../dtype/promotion.ts";
import { ValueError } from "../../errors.ts";
import * as draws from "../../runtime/random/index.ts";
import { type TensorOptions, withGradOption } from "../../tensor/creation.ts";
import { keywords } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkedSize, readSize } from "../creation/size.ts";
import { drawnFrom, type GeneratorOption, generatorOf } from "./default-generator.ts";
import { type Draw, drawLike, drawNew } from "./memory-order.ts";

/** Options of the functions that create random tensors. */
export interface RandomOptions extends TensorOptions, GeneratorOption {}

/** A shape as one array or as numbers, then options. */
export type RandomArguments =
  | readonly [size: readonly number[], options?: RandomOptions]
  | readonly [...size: number[], options: RandomOptions]
  | readonly [named: RandomOptions & { readonly size: readonly number[] }]
  | readonly number[];

const uniform: Draw = (generator, dtype, length) => draws.rand(generator, dtype, length);
const standardNormal: Draw = (generator, dtype, length, contiguous) =>
  draws.normal(generator, dtype, length, 0, 1, contiguous);

/**
 * Numbers uniform on [0, 1).
 *
 * @param args the shape as an array or as numbers, then options: `dtype` (floating; default the default dtype),
 *   `device`, `requiresGrad`, `generator`.
 * @throws DTypeError for a dtype that is not floating; ShapeError for a negative size.
 * @example
 * torch.rand(2, 3);
 * torch.rand([2, 3], { dtype: "float64" });
 */
export function rand(...args: RandomArguments): Tensor {
  return drawnFrom({ kind: "uniform" }, create(args, uniform));
}

/**
 * Standard normal numbers (mean 0, variance 1).
 *
 * @param args the shape as an array or as numbers, then options, as for `rand`.
 * @throws DTypeError for a dtype that is not floating; ShapeError for a negative size.
 * @example
 * torch.randn(2, 3);
 * torch.randn([16], { generator: new torch.Generator(7) });
 */
export function randn(...args: RandomArguments): Tensor {
  return drawnFrom({ kind: "normal" }, create(args, standardNormal));
}

function create(args: RandomArguments, draw: Draw): Tensor {
  const { size, options } = readSize(args) as { size: readonly number[]; options: RandomOptions };
  return createOf(size, options.dtype ?? getDefaultDtype(), options, draw);
}

function createOf(size: readonly number[], dtype: DType, options: RandomOptions, draw: Draw): Tensor {
  return withGradOption(drawNew(checkedSize(size), dtype, options.device, generatorOf(options), draw), options);
}

function isArray(x: unknown): x is readonly number[] {
  return Array.isArray(x);
}

type Bound = number | bigint;

interface RandintParameters extends RandomOptions {
  readonly low?: Bound;
  readonly high?: Bound;
  readonly size: readonly number[];
}

/**
 * Integers uniform on [low, high): `randint(high, size)` or `randint(low, high, size)`.
 *
 * @param args bounds (BigInts beyond 2^53), the shape as an array, then options; `dtype` defaults to int64.
 * @throws ValueError where low >= high or a bound does not fit the dtype.
 * @example
 * torch.randint(10, [3]); // tensor([4, 9, 3])
 * torch.randint(-5, 5, [2, 3], { dtype: "int32" });
 */
export function randint(
  ...args:
    | readonly [high: Bound, size: readonly number[], options?: RandomOptions]
    | readonly [low: Bound, high: Bound, size: readonly number[], options?: RandomOptions]
    | readonly [bound: Bound, named: RandintParameters]
    | readonly [low: Bound, high: Bound, named: RandintParameters]
    | readonly [named: RandintParameters & { readonly high: Bound }]
): Tensor {
  const names = ["low", "high", "size", "generator", "dtype", "device", "requiresGrad"] as const;
  const all = keywords<RandintParameters & { high: Bound }>(names, hasLow(args) ? args : [undefined, ...args]);
  const { low = 0, high, size, ...options } = all;
  if (high === undefined) throw new ValueError("missing required argument: 'high'");
  if (!isArray(size))
    throw new ValueError("randint: the size must be an array: randint(high, [3]) or randint(low, high, [3])");
  return createOf(size, options.dtype ?? "int64", options, (generator, dtype, length) =>
    draws.randint(generator, dtype, length, low, high),
  );
}

/** Whether the first number is the lower bound: another bound follows, in its place or by name. */
function hasLow([first, second]: readonly unknown[]): boolean {
  if (typeof first === "object" || isArray(second)) return false;
  return typeof second !== "object" || (second as RandintParameters).high !== undefined;
}

/**
 * A random permutation of 0 … n - 1.
 *
 * @param options `dtype` defaults to int64.
 * @throws ValueError where n is negative or not an integer.
 * @example
 * const shuffled = x.indexSelect(0, torch.randperm(x.shape[0]));
 */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const dtype = options.dtype ?? "int64";
  return createOf([Math.max(n, 0)], dtype, options, (generator) => draws.randperm(generator, n, dtype));
}

/** Numbers uniform on [0, 1) of another tensor's shape, and its dtype and device unless the options say otherwise. */
export function randLike(input: Tensor, options: RandomOptions = {}): Tensor {
  return createLike(input, options, uniform);
}

/** Standard normal numbers of another tensor's shape, and its dtype and device unless the options say otherwise. */
export function randnLike(input: Tensor, options: RandomOptions = {}): Tensor {
  return createLike(input, options, standardNormal);
}

/**
 * Integers uniform on [low, high) of another tensor's shape, and its dtype and device unless the options say otherwise:
 * `randintLike(x, high)` or `randintLike(x, low, high)`.
 *
 * @throws ValueError where low >= high or a bound does not fit the dtype.
 */
export function randintLike(
  input: Tensor,
  ...args: readonly [high: Bound, options?: RandomOptions] | readonly [low: Bound, high: Bound, options?: RandomOptions]
): Tensor {
  const [first, second] = args;
  const [low, high]: readonly [Bound, Bound] =
    typeof second === "number" || typeof second === "bigint" ? [first, second] : [0, first];
  const last = args[args.length - 1];
  const options = typeof last === "object" ? last : {};
  return createLike(input, options, (generator, dtype, length) => draws.randint(generator, dtype, length, low, high));
}

function createLike(input: Tensor, options: RandomOptions, draw: Draw): Tensor {
  const drawn = drawLike(
    input,
    options.dtype ?? input.dtype,
    options.device ?? input.device,
    generatorOf(options),
    draw,
  );
  return withGradOption(drawn, options);
}

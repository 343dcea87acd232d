/** `torch.autograd.functional`: Jacobians, Hessians, and products with them. */
import { ShapeError } from "../errors.ts";
import { sameShape } from "../graph/type.ts";
import { newZeros, zerosLike } from "../ops/creation/fill.ts";
import { detach } from "../ops/shape/convert.ts";
import { stack } from "../ops/shape/join.ts";
import { reshape } from "../ops/shape/reshape.ts";
import { select } from "../ops/shape/slice.ts";
import { enableGrad } from "../runtime/mode.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fresh, gradients } from "./function-gradients.ts";

/** One tensor or several. */
type Tensors = Tensor | readonly Tensor[];

/** Keyword arguments of the functions in `torch.autograd.functional`. */
interface FunctionalOptions {
  /** Whether the results can be differentiated in turn; default false. */
  readonly createGraph?: boolean;
  /** Refuse an output that does not depend on an input, instead of giving zeros; default false. */
  readonly strict?: boolean;
  /** Accepted for PyTorch's sake: all rows of a Jacobian are one computation anyway. */
  readonly vectorize?: boolean;
}

type Of<T> = T extends Tensor ? Tensor : Tensor[];
type Grid<Y, X> = Y extends Tensor ? Of<X> : Of<X>[];

const asList = (x: Tensors): readonly Tensor[] => (Array.isArray(x) ? x : [x as Tensor]);
/** The form of what was given: one tensor for one, an array for an array. */
const like = <T>(form: Tensors, list: readonly T[]): T | readonly T[] => (Array.isArray(form) ? list : list[0]);

type Function = (...inputs: readonly Tensor[]) => Tensors;

function evaluate(func: Function, inputs: readonly Tensor[]): Tensors {
  return func(...inputs);
}

/**
 * The Jacobian of `func`: for output shape [*o] and input shape [*i], [*o, *i].
 *
 * @param func gives a tensor or an array of tensors.
 * @param inputs its argument, or an array of its arguments.
 * @returns a tensor; an array over inputs where they are an array; an array over outputs (of those) where they are one.
 * @example
 * torch.autograd.functional.jacobian((x) => x.mul(x), torch.tensor([1, 2])); // [[2, 0], [0, 4]]
 */
export function jacobian<X extends Tensors, Y extends Tensors>(
  func: (...inputs: readonly Tensor[]) => Y,
  inputs: X,
  options: FunctionalOptions = {},
): Grid<Y, X> {
  return enableGrad(() => {
    const args = fresh(asList(inputs), options.createGraph ?? false);
    const result = evaluate(func, args);
    const rows = asList(result).map((output) => {
      const flat = reshape(output, [-1]);
      const perElement = Array.from({ length: flat.numel() }, (_, i) =>
        gradients([select(flat, 0, i)], args, [null], options, true),
      );
      const blocks = args.map((arg, i) =>
        perElement.length === 0
          ? newZeros(arg, [...output.shape, ...arg.shape])
          : reshape(stack(perElement.map((row) => row[i])), [...output.shape, ...arg.shape]),
      );
      return like(inputs, blocks);
    });
    return (Array.isArray(result) ? rows : rows[0]) as Grid<Y, X>;
  });
}

/**
 * The Hessian of a function of one element: for input shape [*i], [*i, *i].
 *
 * @returns a tensor; for an array of inputs an array of arrays.
 * @throws ShapeError unless `func` gives a tensor of one element.
 * @example
 * torch.autograd.functional.hessian((x) => x.pow(3).sum(), torch.tensor([1, 2])); // [[6, 0], [0, 12]]
 */
export function hessian<X extends Tensors>(
  func: (...inputs: readonly Tensor[]) => Tensor,
  inputs: X,
  options: FunctionalOptions = {},
): Grid<X, X> {
  const gradient = (...args: readonly Tensor[]): Tensors => {
    const output = requireOne(func(...args), "hessian");
    return like(inputs, gradients([output], args, [null], { ...options, createGraph: true })) as Tensors;
  };
  return jacobian(gradient, inputs, options) as Grid<X, X>;
}

function requireOne(output: Tensor, name: string): Tensor {
  if (output.numel() !== 1)
    throw new ShapeError(`The Tensor returned by the function given to ${name} should contain a single element`);
  return output.ndim === 0 ? output : reshape(output, []);
}

/** `v`, checked against what it multiplies; ones for a single element. */
function vector(v: Tensors | null | undefined, outputs: readonly Tensor[], name: string): readonly (Tensor | null)[] {
  if (v === null || v === undefined) {
    if (outputs.some((output) => output.numel() !== 1))
      throw new ShapeError(
        `The vector v can only be None if the user-provided function returns a single Tensor with a single element. (${name})`,
      );
    return outputs.map(() => null);
  }
  const list = asList(v);
  if (list.length !== outputs.length || list.some((x, i) => !sameShape(x.shape, outputs[i].shape)))
    throw new ShapeError(`${name}: v must have the same number of tensors and sizes as what it multiplies`);
  return list;
}

/**
 * The outputs of `func`, and vᵀ J: the product of `v` (of the outputs' shapes) with the Jacobian.
 *
 * @param v may be left out for an output of one element.
 */
export function vjp<X extends Tensors, Y extends Tensors>(
  func: (...inputs: readonly Tensor[]) => Y,
  inputs: X,
  v?: Tensors | null,
  options: FunctionalOptions = {},
): [outputs: Y, vjp: Of<X>] {
  return enableGrad(() => {
    const args = fresh(asList(inputs), options.createGraph ?? false);
    const result = func(...args);
    const outputs = asList(result);
    const found = gradients(outputs, args, vector(v, outputs, "vjp"), options);
    return [plain(result, options), like(inputs, found) as Of<X>];
  });
}

/**
 * The outputs of `func`, and J v: the product of the Jacobian with `v` (of the inputs' shapes), by differentiating vᵀ J
 * with respect to its vector.
 *
 * @param v may be left out for an input of one element.
 */
export function jvp<X extends Tensors, Y extends Tensors>(
  func: (...inputs: readonly Tensor[]) => Y,
  inputs: X,
  v?: Tensors | null,
  options: FunctionalOptions = {},
): [outputs: Y, jvp: Of<Y>] {
  return enableGrad(() => {
    const args = fresh(asList(inputs), options.createGraph ?? false);
    const result = func(...args);
    const outputs = asList(result);
    const dummies = outputs.map((output) => zerosLike(detach(output)).requiresGrad_());
    const rows = gradients(outputs, args, dummies, { ...options, createGraph: true });
    const found = gradients(rows, dummies, vector(v, args, "jvp"), { createGraph: options.createGraph });
    return [plain(result, options), like(result, found) as Of<Y>];
  });
}

/**
 * The output of a function of one element, and vᵀ H: the product of `v` (of the inputs' shapes) with its Hessian.
 */
export function vhp<X extends Tensors>(
  func: (...inputs: readonly Tensor[]) => Tensor,
  inputs: X,
  v?: Tensors | null,
  options: FunctionalOptions = {},
): [output: Tensor, vhp: Of<X>] {
  return enableGrad(() => {
    const args = fresh(asList(inputs), options.createGraph ?? false);
    const result = func(...args);
    const first = gradients([requireOne(result, "vhp")], args, [null], { ...options, createGraph: true });
    const found = gradients(first, args, vector(v, args, "vhp"), options);
    return [plain(result, options), like(inputs, found) as Of<X>];
  });
}

/** The output of a function of one element, and H v; the Hessian is symmetric, so this is `vhp`. */
export function hvp<X extends Tensors>(
  func: (...inputs: readonly Tensor[]) => Tensor,
  inputs: X,
  v?: Tensors | null,
  options: FunctionalOptions = {},
): [output: Tensor, hvp: Of<X>] {
  return vhp(func, inputs, v, options);
}

/** Outputs without their graph, unless it was asked for. */
function plain<Y extends Tensors>(result: Y, { createGraph = false }: FunctionalOptions): Y {
  if (createGraph) return result;
  return like(
    result,
    asList(result).map((y) => detach(y)),
  ) as Y;
}

/** `torch.func`: derivatives of functions as functions, which may be nested, and functions of one sample as those of many. */
import { IndexError, ShapeError, ValueError } from "../errors.ts";
import { detach } from "../ops/shape/convert.ts";
import { enableGrad } from "../runtime/mode.ts";
import { Tensor } from "../tensor/tensor.ts";
import { fresh, gradients } from "./function-gradients.ts";
import { hessian as hessianOf, jacobian, jvp as jvpOf } from "./functional.ts";
import { leavesOf, withLeaves } from "./tree.ts";

export { type MappedDims, type VmapOptions, vmap } from "./vmap.ts";

/** Which arguments are differentiated by: one position, or several. */
type Positions = number | readonly number[];

/** Keyword arguments of the functions that give derivatives. */
export interface FuncOptions<P extends Positions = Positions> {
  /** Default 0. */
  readonly argnums?: P;
  /** Whether the function gives an array of its output and something else, which is passed through; default false. */
  readonly hasAux?: boolean;
}

/** One tensor for one position, an array for several. */
type At<P extends Positions> = P extends number ? Tensor : Tensor[];

/** What is like the argument at a position, or like several of them. */
type Like<A extends readonly unknown[], P extends Positions> = P extends number
  ? `${P}` extends keyof A
    ? A[`${P}` & keyof A]
    : number extends A["length"]
      ? A[number]
      : Tensor
  : { -readonly [I in keyof P]: P[I] extends number ? Like<A, P[I]> : never };

type AnyFunction = (...args: never[]) => unknown;

function optionsOf<P extends Positions>(given: P | FuncOptions<P> | undefined, hasAux = false) {
  if (typeof given === "object" && !Array.isArray(given))
    return { argnums: 0 as Positions, hasAux, ...(given as FuncOptions) };
  return { argnums: (given ?? 0) as Positions, hasAux };
}

/** The tensors at some positions. @throws ValueError where there is none. */
function pick(args: readonly unknown[], positions: readonly number[]): Tensor[] {
  return positions.map((at) => {
    if (at >= args.length || at < -args.length)
      throw new IndexError(`argnums: there is no argument ${at} among ${args.length}`);
    const found = args.at(at);
    if (!(found instanceof Tensor)) throw new ValueError(`argnums: argument ${at} is no tensor`);
    return found;
  });
}

/** The arguments at some positions: tensors, or arrays and records of them. @throws ValueError where there is none. */
function pickTrees(args: readonly unknown[], positions: readonly number[]): unknown[] {
  return positions.map((at) => {
    if (at >= args.length || at < -args.length)
      throw new IndexError(`argnums: there is no argument ${at} among ${args.length}`);
    const found = args.at(at);
    if (leavesOf(found).length === 0) throw new ValueError(`argnums: argument ${at} is no tensor`);
    return found;
  });
}

function replaced(args: readonly unknown[], positions: readonly number[], by: readonly unknown[]): unknown[] {
  const out = [...args];
  for (const [i, at] of positions.entries()) out[at < 0 ? at + args.length : at] = by[i];
  return out;
}

const listOf = (argnums: Positions): readonly number[] => (typeof argnums === "number" ? [argnums] : argnums);

/** A function of the tensors at some positions alone. */
function partial(func: AnyFunction, args: readonly unknown[], positions: readonly number[]) {
  return (...tensors: readonly Tensor[]): Tensor =>
    (func as (...all: readonly unknown[]) => Tensor)(...replaced(args, positions, tensors));
}

/** Whether a result has to stay differentiable: within another derivative, or of what requires grad. */
const isNested = (tensors: readonly Tensor[]): boolean => tensors.some((tensor) => tensor.requiresGrad);

/**
 * The gradient of a function that gives a tensor of no dimension, together with its value: a function of the same arguments that
 * gives `[gradient, value]`, with `hasAux` `[gradient, [value, aux]]`. Of an argument that is an array or a record of tensors, as a
 * model's parameters by name, the gradient is one, too.
 */
export function gradAndValue<A extends readonly unknown[], const P extends Positions = 0>(
  func: (...args: A) => unknown,
  argnums?: P | FuncOptions<P>,
  hasAux?: boolean,
): (...args: A) => [gradient: Like<A, P>, value: unknown] {
  const options = optionsOf(argnums, hasAux);
  return (...args) => {
    const positions = listOf(options.argnums);
    const trees = pickTrees(args, positions);
    const tensors = leavesOf(trees);
    const nested = isNested(tensors);
    return enableGrad(() => {
      const leaves = fresh(tensors, nested);
      const own = withLeaves(trees, leaves) as unknown[];
      const result = (func as AnyFunction as (...all: readonly unknown[]) => unknown)(
        ...replaced(args, positions, own),
      );
      const [value, aux] = options.hasAux ? (result as [unknown, unknown]) : [result, undefined];
      if (!(value instanceof Tensor)) throw new ValueError("Expected f(*args) to return a tensor");
      if (value.ndim !== 0)
        throw new ShapeError(
          `Expected f(*args) to return a scalar tensor, got tensor with ${value.ndim} dims. Maybe you wanted to use the vjp or jacrev APIs instead?`,
        );
      const all = withLeaves(trees, gradients([value], leaves, [null], { createGraph: nested })) as unknown[];
      const shown = nested ? value : detach(value);
      const gradient = typeof options.argnums === "number" ? all[0] : all;
      return [gradient as Like<A, P>, options.hasAux ? [shown, aux] : shown];
    });
  };
}

/**
 * The gradient of a function that gives a tensor of no dimension, as a function of the same arguments; with `hasAux` it gives
 * `[gradient, aux]`.
 *
 * @param argnums by which arguments, tensors or arrays and records of them; default the first.
 * @throws ShapeError where the function gives more than one element.
 * @example
 * const slope = torch.func.grad((x: torch.Tensor) => x.sin().sum());
 * const curvature = torch.func.grad((x: torch.Tensor) => slope(x).sum());
 */
export function grad<A extends readonly unknown[], const P extends Positions = 0>(
  func: (...args: A) => unknown,
  argnums?: P | (FuncOptions<P> & { readonly hasAux?: false }),
): (...args: A) => Like<A, P>;
export function grad<A extends readonly unknown[], const P extends Positions = 0>(
  func: (...args: A) => unknown,
  argnums: FuncOptions<P> & { readonly hasAux: true },
): (...args: A) => [gradient: Like<A, P>, aux: unknown];
export function grad(func: AnyFunction, argnums?: Positions | FuncOptions): (...args: never[]) => unknown {
  const options = optionsOf(argnums);
  const both = gradAndValue(func as (...args: readonly unknown[]) => unknown, options);
  return (...args: readonly unknown[]) => {
    const [gradient, value] = both(...args);
    return options.hasAux ? [gradient, (value as [unknown, unknown])[1]] : gradient;
  };
}

/**
 * The outputs of a function at some tensors, and the function that multiplies a vector with its Jacobian from the left: it gives a
 * gradient for each of them.
 *
 * @example
 * const [y, product] = torch.func.vjp((x) => x.sin(), x);
 * const [gradient] = product(torch.onesLike(y));
 */
export function vjp<Y extends Tensor | readonly Tensor[]>(
  func: (...primals: Tensor[]) => Y,
  ...primals: Tensor[]
): [outputs: Y, product: (...cotangents: Tensor[]) => Tensor[]] {
  const nested = isNested(primals);
  const own = enableGrad(() => fresh(primals, nested));
  const result = enableGrad(() => func(...own));
  const outputs: readonly Tensor[] = result instanceof Tensor ? [result] : (result as readonly Tensor[]);
  const product = (...cotangents: Tensor[]): Tensor[] => {
    if (cotangents.length !== outputs.length)
      throw new ValueError(`vjp: expected ${outputs.length} cotangents, but got ${cotangents.length}`);
    return gradients(outputs, own, cotangents, { createGraph: nested }, true);
  };
  const shown = nested ? outputs : outputs.map((y) => detach(y));
  return [(result instanceof Tensor ? shown[0] : shown) as Y, product];
}

/** The outputs of a function, and the product of its Jacobian with `tangents`, one for each of `primals`. */
export function jvp<Y extends Tensor | readonly Tensor[]>(
  func: (...primals: readonly Tensor[]) => Y,
  primals: readonly Tensor[],
  tangents: readonly Tensor[],
): [outputs: Y, jvp: Y] {
  return jvpOf(func, primals, tangents, { createGraph: isNested(primals) }) as unknown as [Y, Y];
}

/**
 * The Jacobian of a function as a function of the same arguments: [*o, *i] for an output of shape [*o] and an argument of shape
 * [*i].
 */
export function jacrev<A extends readonly unknown[], const P extends Positions = 0>(
  func: (...args: A) => Tensor,
  argnums?: P,
): (...args: A) => At<P> {
  const wanted: Positions = argnums ?? 0;
  return (...args) => {
    const positions = listOf(wanted);
    const tensors = pick(args, positions);
    const options = { createGraph: isNested(tensors) };
    const rows = jacobian(partial(func as AnyFunction, args, positions), tensors, options);
    return (typeof wanted === "number" ? rows[0] : rows) as At<P>;
  };
}

/** As `jacrev`: both ways of PyTorch give the same numbers. */
export const jacfwd: typeof jacrev = jacrev;

/** The Hessian of a function of one element as a function of the same arguments. */
export function hessian<A extends readonly unknown[]>(
  func: (...args: A) => Tensor,
  argnums = 0,
): (...args: A) => Tensor {
  return (...args) => {
    const [tensor] = pick(args, [argnums]);
    return hessianOf(partial(func as AnyFunction, args, [argnums]), tensor, { createGraph: isNested([tensor]) });
  };
}

import { isFloat } from "../dtype/dtype.ts";
import { AutogradError, NotImplementedError, ShapeError } from "../errors.ts";
import { sameShape } from "../graph/type.ts";
import { sumToSize } from "../ops/reduction/index.ts";
import { toDtype } from "../ops/shape/convert.ts";
import { mode, noGrad } from "../runtime/mode.ts";
import { tensorFrom, zerosOf } from "../tensor/gradients.ts";
import { Tensor } from "../tensor/tensor.ts";
import { recordCustom } from "./custom.ts";

/** What `forward` leaves for `backward`. Other values may be kept as fields: `ctx.scale = 2`. */
export class FunctionContext {
  /** For each argument of `apply` whether it is a tensor that requires grad. */
  readonly needsInputGrad: readonly boolean[];
  [field: string]: unknown;
  #saved: { tensor: Tensor | null; version: number }[] = [];
  #fixed: readonly Tensor[] = [];
  #materialize = true;

  constructor(needsInputGrad: readonly boolean[]) {
    this.needsInputGrad = needsInputGrad;
  }

  /** Keeps tensors (arguments or results of `forward`) for `backward`; null, for one that there is not, stays null. */
  saveForBackward(...tensors: readonly (Tensor | null)[]): void {
    this.#saved = tensors.map((tensor) => {
      if (tensor === null) return { tensor, version: 0 };
      // Whatever evaluation passes through it keeps it, until `backward` has used it.
      tensor.current().kept = true;
      return { tensor, version: tensor.storage.version };
    });
  }

  /** What `saveForBackward` kept (null where that was kept: the type does not say so). @throws AutogradError if one of them was changed in place since. */
  get savedTensors(): readonly Tensor[] {
    for (const { tensor, version } of this.#saved) {
      if (tensor !== null && tensor.storage.version !== version)
        throw new AutogradError(
          "one of the variables needed for gradient computation has been modified by an inplace operation: " +
            `[${tensor.dtype} [${tensor.shape.join(", ")}]] is at version ${tensor.storage.version}; expected version ${version} instead. ` +
            "Hint: work on a copy (x.clone()) where you change it.",
        );
    }
    return this.#saved.map(({ tensor }) => tensor as Tensor);
  }

  /** Results that have no gradient. Integers have none anyway. */
  markNonDifferentiable(...tensors: readonly Tensor[]): void {
    this.#fixed = tensors;
  }

  /** Whether `backward` is given zeros (default) or null for results that nothing depends on. */
  setMaterializeGrads(value: boolean): void {
    this.#materialize = value;
  }

  /** @internal */
  isDifferentiable(tensor: Tensor): boolean {
    return isFloat(tensor.dtype) && !this.#fixed.includes(tensor);
  }

  /** @internal The result that users see, in place of what `forward` returned. */
  exchange(from: Tensor, to: Tensor): void {
    for (const entry of this.#saved) {
      if (entry.tensor !== from) continue;
      entry.tensor = to;
      entry.version = to.storage.version;
    }
  }

  /** @internal */
  gradientFor(result: Tensor, gradient: Tensor | null): Tensor | null {
    return gradient ?? (this.#materialize ? tensorFrom(zerosOf(result.value), null) : null);
  }
}

type Gradient = Tensor | null | undefined;

/** A class with static `forward` and `backward`, as `apply` wants it. */
export interface FunctionClass<A extends readonly unknown[], R> {
  readonly name: string;
  forward(ctx: FunctionContext, ...args: A): R;
  backward(ctx: FunctionContext, ...gradients: readonly Tensor[]): Gradient | readonly Gradient[];
}

/**
 * `torch.autograd.Function`: an operation with a derivative of your own. Extend it with two static methods and call
 * `apply`. `forward` runs without recording and returns a tensor or an array of tensors; `backward` gets the gradient of
 * each result and returns one gradient for each argument of `forward`, null for those that have none. With `createGraph`
 * what `backward` does is recorded, so that it can be differentiated in turn. `forward` must not write into its arguments.
 *
 * @example
 * class Exp extends torch.autograd.Function {
 *   static forward(ctx: torch.autograd.FunctionContext, x: torch.Tensor) {
 *     const y = x.exp();
 *     ctx.saveForBackward(y);
 *     return y;
 *   }
 *   static backward(ctx: torch.autograd.FunctionContext, grad: torch.Tensor) {
 *     const [y] = ctx.savedTensors;
 *     return grad.mul(y);
 *   }
 * }
 * const y = Exp.apply(x);
 */
// biome-ignore lint/complexity/noStaticOnlyClass: users extend it, as PyTorch's.
export class CustomFunction {
  /**
   * Calls `forward` and records `backward`.
   *
   * @throws AutogradError, when `backward` runs, if it does not return one gradient per argument; ShapeError if one does
   * not fit its argument.
   */
  static apply<A extends readonly unknown[], R>(this: FunctionClass<A, R>, ...args: A): R {
    // biome-ignore lint/complexity/noThisInStatic: `this` is the user's class.
    return applyFunction(this, args);
  }
}

/** @throws NotImplementedError for a class without a method that it needs. */
function requireMethod(method: unknown, what: string): void {
  if (typeof method !== "function")
    throw new NotImplementedError(`You must implement the ${what} for custom autograd.Function.`);
}

/** @internal */
export function applyFunction<A extends readonly unknown[], R>(own: FunctionClass<A, R>, args: A): R {
  requireMethod(own.forward, "forward function");
  const context = new FunctionContext(args.map((arg) => arg instanceof Tensor && arg.requiresGrad));
  const versions = args.map((arg) => (arg instanceof Tensor ? arg.storage.version : 0));
  const result = noGrad(() => own.forward(context, ...args));
  for (const [i, arg] of args.entries()) {
    if (arg instanceof Tensor && arg.storage.version !== versions[i])
      throw new AutogradError(`${own.name}.forward changed its argument ${i} in place: work on a copy (x.clone())`);
  }
  if (!mode.gradEnabled || !context.needsInputGrad.includes(true)) return result;
  const outputs = (result instanceof Tensor ? [result] : result) as readonly unknown[];
  const differentiable = outputs.filter(
    (output): output is Tensor => output instanceof Tensor && context.isDifferentiable(output),
  );
  if (differentiable.length === 0) return result;
  const name = `${own.name}Backward`;
  const edges = args.map((arg) => (arg instanceof Tensor ? arg.edge : null));
  const recorded = recordCustom(name, differentiable, edges, (gradients) => {
    const given = outputs.map((output) => {
      if (!(output instanceof Tensor)) return null;
      const at = differentiable.indexOf(output);
      return context.gradientFor(output, at < 0 ? null : gradients[at]);
    });
    requireMethod(own.backward, "backward method");
    const found = own.backward(context, ...(given as readonly Tensor[]));
    return fitted(name, args, Array.isArray(found) ? found : [found as Gradient]);
  });
  for (const [i, tensor] of recorded.entries()) context.exchange(differentiable[i], tensor);
  const shown = outputs.map((output) => recorded[differentiable.indexOf(output as Tensor)] ?? output);
  return (result instanceof Tensor ? shown[0] : shown) as R;
}

function fitted(name: string, args: readonly unknown[], found: readonly Gradient[]): (Tensor | null)[] {
  if (found.length < args.length || found.slice(args.length).some((gradient) => gradient))
    throw new AutogradError(
      `function ${name} returned an incorrect number of gradients (expected ${args.length}, got ${found.length})`,
    );
  return args.map((arg, i) => {
    const gradient = found[i] ?? null;
    if (gradient === null || !(arg instanceof Tensor)) return null;
    const cast = gradient.dtype === arg.dtype ? gradient : toDtype(gradient, arg.dtype);
    if (sameShape(cast.shape, arg.shape)) return cast;
    try {
      return sumToSize(cast, [...arg.shape]);
    } catch {
      throw new ShapeError(
        `Function ${name} returned an invalid gradient at index ${i} - got [${gradient.shape.join(", ")}] but expected shape compatible with [${arg.shape.join(", ")}]`,
      );
    }
  });
}

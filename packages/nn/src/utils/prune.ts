/** `torch.nn.utils.prune`: elements of parameters that are held at zero. */
import { type ByName, keywords } from "@cresset/core/extend";
import {
  flatten,
  indexCopy,
  indexSelect,
  mul,
  narrow,
  ne,
  noGrad,
  nonzeroSync,
  onesLike,
  reshape,
  ShapeError,
  sum,
  Tensor,
  ValueError,
} from "@cresset/core/functions";
import { rebind } from "../convert.ts";
import type { AnyModule } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { isComputed } from "./computed.ts";
import { parametersToVector } from "./parameter-vector.ts";
import {
  type BasePruningMethod,
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  type PruningAmount,
  RandomStructured,
  RandomUnstructured,
} from "./prune-methods.ts";

export {
  BasePruningMethod,
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  type PruningAmount,
  RandomStructured,
  RandomUnstructured,
} from "./prune-methods.ts";

type Fields = Record<string, unknown>;

const fieldsOf = (module: AnyModule): Fields => module as unknown as Fields;

function tensorOf(module: AnyModule, field: string): Tensor {
  const held = fieldsOf(module)[field];
  if (held instanceof Tensor) return held;
  throw new ValueError(`prune: ${module.typeName()} has no parameter '${field}'`);
}

/** Whether a field is computed of a mask. */
function isMasked(module: AnyModule, name: string): boolean {
  return isComputed(module, name) && fieldsOf(module)[`${name}_mask`] instanceof Tensor;
}

/** The places of what is not zero in a vector. */
const places = (vector: Tensor): Tensor => flatten(nonzeroSync(vector));

/** The mask after a further pruning, which is shown only what is left. */
function furtherMask(method: BasePruningMethod, t: Tensor, mask: Tensor): Tensor {
  if (method.PRUNING_TYPE === "global") return method.computeMask(t, mask);
  if (method.PRUNING_TYPE === "unstructured") {
    const left = places(flatten(mask));
    const [values, before] = [t, mask].map((each) => indexSelect(flatten(each), 0, left));
    return reshape(indexCopy(flatten(mask), 0, left, method.computeMask(values, before).to(mask.dtype)), mask.shape);
  }
  const dim = method.dim < 0 ? method.dim + t.ndim : method.dim;
  const others = mask.shape.map((_, d) => d).filter((d) => d !== dim);
  const left = places(ne(sum(mask, others), 0));
  const [values, before] = [t, mask].map((each) => indexSelect(each, dim, left));
  return indexCopy(mask, dim, left, method.computeMask(values, before).to(mask.dtype));
}

/**
 * Prunes a parameter by a method: `weight` becomes weight_orig · weight_mask, computed wherever it is read, of the parameter
 * `weight_orig` and the buffer `weight_mask`. What was pruned before stays pruned. Returns the module.
 *
 * @param importanceScores what the method sees instead of the parameter, of its shape.
 * @throws ValueError where the module has no such parameter; ShapeError for scores of another shape; DeviceError where a pruned
 * parameter is pruned again on a device that is read asynchronously.
 */
export function applyMethod<M extends AnyModule>(
  module: M,
  name: string,
  method: BasePruningMethod,
  importanceScores: Tensor | null = null,
): M {
  const tensor = tensorOf(module, name);
  if (importanceScores !== null && importanceScores.shape.join() !== tensor.shape.join())
    throw new ShapeError(`importance_scores should have the same shape as parameter ${name} of ${module}`);
  noGrad(() => {
    const scores = (importanceScores ?? tensor).detach();
    if (isMasked(module, name)) {
      const mask = tensorOf(module, `${name}_mask`);
      rebind(mask, furtherMask(method, scores, mask.detach().clone()).to(mask.dtype));
      return;
    }
    if (!(tensor instanceof Parameter))
      throw new ValueError(`prune: '${name}' of ${module.typeName()} is no parameter`);
    const mask = method.computeMask(scores, onesLike(tensor.detach())).to(tensor.dtype);
    delete fieldsOf(module)[name];
    module.registerParameter(`${name}_orig`, tensor);
    module.registerBuffer(`${name}_mask`, mask);
    Object.defineProperty(module, name, {
      // Of the module that it is read from: a deep copy has it too.
      get(this: AnyModule): Tensor {
        const orig = tensorOf(this, `${name}_orig`);
        return mul(tensorOf(this, `${name}_mask`).to(orig.dtype), orig);
      },
      // Not a field that holds state.
      enumerable: false,
      configurable: true,
    });
  });
  return module;
}

/** Prunes nothing, but makes of the parameter what pruning makes of it. */
export function identity<M extends AnyModule>(module: M, name: string): M {
  return applyMethod(module, name, new Identity());
}

/** What pruning functions take: each in its place, or by name. */
interface PruningArguments {
  /** The parameter. */
  readonly name: string;
  /** How many elements or channels, or which part of them. */
  readonly amount: PruningAmount;
}

interface Scored extends PruningArguments {
  /** What is compared instead of the parameter; null, the default, is the parameter. */
  readonly importanceScores?: Tensor | null;
}

interface Along extends PruningArguments {
  /** The dimension of the channels. */
  readonly dim: number;
}

/** By the norm of order `n`. */
interface ByNorm extends Along, Scored {
  readonly n: number;
}

/**
 * Prunes elements at random.
 *
 * @param given `name, amount`, also by name.
 * @throws ValueError for an amount that is none.
 * @example nn.utils.prune.randomUnstructured(layer, { name: "weight", amount: 0.3 });
 */
export function randomUnstructured<M extends AnyModule>(
  module: M,
  ...given: [name: string, amount: PruningAmount] | ByName<PruningArguments, ["name", "amount"]>
): M {
  const { name, amount } = keywords<PruningArguments>(["name", "amount"], given, 2);
  return applyMethod(module, name, new RandomUnstructured(amount));
}

/**
 * Prunes the elements of least size, or of least `importanceScores`.
 *
 * @param given `name, amount, importanceScores`, also by name.
 * @throws as `randomUnstructured`.
 */
export function l1Unstructured<M extends AnyModule>(
  module: M,
  ...given: [name: string, amount: PruningAmount, importanceScores?: Tensor | null] | ByName<Scored, ["name", "amount"]>
): M {
  const names = ["name", "amount", "importanceScores"] as const;
  const { name, amount, importanceScores } = keywords<Scored>(names, given, 2);
  return applyMethod(module, name, new L1Unstructured(amount), importanceScores);
}

/** Prunes channels along `dim` at random. @param given `name, amount, dim`, also by name. @throws as `randomUnstructured`. */
export function randomStructured<M extends AnyModule>(
  module: M,
  ...given: [name: string, amount: PruningAmount, dim: number] | ByName<Along, ["name", "amount", "dim"]>
): M {
  const { name, amount, dim } = keywords<Along>(["name", "amount", "dim"], given, 3);
  return applyMethod(module, name, new RandomStructured(amount, dim));
}

/**
 * Prunes the channels along `dim` of least norm of order `n`.
 *
 * @param given `name, amount, n, dim, importanceScores`, also by name.
 * @throws as `randomUnstructured`.
 */
export function lnStructured<M extends AnyModule>(
  module: M,
  ...given:
    | [name: string, amount: PruningAmount, n: number, dim: number, importanceScores?: Tensor | null]
    | ByName<ByNorm, ["name", "amount", "n", "dim"]>
): M {
  const names = ["name", "amount", "n", "dim", "importanceScores"] as const;
  const { name, amount, n, dim, importanceScores } = keywords<ByNorm>(names, given, 4);
  return applyMethod(module, name, new LnStructured(amount, n, dim), importanceScores);
}

/** Prunes where a mask is 0. @throws ShapeError for a mask of another shape. */
export function customFromMask<M extends AnyModule>(module: M, name: string, mask: Tensor): M {
  return applyMethod(module, name, new CustomFromMask(mask));
}

type PruningMethod = new (amount: PruningAmount) => BasePruningMethod;

/** Keyword arguments of `globalUnstructured`. */
export interface GlobalPruningOptions {
  /** How many of all elements together, or which part of them. */
  readonly amount: PruningAmount;
  /** What the method sees instead of each parameter, in their order. */
  readonly importanceScores?: readonly (Tensor | null)[];
}

/**
 * Prunes several parameters together: a method chooses among the elements of all of them.
 *
 * @param parameters modules with names of their parameters.
 * @param pruningMethod a class such as `L1Unstructured`.
 * @throws ValueError for a method that is not unstructured.
 * @example
 * nn.utils.prune.globalUnstructured([[net.fc1, "weight"], [net.fc2, "weight"]], nn.utils.prune.L1Unstructured, { amount: 0.2 });
 */
export function globalUnstructured(
  parameters: Iterable<readonly [module: AnyModule, name: string]>,
  ...given: ByName<GlobalPruningOptions & { readonly pruningMethod: PruningMethod }, ["pruningMethod", "amount"]>
): void {
  const names = ["pruningMethod", "importanceScores", "amount"] as const;
  const {
    pruningMethod,
    amount,
    importanceScores = [],
  } = keywords<GlobalPruningOptions & { readonly pruningMethod: PruningMethod }>(names, given, 1);
  const method = new pruningMethod(amount);
  if (method.PRUNING_TYPE !== "unstructured")
    throw new ValueError(
      `Only "unstructured" PRUNING_TYPE supported for the \`pruning_method\`. Found method of type ${method.PRUNING_TYPE}`,
    );
  const list = [...parameters];
  noGrad(() => {
    const tensors = list.map(([module, name]) => tensorOf(module, name).detach());
    const masks = list.map(([module, name], i) =>
      isMasked(module, name) ? tensorOf(module, `${name}_mask`).detach() : onesLike(tensors[i]),
    );
    const scores = parametersToVector(tensors.map((tensor, i) => importanceScores[i] ?? tensor));
    const mask = list.some(([module, name]) => isMasked(module, name))
      ? furtherMask(method, scores, parametersToVector(masks))
      : method.computeMask(scores, parametersToVector(masks));
    let at = 0;
    for (const [i, [module, name]] of list.entries()) {
      const size = tensors[i].numel();
      customFromMask(module, name, reshape(narrow(mask, 0, at, size), tensors[i].shape));
      at += size;
    }
  });
}

/**
 * Makes a parameter of what pruning computes: its pruned elements are zeros that are trained again. Returns the module.
 *
 * @throws ValueError where the parameter is not pruned.
 */
export function remove<M extends AnyModule>(module: M, name: string): M {
  if (!isMasked(module, name))
    throw new ValueError(`Parameter '${name}' of module ${module} has to be pruned before pruning can be removed`);
  const value = noGrad(() => tensorOf(module, name).detach());
  const orig = tensorOf(module, `${name}_orig`);
  for (const field of [name, `${name}_orig`, `${name}_mask`]) delete fieldsOf(module)[field];
  rebind(orig, value);
  module.registerParameter(name, orig as Parameter);
  return module;
}

/** Whether a parameter of the module, or of one below it, is pruned. */
export function isPruned(module: AnyModule): boolean {
  return module.modules().some((each) => Object.getOwnPropertyNames(each).some((name) => isMasked(each, name)));
}

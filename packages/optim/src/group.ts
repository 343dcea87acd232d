import { describeArgument, keywords } from "@cresset/core/extend";
import { FloatScalar, Tensor, ValueError } from "@cresset/core/functions";

/** Parameters that are optimized with the same options. */
export type ParamGroup<Options extends object> = Options & { params: Tensor[] };

/** What an optimizer is made for: parameters, or groups of them with options of their own. */
export type Params<Options extends object> = Iterable<Tensor> | Iterable<GroupInput<Options>>;

/** A group as a user gives it: options that are missing are the optimizer's. */
export type GroupInput<Options extends object> = { readonly params: Tensor | Iterable<Tensor> } & Partial<Options>;

/** The groups that a user's parameters or groups stand for. @throws ValueError for none. */
export function groupsOf<Options extends object>(params: Params<Options>): GroupInput<Options>[] {
  const given = listed<Tensor | GroupInput<Options>>(params);
  if (given.length === 0) throw new ValueError("optimizer got an empty parameter list");
  if (given.every((each) => each instanceof Tensor))
    return [{ params: given as Tensor[] } as unknown as GroupInput<Options>];
  if (given.some((each) => each instanceof Tensor)) throw new ValueError("parameters and groups cannot be mixed");
  return given as GroupInput<Options>[];
}

function listed<T>(params: Iterable<T>): T[] {
  if (!(params instanceof Tensor) && typeof params?.[Symbol.iterator] === "function") return [...params];
  const got = params instanceof Tensor ? "torch.FloatTensor" : describeArgument(params);
  throw new ValueError(
    `params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${got}. Use model.parameters()`,
  );
}

/** A group with the defaults filled in. @throws ValueError for what cannot be optimized. */
export function completeGroup<Options extends object>(
  group: GroupInput<Options>,
  defaults: Options,
  known: ReadonlySet<Tensor>,
): ParamGroup<Options> {
  const { params, ...own } = group;
  const list = params instanceof Tensor ? [params] : listed<Tensor>(params);
  for (const param of list) {
    if (!(param instanceof Tensor))
      throw new ValueError(`optimizer can only optimize Tensors, but one of the params is ${typeof param}`);
    if (!param.isLeaf) throw new ValueError("can't optimize a non-leaf Tensor");
    if (known.has(param)) throw new ValueError("some parameters appear in more than one parameter group");
  }
  if (new Set(list).size !== list.length)
    console.warn("optimizer contains a parameter group with duplicate parameters; in future, this will cause an error");
  return { ...defaults, ...plainOptions(own), params: list } as ParamGroup<Options>;
}

/** Options with scalars of `float(x)` as plain numbers, without those that are undefined. */
export function plainOptions<Options extends object>(options: Options): Options {
  const plain = (value: unknown): unknown =>
    value instanceof FloatScalar ? value.value : Array.isArray(value) ? value.map(plain) : value;
  return Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, plain(value)]),
  ) as Options;
}

/** How PyTorch computes a step: accepted, and without effect. Here it is one operation over all parameters. */
export interface StepKernels {
  readonly foreach?: boolean | null;
  readonly fused?: boolean | null;
  readonly capturable?: boolean;
}

/** The options of an optimizer as a user gives them. */
export type Given<Options extends object> = Partial<Options> & StepKernels;

/**
 * The options that an optimizer was given.
 *
 * @param names all that there are; a number in place of the options is the first.
 * @throws ValueError for one that there is not.
 */
export function optionsOf<Options extends object>(
  names: readonly (keyof Options & string)[],
  given: Given<Options>,
): Partial<Options> {
  return plainOptions(keywords<Given<Options>>([...names, "foreach", "fused", "capturable"], [given]));
}

import { describeArgument, sameShape } from "@cresset/core/extend";
import { type DType, NotImplementedError, noGrad, Tensor, ValueError } from "@cresset/core/functions";
import { modulesIn } from "../containers/children.ts";
import { rebind } from "../convert.ts";
import { type AnyModule, Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { sizeText } from "../printing.ts";

/**
 * A module that computes a parameter from others. Its `rightInverse`, where it has one, gives what it computes a value from: a
 * tensor, or several; or throws a `NotImplementedError` where it cannot.
 */
export type Parametrization = AnyModule & {
  readonly rightInverse?: (value: Tensor) => Tensor | readonly Tensor[];
};

const noun = (value: unknown): string => (value instanceof Tensor ? "Tensor" : describeArgument(value));
const torchName = (dtype: DType): string => `torch.${dtype}`;

/** @throws ValueError unless a result is a tensor of the dtype and the shape of what it stands for. */
export function requireSame(
  value: unknown,
  like: { readonly dtype: DType; readonly shape: readonly number[] },
  text: {
    readonly change: string;
    readonly before: (what: string) => string;
    readonly after: (what: string) => string;
  },
): void {
  if (!(value instanceof Tensor)) throw new ValueError(`A parametrization must return a tensor. Got ${noun(value)}.`);
  const lines = (what: string, before: string, after: string): string =>
    `${text.change.replace("%", what)}\n${text.before(what)}: ${before}\n${text.after(what)}: ${after}`;
  if (value.dtype !== like.dtype) throw new ValueError(lines("dtype", torchName(like.dtype), torchName(value.dtype)));
  if (!sameShape(value.shape, like.shape))
    throw new ValueError(lines("shape", sizeText(like.shape), sizeText(value.shape)));
}

/** Makes a tensor a module's state. */
export function registerState(module: AnyModule, name: string, tensor: Tensor): void {
  if (tensor instanceof Parameter) module.registerParameter(name, tensor);
  else module.registerBuffer(name, tensor);
}

/** Python's `original.set_(value)`: the same object with other data. */
function become(original: Tensor, value: Tensor): void {
  if (value !== original) rebind(original, value.detach());
}

/**
 * The parametrizations of one tensor, in the order of their application, with what they compute it from: the parameter (or buffer)
 * `original`, or `original0`, `original1` … where the first takes several. `module.parametrizations` holds one for each tensor;
 * `registerParametrization` makes them.
 */
export class ParametrizationList extends Module<[], Tensor> {
  static override readonly typeName: string = "ParametrizationList";
  [index: number]: Parametrization;
  unsafe: boolean;
  /** Whether there is one `original`. */
  readonly isTensor: boolean;
  /** How many there are. */
  readonly ntensors: number;

  constructor(modules: readonly Parametrization[], original: Tensor, unsafe = false) {
    super();
    if (modules.length === 0) throw new ValueError("ParametrizationList requires one or more modules.");
    this.unsafe = unsafe;
    for (const module of modules) this.append(module);
    const { dtype, shape } = original;
    const source = noGrad(() => invertedWherePossible(modules, original));
    this.isTensor = source instanceof Tensor;
    this.ntensors = source instanceof Tensor ? 1 : source.length;
    if (source instanceof Tensor) {
      if (source.dtype !== dtype)
        throw new ValueError(
          "When `right_inverse` outputs one tensor, it may not change the dtype.\n" +
            `original.dtype: ${torchName(dtype)}\nright_inverse(original).dtype: ${torchName(source.dtype)}`,
        );
      become(original, source);
      registerState(this, "original", original);
    } else {
      for (const [i, part] of source.entries()) {
        if (!(part instanceof Tensor))
          throw new ValueError(
            "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). " +
              `Got element ${i} of the sequence with type ${noun(part)}.`,
          );
        const { requiresGrad } = original;
        const own = original instanceof Parameter ? new Parameter(part.detach(), { requiresGrad }) : part.detach();
        registerState(this, `original${i}`, own);
      }
    }
    if (!unsafe)
      requireSame(
        this(),
        { dtype, shape },
        {
          change: "Registering a parametrization may not change the % of the tensor, unless `unsafe` flag is enabled.",
          before: (what) => `unparametrized ${what}`,
          after: (what) => `parametrized ${what}`,
        },
      );
  }

  /** Adds a parametrization, to be applied last. */
  append(module: Parametrization): this {
    this.registerModule(String(this.length), module);
    return this;
  }

  override get length(): number {
    return modulesIn(this).length;
  }

  [Symbol.iterator](): Iterator<Parametrization> {
    return (modulesIn(this) as Parametrization[])[Symbol.iterator]();
  }

  /** `original`, or `original0`, `original1` … */
  originals(): Tensor[] {
    const fields = this as unknown as Record<string, Tensor>;
    const names = this.isTensor ? ["original"] : Array.from({ length: this.ntensors }, (_, i) => `original${i}`);
    return names.map((name) => fields[name]);
  }

  forward(): Tensor {
    const [first, ...rest] = this;
    const apply = (module: Parametrization, ...inputs: Tensor[]): Tensor =>
      (module as unknown as (...inputs: Tensor[]) => Tensor)(...inputs);
    return rest.reduce((value, module) => apply(module, value), apply(first, ...this.originals()));
  }

  /**
   * Sets the originals so that the parametrizations give `value`, where they can.
   *
   * @throws NotImplementedError where one has no `rightInverse`; ValueError where one gives something else than it gave before.
   */
  rightInverse(value: Tensor): void {
    noGrad(() => {
      let source: Tensor | readonly Tensor[] = value;
      for (const module of [...this].reverse()) {
        if (module.rightInverse === undefined)
          throw new NotImplementedError(
            `parametrization ${module.typeName()} does not implement right_inverse. (As a method: rightInverse)`,
          );
        source = module.rightInverse(source as Tensor);
      }
      const targets = this.originals();
      if (this.isTensor !== source instanceof Tensor)
        throw new ValueError(
          this.isTensor
            ? `\`right_inverse\` should return a tensor. Got ${noun(source)}`
            : `'right_inverse' must return a sequence of tensors. Got ${noun(source)}.`,
        );
      const parts = source instanceof Tensor ? [source] : source;
      if (parts.length !== targets.length)
        throw new ValueError(
          `'right_inverse' must return a sequence of tensors of length ${targets.length}. Got a sequence of length ${parts.length}.`,
        );
      for (const [i, part] of parts.entries())
        if (part.dtype !== targets[i].dtype)
          throw new ValueError(
            this.isTensor
              ? `The tensor returned by \`right_inverse\` has dtype ${torchName(part.dtype)} while \`original\` has dtype ${torchName(targets[i].dtype)}`
              : `Tensor ${i} returned by \`right_inverse\` has dtype ${torchName(part.dtype)} while \`original${i}\` has dtype ${torchName(targets[i].dtype)}`,
          );
      for (const [i, part] of parts.entries()) become(targets[i], part);
    });
  }
}

/** What the parametrizations, the last one first, would compute `original` from; those that cannot say it are passed over. */
function invertedWherePossible(modules: readonly Parametrization[], original: Tensor): Tensor | readonly Tensor[] {
  let source: Tensor | readonly Tensor[] = original;
  for (const module of [...modules].reverse()) {
    try {
      source = module.rightInverse?.(source as Tensor) ?? source;
    } catch (error) {
      if (!(error instanceof NotImplementedError)) throw error;
    }
  }
  if (!(source instanceof Tensor) && !Array.isArray(source))
    throw new ValueError(
      `'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got ${noun(source)}`,
    );
  return source;
}

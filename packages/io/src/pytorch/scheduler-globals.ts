/**
 * Functions in the states of schedulers. PyTorch up to 2.2 keeps the curve of a OneCycleLR and of an SWALR in its state, as a
 * function that Python finds by `getattr` in the class, or in a whole scheduler with its optimizer, which are then in the file
 * too. Here all of them are marks: a mark has no content, is never called, and is left out where a state is saved again.
 * PyTorch then keeps the curve that the scheduler was made with.
 */
import { FormatError } from "../errors.ts";
import { type Global, PickleGlobal, PickleObject } from "../pickle/values.ts";

/** The mark of a function of Python's, which has no more than its name. */
export class PythonFunction {
  /** Such as "torch.optim.lr_scheduler.OneCycleLR._annealing_cos". */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    Object.freeze(this);
  }
}

/** A scheduler or optimizer that a function belongs to; what it holds is not kept. */
export class WholeObject extends PickleObject {
  readonly type: string;

  constructor(type: string) {
    super();
    this.type = type;
  }

  override build(): void {}
}

const curves: ReadonlyMap<string, readonly string[]> = new Map([
  ["torch.optim.lr_scheduler.OneCycleLR", ["_annealing_cos", "_annealing_linear"]],
  ["torch.optim.swa_utils.SWALR", ["_cosine_anneal", "_linear_anneal"]],
]);

const optimizers =
  "adadelta.Adadelta adagrad.Adagrad adam.Adam adamw.AdamW adamax.Adamax asgd.ASGD lbfgs.LBFGS nadam.NAdam radam.RAdam " +
  "rmsprop.RMSprop rprop.Rprop sgd.SGD sparse_adam.SparseAdam";

/** @throws FormatError for everything but the curves that are listed here. */
function getattr([owner, name]: readonly unknown[]): PythonFunction {
  const type = owner instanceof PickleGlobal ? owner.global.name : owner instanceof WholeObject ? owner.type : "";
  if (typeof name !== "string" || !curves.get(type)?.includes(name))
    throw new FormatError(
      "the file asks for an attribute by builtins.getattr, which is not read but for the curves of PyTorch's schedulers: nothing that a file names is run",
    );
  return new PythonFunction(`${type}.${name}`);
}

const whole = (type: string): NonNullable<Global["make"]> => {
  return (args) => {
    if (args.length > 0) throw new FormatError(`the file calls ${type} with arguments that it cannot have`);
    return new WholeObject(type);
  };
};

export const schedulerGlobals: Readonly<Record<string, NonNullable<Global["make"]>>> = {
  "builtins.getattr": getattr,
  ...Object.fromEntries(
    [...curves.keys(), ...optimizers.split(" ").map((name) => `torch.optim.${name}`)].map((type) => [
      type,
      whole(type),
    ]),
  ),
};

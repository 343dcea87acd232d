import { clearGradient, enterModule, keepReturned, leaveModule } from "@cresset/core/extend";
import { type DType, dtypes, NotImplementedError, Tensor, ValueError } from "@cresset/core/functions";
import { Callable } from "./callable.ts";
import { convertModule, moveModule } from "./convert.ts";
import {
  type ForwardHook,
  type ForwardPreHook,
  type FullBackwardHook,
  type LoadStateDictPostHook,
  type LoadStateDictPreHook,
  ModuleHooks,
  type RemovableHandle,
  type StateDictPostHook,
  type StateDictPreHook,
} from "./hooks.ts";
import { Buffer, Parameter } from "./parameter.ts";
import { describeModule } from "./printing.ts";
import { collectState, emptyState, type IncompatibleKeys, loadState, type StateDict } from "./state-dict.ts";

/** A module of any inputs and output. */
export type AnyModule = Module<never, unknown>;

/** Whether a search goes into children; default true. */
export interface RecurseOptions {
  readonly recurse?: boolean;
}

type Signature<In extends readonly unknown[], Out> = (...inputs: In) => Out;

// The interface gives instances their call signature, and says what a module may have.
export interface Module<In extends readonly unknown[] = [Tensor], Out = Tensor> extends Signature<In, Out> {
  /**
   * What else belongs to a module's state, of whatever type a file can hold: `stateDict()` has it as `_extra_state`, and
   * `loadStateDict` gives it to `setExtraState`. A class has both or neither.
   */
  getExtraState?(): unknown;
  setExtraState?(state: unknown): void;
}

/** The error that says what a name leads to instead of `wanted`. */
function absent(module: AnyModule, name: string, wanted: string): ValueError {
  const has = Object.keys(module).some((field) => field === name || module.stateName(field) === name);
  return new ValueError(has ? `\`${name}\` is not ${wanted}` : `${module.typeName()} has no attribute \`${name}\``);
}

/** The module whose forward is running. */
let running: AnyModule | null = null;

/**
 * The base of all layers and models: something with parameters that can be called. Fields that hold a `Parameter`, a
 * `Buffer` or a `Module` are its parameters, buffers and children, in the order of assignment.
 *
 * @example
 * class Net extends nn.Module<[Tensor], Tensor> {
 *   fc1 = new nn.Linear(4, 16);
 *   fc2 = new nn.Linear(16, 1);
 *   forward(x: Tensor): Tensor {
 *     return this.fc2(this.fc1(x).relu());
 *   }
 * }
 * const y = new Net()(torch.randn([8, 4]));
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds nothing that would have to be initialised.
export abstract class Module<In extends readonly unknown[] = [Tensor], Out = Tensor> extends Callable<In, Out> {
  /** The class's name in prints: minifiers rename classes. A class without one of its own prints its JavaScript name. */
  static readonly typeName: string = "Module";
  /** Whether dropout drops and batch statistics are updated; set by `train()` and `eval()`. */
  training = true;
  #buffers: Map<string, boolean> | null = null;
  #hooks: ModuleHooks | null = null;
  /** The module that called this one last, and the name that this one has there. */
  #caller: AnyModule | null | undefined = undefined;
  #label = "";

  /** Computes the output. Call the module itself instead, which also runs hooks. */
  abstract forward(...inputs: In): Out;

  /** @internal */
  override invoke(...inputs: In): Out {
    const caller = running;
    if (this.#caller !== caller) this.#findLabel(caller);
    const outside = enterModule(this.#label);
    running = this;
    let result: Out;
    try {
      const hooks = this.#hooks;
      result =
        hooks === null || hooks.isEmpty
          ? this.forward(...inputs)
          : (hooks.run(this, inputs, (given) => this.forward(...(given as unknown as In))) as Out);
    } finally {
      leaveModule(outside);
      running = caller;
    }
    if (caller === null) keepReturned(result);
    return result;
  }

  /** At the first call, and where another module calls. @throws NotImplementedError for a module that cannot be called. */
  #findLabel(caller: AnyModule | null): void {
    if (this.forward === undefined)
      throw new NotImplementedError(`Module [${this.typeName()}] is missing the required "forward" function`);
    this.#caller = caller;
    this.#label = caller?.moduleEntries().find(([, child]) => child === this)?.[0] ?? this.typeName();
  }

  /** @internal The class's name, as PyTorch prints it. */
  typeName(): string {
    const type = this.constructor as typeof Module;
    return Object.hasOwn(type, "typeName") ? type.typeName : type.name;
  }

  /** The name that a parameter or buffer of this field has in `stateDict()`; layers with longer names give PyTorch's. */
  stateName(field: string): string {
    return field;
  }

  /** @internal Sizes that this module has yet to learn, from what is loaded into it; `find` gives tensors by name. */
  learnSizes(_find: (name: string) => Tensor | undefined): void {}

  /** What to print between the parentheses: `in_features=3, out_features=5`. */
  extraRepr(): string {
    return "";
  }

  /** PyTorch's `str(module)`. */
  override toString(): string {
    return describeModule(this);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** @internal The fields that hold modules; a module in two fields appears twice. */
  moduleEntries(): [string, AnyModule][] {
    return Object.entries(this).filter(([, value]) => value instanceof Module);
  }

  /** The children with their names, each once. */
  namedChildren(): [string, AnyModule][] {
    const seen = new Set<AnyModule>();
    return this.moduleEntries().filter(([, child]) => !seen.has(child) && seen.add(child));
  }

  /** The modules that are fields of this one. */
  children(): AnyModule[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module and all below it with their dotted names, each once; its own name is "". */
  namedModules(): [string, AnyModule][] {
    const found: [string, AnyModule][] = [];
    const seen = new Set<AnyModule>();
    const visit = (module: AnyModule, name: string): void => {
      if (seen.has(module)) return;
      seen.add(module);
      found.push([name, module]);
      for (const [key, child] of module.namedChildren()) visit(child, name === "" ? key : `${name}.${key}`);
    };
    visit(this, "");
    return found;
  }

  /** This module and all below it, each once. */
  modules(): AnyModule[] {
    return this.namedModules().map(([, module]) => module);
  }

  #collect(own: (module: AnyModule) => [string, Tensor][], recurse: boolean): [string, Tensor][] {
    const found: [string, Tensor][] = [];
    const seen = new Set<Tensor>();
    const modules: [string, AnyModule][] = recurse ? this.namedModules() : [["", this]];
    for (const [prefix, module] of modules) {
      for (const [field, tensor] of own(module)) {
        if (seen.has(tensor)) continue;
        seen.add(tensor);
        const name = module.stateName(field);
        found.push([prefix === "" ? name : `${prefix}.${name}`, tensor]);
      }
    }
    return found;
  }

  /** The parameters with their dotted names, such as "0.weight", each once. */
  namedParameters({ recurse = true }: RecurseOptions = {}): [string, Parameter][] {
    const own = (module: AnyModule): [string, Tensor][] =>
      Object.entries(module).filter(([, value]) => value instanceof Parameter);
    return this.#collect(own, recurse) as [string, Parameter][];
  }

  /** What an optimizer takes: every parameter of this module and of those below it, once. */
  parameters(options?: RecurseOptions): Parameter[] {
    return this.namedParameters(options).map(([, parameter]) => parameter);
  }

  /** The buffers (tensors that are state but not trained) with their dotted names, each once. */
  namedBuffers({
    recurse = true,
    persistentOnly = false,
  }: RecurseOptions & { readonly persistentOnly?: boolean } = {}): [string, Tensor][] {
    return this.#collect((module) => (module as Module<In, Out>).#ownBuffers(persistentOnly), recurse);
  }

  #ownBuffers(persistentOnly: boolean): [string, Tensor][] {
    const found: [string, Tensor][] = [];
    for (const [name, value] of Object.entries(this)) {
      if (!(value instanceof Tensor) || value instanceof Parameter) continue;
      const persistent = this.#buffers?.get(name) ?? (value instanceof Buffer ? value.persistent : undefined);
      if (persistent === undefined || (persistentOnly && !persistent)) continue;
      found.push([name, value]);
    }
    return found;
  }

  buffers(options?: RecurseOptions): Tensor[] {
    return this.namedBuffers(options).map(([, buffer]) => buffer);
  }

  /** The module with a dotted name, such as "encoder.0"; this one for "". @throws ValueError where there is none. */
  getSubmodule(target: string): AnyModule {
    return target === "" ? this : this.#found(target, (owner) => owner.moduleEntries(), "an nn.Module");
  }

  /** The parameter with a dotted name, such as "0.weight". @throws ValueError where there is none. */
  getParameter(target: string): Parameter {
    return this.#found(target, (owner) => owner.namedParameters({ recurse: false }), "an nn.Parameter");
  }

  /** The buffer with a dotted name, such as "1.running_mean". @throws ValueError where there is none. */
  getBuffer(target: string): Tensor {
    return this.#found(target, (owner) => owner.namedBuffers({ recurse: false }), "a buffer");
  }

  #found<T>(target: string, own: (owner: AnyModule) => [string, T][], wanted: string): T {
    const dot = target.lastIndexOf(".");
    const owner = this.getSubmodule(target.slice(0, Math.max(0, dot)));
    const name = target.slice(dot + 1);
    const found = own(owner).find(([key]) => key === name);
    if (found === undefined) throw absent(owner, name, wanted);
    return found[1];
  }

  /** Adds a parameter under a name; null for one that this module does without. */
  registerParameter(name: string, parameter: Parameter | null): void {
    if (parameter !== null && !(parameter instanceof Parameter))
      throw new ValueError(`cannot assign a plain tensor to parameter '${name}' (torch.nn.Parameter or None required)`);
    this.#define("parameter", name, parameter);
  }

  /** Adds a tensor that is state but not trained. Without `persistent`, `stateDict()` leaves it out. */
  registerBuffer(
    name: string,
    tensor: Tensor | null,
    { persistent = true }: { readonly persistent?: boolean } = {},
  ): void {
    this.#define("buffer", name, tensor);
    this.#buffers ??= new Map();
    this.#buffers.set(name, persistent);
  }

  /** Adds a child under a name. */
  registerModule(name: string, module: AnyModule | null): void {
    this.#define("module", name, module);
  }

  /** PyTorch's other name of `registerModule`. */
  addModule(name: string, module: AnyModule | null): void {
    this.registerModule(name, module);
  }

  #define(kind: string, name: string, value: Tensor | AnyModule | null): void {
    if (name === "") throw new ValueError(`${kind} name can't be empty string ""`);
    if (name.includes("."))
      throw new ValueError(`${kind} name can't contain "."${kind === "module" ? `, got: ${name}` : ""}`);
    const own = Object.getOwnPropertyDescriptor(this, name);
    const held: unknown = own?.value ?? null;
    const field = held === null || held instanceof Tensor || held instanceof Module;
    if ((own === undefined && name in this) || !field) throw new ValueError(`attribute '${name}' already exists`);
    Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
  }

  /** Sets training mode for this module and all below it; returns this. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Sets evaluation mode: dropout passes through, batch norms use their running statistics. */
  eval(): this {
    return this.train(false);
  }

  /** Drops the gradients of all parameters, or with `setToNone: false` makes them zero in place. */
  zeroGrad({ setToNone = true }: { readonly setToNone?: boolean } = {}): void {
    for (const parameter of this.parameters()) clearGradient(parameter, setToNone);
  }

  /** Starts or stops recording gradients of all parameters; returns this. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(requiresGrad);
    return this;
  }

  /** Calls `fn` on every module below this one, children first, and on this one; returns this. */
  apply(fn: (module: AnyModule) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /**
   * Parameters and persistent buffers by dotted name. The tensors share the module's data, as in PyTorch: clone them to
   * keep a snapshot.
   *
   * @param options.prefix what all names begin with; default "".
   */
  stateDict({ prefix = "" }: { readonly prefix?: string } = {}): StateDict {
    return collectState(this, prefix, emptyState());
  }

  /**
   * Copies values into the parameters and buffers, which keep their dtype and device.
   *
   * @param options.strict whether missing and unexpected keys are errors; default true. With `false` they are returned; other
   * shapes are errors still, as in PyTorch.
   * @throws CressetError with PyTorch's text, naming every key that is missing, unexpected, or of another shape; nothing
   * was copied then. (PyTorch copies what fits before it raises.) DeviceError for a value on another device that reads
   * asynchronously: `await value.to(device)` first.
   */
  loadStateDict(state: Readonly<StateDict>, { strict = true }: { readonly strict?: boolean } = {}): IncompatibleKeys {
    return loadState(this, state, strict);
  }

  /** Calls `hook` with the inputs before each forward. */
  registerForwardPreHook<M extends AnyModule>(this: M, hook: ForwardPreHook<NoInfer<M>>): RemovableHandle {
    return this.hooks.add("before", hook);
  }

  /** Calls `hook` with inputs and output after each forward. */
  registerForwardHook<M extends AnyModule>(this: M, hook: ForwardHook<NoInfer<M>>): RemovableHandle {
    return this.hooks.add("after", hook);
  }

  /** Calls `hook` with the gradients of inputs and outputs during backward. */
  registerFullBackwardHook<M extends AnyModule>(this: M, hook: FullBackwardHook<NoInfer<M>>): RemovableHandle {
    return this.hooks.add("backward", hook);
  }

  /** Calls `hook` before `stateDict()`, of this module or of one that it is in, collects its state. */
  registerStateDictPreHook<M extends AnyModule>(this: M, hook: StateDictPreHook<NoInfer<M>>): RemovableHandle {
    return this.hooks.add("save", hook);
  }

  /** Calls `hook` with the state that `stateDict()` has collected of this module and those below it. */
  registerStateDictPostHook<M extends AnyModule>(this: M, hook: StateDictPostHook<NoInfer<M>>): RemovableHandle {
    return this.hooks.add("saved", hook);
  }

  /**
   * Calls `hook` with what is loaded before this module takes its values out of it.
   *
   * @example
   * net.registerLoadStateDictPreHook((_, state, prefix) => {
   *   state[`${prefix}weight`] = state[`${prefix}kernel`]; // as it was called once
   *   delete state[`${prefix}kernel`];
   * });
   */
  registerLoadStateDictPreHook<M extends AnyModule>(this: M, hook: LoadStateDictPreHook<NoInfer<M>>): RemovableHandle {
    return this.hooks.add("load", hook);
  }

  /** Calls `hook` with the missing and unexpected keys when values have been loaded, those of a strict load included. */
  registerLoadStateDictPostHook<M extends AnyModule>(
    this: M,
    hook: LoadStateDictPostHook<NoInfer<M>>,
  ): RemovableHandle {
    return this.hooks.add("loaded", hook);
  }

  /** @internal */
  get hooks(): ModuleHooks {
    this.#hooks ??= new ModuleHooks();
    return this.#hooks;
  }

  /** Converts float parameters, gradients and buffers to a float dtype, at once; or moves all to a device, as a promise. */
  to(dtype: DType): this;
  to(device: string): Promise<this>;
  to(target: string): this | Promise<this> {
    if (!(dtypes as readonly string[]).includes(target)) return moveModule(this, target).then(() => this);
    convertModule(this, target as DType);
    return this;
  }

  /** Moves parameters and buffers to the device "cpu". */
  cpu(): Promise<this> {
    return this.to("cpu");
  }

  half(): this {
    return this.to("float16");
  }

  float(): this {
    return this.to("float32");
  }

  double(): this {
    return this.to("float64");
  }
}

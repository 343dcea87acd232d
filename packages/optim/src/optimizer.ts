import { clearGradient, registerCompanions } from "@cresset/core/extend";
import { fromHost, noGrad, Tensor, ValueError } from "@cresset/core/functions";
import { completeGroup, type GroupInput, groupsOf, type ParamGroup, type Params, plainOptions } from "./group.ts";
import { onStep, type RemovableHandle, type StepPostHook, type StepPreHook } from "./hooks.ts";
import { camelKeys, optionText, snakeKeys } from "./option-text.ts";
import type { ParamState, StateValue } from "./step.ts";

/** What `stateDict()` gives: PyTorch's keys to the letter; parameters are numbered in order. */
export interface OptimizerStateDict {
  readonly state: Record<number, ParamState>;
  readonly param_groups: (Record<string, unknown> & { readonly params: number[] })[];
}

/**
 * The base of all optimizers: groups of parameters with options, what is remembered of each parameter, and state dicts. A class
 * of one's own gives the defaults of its options and a `step`, in which nothing is recorded inside `torch.noGrad`.
 *
 * @example
 * class SignSGD extends optim.Optimizer<{ lr: number }> {
 *   constructor(params: optim.Params<{ lr: number }>, { lr = 0.01 } = {}) {
 *     super(params, { lr });
 *   }
 *   step(): void {
 *     torch.noGrad(() => {
 *       for (const { params, lr } of this.paramGroups)
 *         for (const p of params) if (p.grad !== null) p.add_(p.grad.sign(), { alpha: -lr });
 *     });
 *   }
 * }
 */
export abstract class Optimizer<Options extends object = object> {
  /** The options that a group has where it gives none. */
  readonly defaults: Options;
  /** Groups of parameters with their options; assign to them to change a learning rate. */
  readonly paramGroups: ParamGroup<Options>[] = [];
  /** What is remembered of each parameter. */
  readonly state = new Map<Tensor, ParamState>();
  /** State entries that are numbers here and float32 tensors of no dimension in PyTorch's state dicts. */
  protected readonly tensorCounts: readonly string[] = [];

  constructor(params: Params<Options>, defaults: Options) {
    this.defaults = defaults;
    for (const group of groupsOf(params)) this.addParamGroup(group);
  }

  /**
   * Changes the parameters by their gradients.
   *
   * @param closure computes the loss and its gradients anew; its result is returned.
   */
  abstract step(closure?: () => unknown): unknown;

  /** What is remembered of a parameter, by name; nothing at first. */
  protected stateOf(param: Tensor): ParamState {
    let state = this.state.get(param);
    if (state === undefined) {
      state = {};
      this.state.set(param, state);
    }
    return state;
  }

  /** Adds parameters, with their own options if given. @throws ValueError for parameters that are in a group already. */
  addParamGroup(group: GroupInput<Options>): void {
    const known = new Set(this.paramGroups.flatMap((other) => other.params));
    const added = completeGroup(group, this.defaults, known);
    this.paramGroups.push(added);
    for (const param of added.params) registerCompanions(param, () => this.#stateTensors(param));
  }

  #stateTensors(param: Tensor): Tensor[] {
    return Object.values(this.state.get(param) ?? {}).filter((entry) => entry instanceof Tensor);
  }

  /** As PyTorch prints an optimizer: the options of each group, by name. */
  toString(): string {
    const groups = this.paramGroups.map(({ params: _, ...options }, i) => {
      const entries = Object.entries(snakeKeys(options)).sort(([a], [b]) => (a < b ? -1 : 1));
      return `Parameter Group ${i}\n${entries.map(([name, value]) => `    ${name}: ${optionText(value)}\n`).join("")}`;
    });
    return `${this.constructor.name} (\n${groups.join("\n")})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** Drops all gradients; with `setToNone: false` they become zero in place. */
  zeroGrad({ setToNone = true }: { readonly setToNone?: boolean } = {}): void {
    for (const { params } of this.paramGroups) for (const param of params) clearGradient(param, setToNone);
  }

  /** Options and states, with parameters by number. The tensors are the optimizer's own, not copies. */
  stateDict(): OptimizerStateDict {
    const numbers = new Map<Tensor, number>();
    for (const { params } of this.paramGroups) {
      for (const param of params) if (!numbers.has(param)) numbers.set(param, numbers.size);
    }
    const numberOf = (param: Tensor): number => numbers.get(param) ?? -1;
    const state: OptimizerStateDict["state"] = {};
    for (const [param, own] of this.state) {
      const entries = Object.entries(own).map(([name, value]) => [name, this.#saved(name, value)] as const);
      if (entries.length > 0) state[numberOf(param)] = Object.fromEntries(entries);
    }
    const groups = this.paramGroups.map(({ params, ...options }) => ({
      ...snakeKeys(options),
      params: params.map(numberOf),
    }));
    return { state, param_groups: groups };
  }

  #saved(name: string, value: StateValue): StateValue {
    return typeof value === "number" && this.tensorCounts.includes(name)
      ? fromHost(Float32Array.of(value), [], "float32")
      : value;
  }

  /**
   * Takes over options and states; tensors are copied, in the dtype and on the device of their parameter.
   *
   * @throws ValueError if the groups or states do not fit this optimizer's; DeviceError for a state on another device that
   * reads asynchronously. Nothing was taken over then.
   */
  loadStateDict(dict: OptimizerStateDict): void {
    const groups: unknown = (dict as Partial<OptimizerStateDict> | null)?.param_groups;
    if (!isGroups(groups) || typeof dict.state !== "object" || dict.state === null)
      throw new ValueError("a state dict of an optimizer has `state` and `param_groups`");
    if (groups.length !== this.paramGroups.length)
      throw new ValueError("loaded state dict has a different number of parameter groups");
    if (groups.some((group, i) => group.params.length !== this.paramGroups[i].params.length))
      throw new ValueError(
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
      );
    const params = new Map<number, Tensor>();
    for (const [g, group] of groups.entries())
      for (const [i, number] of group.params.entries()) params.set(number, this.paramGroups[g].params[i]);
    const states: [Tensor, ParamState][] = [];
    for (const [number, own] of Object.entries(dict.state)) {
      const param = params.get(Number(number));
      if (param === undefined) continue;
      const entries = Object.entries(own).map(([name, value]): [string, StateValue] => {
        this.requireState(number, name, value, param);
        return [name, this.#loaded(name, value, param)];
      });
      states.push([param, Object.fromEntries(entries)]);
    }
    const options = groups.map(({ params: _, ...own }) => plainOptions(camelKeys(own)));
    for (const [g, own] of options.entries()) Object.assign(this.paramGroups[g], own);
    this.state.clear();
    for (const [param, own] of states) this.state.set(param, own);
  }

  /** Calls `hook` with the optimizer and the arguments before each step; it may return other arguments. */
  registerStepPreHook(hook: StepPreHook<this>): RemovableHandle {
    return onStep(this, 0, (args) => hook(this, args));
  }

  /** Calls `hook` with the optimizer and the arguments after each step. */
  registerStepPostHook(hook: StepPostHook<this>): RemovableHandle {
    return onStep(this, 1, (args) => hook(this, args));
  }

  /** @throws ValueError for a state that cannot be a parameter's: one of another shape would be broadcast in silence. */
  protected requireState(number: string, name: string, value: StateValue, param: Tensor): void {
    if (value instanceof Tensor && value.shape.length > 0 && value.shape.join() !== param.shape.join())
      throw new ValueError(
        `loaded state dict has "${name}" of shape [${value.shape.join(", ")}] for parameter ${number}, which has shape [${param.shape.join(", ")}]`,
      );
  }

  #loaded(name: string, value: StateValue, param: Tensor): StateValue {
    if (Array.isArray(value))
      return value.map((each: Tensor | number) => this.#loaded("", each, param) as Tensor | number);
    if (!(value instanceof Tensor)) return value;
    if (!this.tensorCounts.includes(name)) {
      const own = noGrad(() => value.detach().to(param.dtype));
      if (own.device === param.device) return noGrad(() => own.clone());
      return fromHost(own.dataSync(), own.shape, own.dtype, param.device);
    }
    const host = value.value.slot?.host;
    return host ? Number(host[0]) : value.itemSync();
  }
}

const isGroups = (groups: unknown): groups is OptimizerStateDict["param_groups"] =>
  Array.isArray(groups) && groups.every((group) => Array.isArray((group as { params?: unknown } | null)?.params));

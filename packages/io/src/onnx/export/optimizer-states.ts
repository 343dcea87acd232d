import type { Node, Value } from "@cresset/core/extend";
import { fromHost, type HostArray, Tensor } from "@cresset/core/functions";
import { OnnxExportError } from "../errors.ts";
import {
  formulasOf,
  fullStateOf,
  mentions,
  type Now,
  type NumberState,
  numberStatesOf,
  type Options,
} from "./optimizer-numbers.ts";
import type { Traces } from "./traces.ts";

/** What is used of an optimizer of `@cresset/optim`. */
export interface TrainingOptimizer {
  readonly paramGroups: readonly { readonly params: readonly Tensor[] }[];
  readonly state: Map<Tensor, Record<string, unknown>>;
}

/** A number that a group carries from step to step. */
export interface GroupNumber extends NumberState {
  readonly name: string;
  /** Before the first step of the graph. */
  readonly value: number;
}

export interface Group {
  readonly index: number;
  readonly params: readonly Tensor[];
  readonly options: Options;
}

type State = Record<string, unknown>;

/**
 * An optimizer's state while its step is traced: as it will be in a step that is not the first, so that all tensors are there,
 * and put back afterwards.
 */
export class OptimizerStates {
  /** Parameters, buffers and optimizer states by name. */
  readonly tensors: Map<string, Tensor>;
  readonly groups: readonly Group[];
  /** Zeros that stand for the gradients of the step before, which must not be used. */
  readonly oldGradients = new Map<Value, string>();
  /** Whether the numbers of the optimizer depend on the number of the step. */
  counts = false;
  /** How many steps were done. */
  steps = 0;
  readonly #optimizer: TrainingOptimizer;
  readonly #original: ReadonlyMap<Tensor, State>;
  readonly #names = new Map<Tensor, string>();
  /** Of parameters that begin a step with the gradient of the one before: what is wrong with using that. */
  readonly #carried = new Map<Tensor, string>();
  /** Parameters that had no gradient before. */
  readonly #clearBefore = new Set<Tensor>();
  readonly #groupOf = new Map<Value, Group>();
  /** The optimizer's operation, by group. */
  readonly #operations: string[] = [];
  #base: ReadonlyMap<Tensor, State> = new Map();
  /** The states after the step that was traced, for the next one; null while it is this one. */
  #next: ReadonlyMap<Tensor, State> | null = null;

  constructor(optimizer: TrainingOptimizer, named: ReadonlyMap<string, Tensor>) {
    this.#optimizer = optimizer;
    this.#original = copyOf(optimizer.state);
    this.tensors = new Map(named);
    this.groups = optimizer.paramGroups.map((group, index) => {
      const { params, ...options } = group as { params: readonly Tensor[] } & Options;
      return { index, params, options };
    });
    for (const [name, tensor] of named) this.#names.set(tensor, name);
    for (const { params } of this.groups) {
      for (const param of params) {
        if (!this.#names.has(param)) {
          const name = `parameter_${this.#names.size}`;
          this.#names.set(param, name);
          this.tensors.set(name, param);
        }
      }
    }
  }

  /** Lets the optimizer make its states by tracing a first step, and reads all that there is. */
  async prepare(trace: (tensors: readonly Tensor[]) => Traces): Promise<void> {
    for (const { params } of this.groups) {
      for (const param of params) {
        await param.data();
        if (param.grad === null) this.#clearBefore.add(param);
        this.#carried.set(
          param,
          `the gradient of "${this.#names.get(param)}" is added to that of the step before: call optimizer.zeroGrad() in the step, before loss.backward()`,
        );
      }
    }
    for (const state of this.#original.values())
      for (const entry of Object.values(state)) if (entry instanceof Tensor) await entry.data();
    this.#base = this.#original;
    const known = [...this.tensors.values()];
    for (const state of this.#original.values())
      known.push(...Object.values(state).filter((entry) => entry instanceof Tensor));
    const given = [...new Set(known)];
    const [after] = trace(given).after;
    for (const { params } of this.groups) {
      const nodes = params.map((param) => after[given.indexOf(param)]?.node);
      this.#operations.push(nodes.find((node) => node)?.template.operation.name ?? "");
    }
    const base = new Map<Tensor, State>();
    for (const [param, later] of this.#optimizer.state) {
      const before = this.#original.get(param) ?? {};
      const tensors = Object.entries(later).filter(([, entry]) => entry instanceof Tensor);
      requireFreshMomentum(this.groups, param, before);
      base.set(param, { ...before, ...Object.fromEntries(tensors) });
      for (const [key, entry] of tensors) {
        const state = entry as Tensor;
        await state.data();
        this.tensors.set(`optimizer.${this.#names.get(param)}.${key}`, state);
      }
    }
    this.#base = base;
    const counts = new Set([...base.values()].map((state) => Number(state.step ?? 0)));
    if (counts.size > 1)
      throw new OnnxExportError(
        `parameters have done different numbers of steps (${[...counts].join(", ")}), but the graph counts one`,
      );
    this.steps = [...counts][0] ?? 0;
    for (const group of this.groups) for (const param of group.params) this.#groupOf.set(param.current(), group);
  }

  /** Before each trace: the optimizer's state, and gradients that are noticed if they are used. */
  begin(): void {
    const { state } = this.#optimizer;
    state.clear();
    for (const [param, entries] of this.#now()) state.set(param, { ...entries });
    for (const [param, wrong] of this.#carried) {
      if (!param.requiresGrad) continue;
      // New ones for each trace: a gradient that adds up is written to.
      param.grad = zerosLike(param);
      this.oldGradients.set(param.grad.current(), wrong);
    }
  }

  /** After each trace, before all is put back: where it leaves no gradient, as it found none, the next step begins with none. */
  end(): void {
    for (const param of this.#clearBefore) if (param.grad === null) this.#carried.delete(param);
  }

  /** Makes the next trace that of the step after the one traced last. */
  advance(): void {
    this.#next = copyOf(this.#optimizer.state);
  }

  rewind(): void {
    this.#next = null;
  }

  /** The states before the step that is traced. */
  #now(): ReadonlyMap<Tensor, State> {
    if (this.#next !== null) return this.#next;
    const full = new Map(this.#base);
    for (const { index, params } of this.groups) {
      const more = fullStateOf(this.#operations[index] ?? "");
      for (const param of params) if (full.has(param)) full.set(param, { ...full.get(param), ...more });
    }
    return full;
  }

  /** What the formulas of each group depend on in the step that was traced last. */
  now(): Now[] {
    const states = this.#now();
    return this.groups.map((group) => {
      const own = stateOf(group, states);
      const numbers = Object.entries(numberStatesOf(this.#operations[group.index] ?? "")).map(
        ([name, { initial }]) => [name, Number(own[name] ?? initial(group.options))] as const,
      );
      return { lr: Number(group.options.lr), step: Number(own.step ?? 0) + 1, states: Object.fromEntries(numbers) };
    });
  }

  /** The numbers that a group carries from step to step. */
  numbersOf(group: Group): GroupNumber[] {
    const own = stateOf(group, this.#original);
    return Object.entries(numberStatesOf(this.#operations[group.index] ?? "")).map(([name, number]) => ({
      ...number,
      name,
      value: Number(own[name] ?? number.initial(group.options)),
    }));
  }

  /** The group that a node of the optimizer updates; null for other nodes. */
  groupOf(node: Node): Group | null {
    const [first] = node.inputs;
    const group = first === undefined ? undefined : this.#groupOf.get(first);
    if (group === undefined) return null;
    const formulas = [
      ...Object.values(formulasOf(node, group.options)),
      ...this.numbersOf(group).map(({ next }) => next(group.options)),
    ];
    if (formulas.some((formula) => mentions(formula, "step"))) this.counts = true;
    return group;
  }

  restore(): void {
    const { state } = this.#optimizer;
    state.clear();
    for (const [param, entries] of this.#original) state.set(param, entries);
    // A step may have changed a learning rate.
    for (const { index, options } of this.groups) Object.assign(this.#optimizer.paramGroups[index], options);
  }
}

/** The state of a group's first parameter that has one: those of the others have the same numbers. */
function stateOf({ params }: Group, states: ReadonlyMap<Tensor, State>): State {
  const param = params.find((one) => states.has(one));
  return (param && states.get(param)) ?? {};
}

function copyOf(state: ReadonlyMap<Tensor, State>): Map<Tensor, State> {
  return new Map([...state].map(([param, entries]) => [param, { ...entries }]));
}

function zerosLike(param: Tensor): Tensor {
  const { dtype, shape, device } = param;
  const kind = dtype === "float64" ? Float64Array : dtype === "float16" ? Uint16Array : Float32Array;
  const data: HostArray = new kind(param.numel());
  return fromHost(data, shape, dtype, device);
}

/** The first momentum is the gradient itself: what a momentum of zeros gives too, but for dampening. */
function requireFreshMomentum(groups: readonly Group[], param: Tensor, before: State): void {
  const group = groups.find(({ params }) => params.includes(param));
  const { momentum, dampening } = group?.options ?? {};
  if (typeof momentum !== "number" || momentum === 0 || typeof dampening !== "number" || dampening === 0) return;
  if (before.momentum_buffer === undefined)
    throw new OnnxExportError(
      "with dampening, the first step of SGD is another one than those that follow: do one step before exporting",
    );
}

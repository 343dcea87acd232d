import { assign } from "@cresset/core/extend";
import { enableGrad, fromHost, noGrad, Tensor, ValueError, zerosLike } from "@cresset/core/functions";
import { requireNonNegative } from "./check.ts";
import { optionsOf, type Params } from "./group.ts";
import { begin, type Memory, remember } from "./lbfgs-memory.ts";
import { type Point, strongWolfe } from "./line-search.ts";
import { Optimizer, type OptimizerStateDict } from "./optimizer.ts";
import type { ParamState } from "./step.ts";
import { absoluteSum, addTo, dot, join, largest, type Vector } from "./vector.ts";

export interface LBFGSOptions {
  /** Length of a step; default 1. */
  lr: number;
  /** Most iterations of one step; default 20. */
  maxIter: number;
  /** Most evaluations of the closure in one step; default maxIter · 1.25. */
  maxEval: number;
  /** Ends the step when no element of the gradient is larger; default 1e-7. */
  toleranceGrad: number;
  /** Ends the step when loss or parameters change less; default 1e-9. */
  toleranceChange: number;
  /** How many changes are remembered; default 100. */
  historySize: number;
  /** "strong_wolfe" looks for a good step length; null (default) takes `lr`. */
  lineSearchFn: "strong_wolfe" | null;
}

/** What the algorithm waits for: loss and gradients at the present parameters, or the values of tensors. */
type Request = "evaluate" | readonly Tensor[];

interface Answer {
  readonly loss: number;
  readonly values: Vector;
}

type Waiting<T> = Generator<Request, T, Answer>;

/** In the order of PyTorch's arguments. */
const names = ["lr", "maxIter", "maxEval", "toleranceGrad", "toleranceChange", "historySize", "lineSearchFn"] as const;

/**
 * L-BFGS (Liu and Nocedal, 1989): each step runs iterations of its own, for which the closure computes loss and gradients
 * again and again. One group of parameters only. The step reads values, so it is awaited; `stepSync` is for devices that
 * are read at once.
 *
 * @throws ValueError for several groups, or an unknown line search.
 * @example
 * const optimizer = new optim.LBFGS(model.parameters(), { lineSearchFn: "strong_wolfe" });
 * await optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = lossFunc(model(x), y);
 *   loss.backward();
 *   return loss;
 * });
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  #memory: Memory | null = null;
  /** How often the parameters were written when they were placed last. */
  #versions: readonly number[] = [];

  constructor(params: Params<LBFGSOptions>, options: Partial<LBFGSOptions> = {}) {
    const { lr = 1, maxIter = 20, toleranceGrad = 1e-7, toleranceChange = 1e-9, ...rest } = optionsOf(names, options);
    const { maxEval = Math.floor((maxIter * 5) / 4), historySize = 100, lineSearchFn = null } = rest;
    requireNonNegative("learning rate", lr);
    if (lineSearchFn !== null && lineSearchFn !== "strong_wolfe")
      throw new ValueError("only 'strong_wolfe' is supported");
    super(params, { lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn });
    if (this.paramGroups.length !== 1)
      throw new ValueError("LBFGS doesn't support per-parameter options (parameter groups)");
  }

  /** Runs the iterations of one step. The closure computes a loss and its gradients; the first loss is returned. */
  override async step(closure: () => Tensor | Promise<Tensor>): Promise<Tensor> {
    const losses: Tensor[] = [];
    const algorithm = this.#iterate();
    for (let next = algorithm.next(); !next.done; ) {
      const request = next.value;
      if (request === "evaluate") losses.push(await closure());
      const tensors = request === "evaluate" ? this.#gradients() : request;
      const values = join(await Promise.all(tensors.map((tensor) => tensor.data() as Promise<Vector>)));
      const loss = request === "evaluate" ? await losses[losses.length - 1].item() : Number.NaN;
      next = algorithm.next({ loss, values });
    }
    return losses[0];
  }

  /** Like `step`, at once. @throws DeviceError on devices that read asynchronously. */
  stepSync(closure: () => Tensor): Tensor {
    const losses: Tensor[] = [];
    const algorithm = this.#iterate();
    for (let next = algorithm.next(); !next.done; ) {
      const request = next.value;
      if (request === "evaluate") losses.push(enableGrad(closure));
      const tensors = request === "evaluate" ? this.#gradients() : request;
      const values = join(tensors.map((tensor) => tensor.dataSync() as Vector));
      const loss = request === "evaluate" ? losses[losses.length - 1].itemSync() : Number.NaN;
      next = algorithm.next({ loss, values });
    }
    return losses[0];
  }

  /** Its states are of all parameters together. */
  protected override requireState(): void {}

  override loadStateDict(dict: OptimizerStateDict): void {
    super.loadStateDict(dict);
    this.#memory = null;
  }

  get #params(): Tensor[] {
    return this.paramGroups[0].params;
  }

  #gradients(): Tensor[] {
    return this.#params.map((param) => param.grad ?? zerosLike(param));
  }

  /** Writes a vector into the parameters. */
  #place(values: Vector): void {
    let at = 0;
    noGrad(() => {
      for (const param of this.#params) {
        const end = at + param.numel();
        assign(param, fromHost(values.slice(at, end), param.shape, param.dtype, param.device), "LBFGS");
        at = end;
      }
    });
    this.#versions = this.#params.map((param) => param._version);
  }

  /** Where the parameters are: where they were placed, unless the closure has moved them (to keep pixels between 0 and 1). */
  *#position(placed: Vector): Waiting<Vector> {
    const moved = this.#params.some((param, i) => param._version !== this.#versions[i]);
    return moved ? (yield this.#params).values : placed;
  }

  *#iterate(): Waiting<void> {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn } = this.paramGroups[0];
    const state = this.#state();
    let evaluations = 0;
    const evaluate = function* (): Waiting<Answer> {
      const answer = yield "evaluate";
      evaluations++;
      state.func_evals = Number(state.func_evals) + 1;
      return answer;
    };
    let { loss, values: gradient } = yield* evaluate();
    if (largest(gradient) <= toleranceGrad) return;
    let { values: position } = yield this.#params;
    let memory = this.#memory ?? (yield* loadMemory(state));
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      if (iteration > 1) position = yield* this.#position(position);
      state.n_iter = Number(state.n_iter) + 1;
      const first = memory === null;
      memory = memory === null ? begin(gradient) : remember(memory, gradient, historySize);
      this.#memory = memory;
      const { direction: towards } = memory;
      memory.step = first ? Math.min(1, 1 / absoluteSum(gradient)) * lr : lr;
      memory.loss = loss;
      const before = loss;
      const slope = dot(gradient, towards);
      if (slope > -toleranceChange) break;
      const from = position;
      const at = (t: number): Vector => addTo(from.slice(), towards, t);
      if (lineSearchFn !== null) {
        const place = (t: number): void => this.#place(at(t));
        const along = function* (t: number): Waiting<Point<Vector>> {
          place(t);
          const answer = yield* evaluate();
          return { t, loss: answer.loss, gradient: answer.values, slope: dot(answer.values, towards) };
        };
        const start = { t: 0, loss, gradient, slope };
        const found: Point<Vector> = yield* strongWolfe(along, start, memory.step, largest(towards), toleranceChange);
        ({ loss, gradient } = found);
        memory.step = found.t;
      }
      position = at(memory.step);
      this.#place(position);
      if (lineSearchFn === null && iteration !== maxIter) ({ loss, values: gradient } = yield* evaluate());
      const still = largest(gradient) <= toleranceGrad || largest(towards) * Math.abs(memory.step) <= toleranceChange;
      if (iteration === maxIter || evaluations >= maxEval || still || Math.abs(loss - before) < toleranceChange) break;
    }
    if (memory !== null) saveMemory(memory, state, this.#params[0]);
  }

  /** As in PyTorch, all state belongs to the first parameter. */
  #state(): ParamState {
    let state = this.state.get(this.#params[0]);
    if (state === undefined) {
      state = { func_evals: 0, n_iter: 0 };
      this.state.set(this.#params[0], state);
    }
    return state;
  }
}

function saveMemory(memory: Memory, state: ParamState, { dtype, device }: Tensor): void {
  const tensorOf = (vector: Vector): Tensor => fromHost(vector.slice(), [vector.length], dtype, device);
  Object.assign(state, {
    d: tensorOf(memory.direction),
    t: memory.step,
    old_dirs: memory.gradientChanges.map(tensorOf),
    old_stps: memory.changes.map(tensorOf),
    ro: [...memory.reciprocals],
    H_diag: memory.scale,
    prev_flat_grad: tensorOf(memory.gradient),
    prev_loss: memory.loss,
  });
}

/** What a loaded state dict remembers; null if it is of an optimizer that made no step. */
function* loadMemory(state: ParamState): Waiting<Memory | null> {
  const { d, old_dirs: gradientChanges, old_stps: changes, ro: reciprocals, prev_flat_grad: gradient } = state;
  if (!(d instanceof Tensor) || !(gradient instanceof Tensor)) return null;
  const list = function* (tensors: unknown): Waiting<Vector[]> {
    const vectors: Vector[] = [];
    for (const tensor of tensors as Tensor[]) vectors.push((yield [tensor]).values);
    return vectors;
  };
  // PyTorch keeps some of the numbers in tensors without dimensions.
  const number = function* (value: unknown): Waiting<number> {
    return value instanceof Tensor ? Number((yield [value]).values[0]) : Number(value);
  };
  const numbers: number[] = [];
  for (const each of reciprocals as readonly unknown[]) numbers.push(yield* number(each));
  return {
    direction: (yield [d]).values,
    step: yield* number(state.t),
    gradientChanges: yield* list(gradientChanges),
    changes: yield* list(changes),
    reciprocals: numbers,
    scale: yield* number(state.H_diag),
    gradient: (yield [gradient]).values,
    loss: yield* number(state.prev_loss),
  };
}

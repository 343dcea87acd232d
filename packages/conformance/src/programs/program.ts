import type { Tensor } from "@cresset/core";
import { classAt } from "../api/library.ts";
import { operationAt } from "../api/operation.ts";
import type { LibraryModule } from "../kinds/build-module.ts";
import type { LibraryOptimizer } from "../kinds/optim.ts";

/** What a training program gets: data, the recorded initial state, its configuration, and where it reports each step. */
export interface Training {
  readonly data: Readonly<Record<string, Tensor>>;
  readonly state: Record<string, Tensor>;
  readonly config: Readonly<Record<string, number>>;
  /** Called between `backward` and the update. */
  log(iteration: number, loss: Tensor, model: LibraryModule): Promise<void>;
}

export interface Trained {
  readonly model: LibraryModule;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** A whole training, ported line by line from Python. */
export type TrainingProgram = (training: Training) => Promise<Trained>;

/** `nn.Linear(3, 5)`: constructs a module of the library. */
export function layer(name: string, ...args: unknown[]): LibraryModule {
  return new (classAt(`nn.${name}`))(...args) as LibraryModule;
}

export function optimizer(name: string, model: LibraryModule, options: Record<string, unknown>): LibraryOptimizer {
  return new (classAt(`optim.${name}`))([...model.parameters()], options) as LibraryOptimizer;
}

/** One of PyTorch's operations on tensors. */
export function apply(path: string, args: readonly unknown[], keywords: Record<string, unknown> = {}): Tensor {
  return operationAt(path)(args, keywords) as Tensor;
}

export function lossOf(
  name: string,
  prediction: unknown,
  target: Tensor,
  keywords: Record<string, unknown> = {},
): Tensor {
  return apply(`torch.nn.functional.${name}`, [prediction, target], keywords);
}

/** Rows of a tensor, `x[indices]`. */
export function rows(tensor: Tensor, indices: Tensor): Tensor {
  return apply("torch.Tensor.__getitem__", [tensor, indices]);
}

export function detached(result: unknown): Tensor {
  return apply("torch.Tensor.detach", [result]);
}

export function backward(loss: Tensor): void {
  apply("torch.Tensor.backward", [loss]);
}

/** Gives a model the recorded state, in the state's dtype. */
export function load(model: LibraryModule, state: Record<string, Tensor>): void {
  const [first] = Object.values(state);
  if (first.dtype !== "float32") model.to(first.dtype);
  model.loadStateDict(state);
}

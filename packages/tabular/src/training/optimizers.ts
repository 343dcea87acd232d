import type { Tensor } from "@cresset/core/functions";
import { Adagrad, Adam, AdamW, NAdam, type Optimizer, RMSprop, SGD } from "@cresset/optim";

const optimizers = {
  Adam: (params: Tensor[], lr: number) => new Adam(params, { lr }),
  AdamW: (params: Tensor[], lr: number) => new AdamW(params, { lr }),
  NAdam: (params: Tensor[], lr: number) => new NAdam(params, { lr }),
  RMSprop: (params: Tensor[], lr: number) => new RMSprop(params, { lr }),
  Adagrad: (params: Tensor[], lr: number) => new Adagrad(params, { lr }),
  SGD: (params: Tensor[], lr: number) => new SGD(params, { lr }),
} satisfies Record<string, (params: Tensor[], lr: number) => Optimizer>;

export type OptimizerName = keyof typeof optimizers;
/** Optimizers by the names of `torch.optim`. */
export const optimizerNames = [
  "Adam",
  "AdamW",
  "NAdam",
  "RMSprop",
  "Adagrad",
  "SGD",
] as const satisfies readonly OptimizerName[];

export function createOptimizer(name: OptimizerName, params: Iterable<Tensor>, lr: number): Optimizer {
  return optimizers[name]([...params], lr);
}

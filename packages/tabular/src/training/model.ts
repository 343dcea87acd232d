import type { Tensor } from "@cresset/core/functions";
import {
  BCELoss,
  BCEWithLogitsLoss,
  Dropout,
  ELU,
  GELU,
  LeakyReLU,
  Linear,
  type Module,
  ReLU,
  Sequential,
  Sigmoid,
  SiLU,
  Tanh,
} from "@cresset/nn";
import type { LossName, ModelOptions } from "./options.ts";

const activations = {
  ELU: () => new ELU(),
  ReLU: () => new ReLU(),
  LeakyReLU: () => new LeakyReLU(),
  GELU: () => new GELU(),
  SiLU: () => new SiLU(),
  Tanh: () => new Tanh(),
  Sigmoid: () => new Sigmoid(),
};

export type ActivationName = keyof typeof activations;
/** Activations by the names of `torch.nn`. */
export const activationNames = [
  "ELU",
  "ReLU",
  "LeakyReLU",
  "GELU",
  "SiLU",
  "Tanh",
  "Sigmoid",
] as const satisfies readonly ActivationName[];

/** A layer as a program's text has it: the name in `torch.nn` and its arguments. */
export interface LayerText {
  readonly name: "Linear" | "Dropout" | ActivationName;
  readonly args: readonly number[];
}

/** The layers of a network for `inputs` columns. */
export function layersOf(inputs: number, { hidden, activation, dropout, loss }: ModelOptions): LayerText[] {
  const layers: LayerText[] = [];
  let width = inputs;
  for (const next of hidden) {
    layers.push({ name: "Linear", args: [width, next] }, { name: activation, args: [] });
    if (dropout > 0) layers.push({ name: "Dropout", args: [dropout] });
    width = next;
  }
  layers.push({ name: "Linear", args: [width, 1] });
  if (loss === "BCELoss") layers.push({ name: "Sigmoid", args: [] });
  return layers;
}

/** Names and shapes of a network's parameters, in the order of its state dict. */
export function parameterShapes(inputs: number, options: ModelOptions): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  for (const [i, { name, args }] of layersOf(inputs, options).entries()) {
    if (name !== "Linear") continue;
    shapes.set(`${i}.weight`, [args[1], args[0]]);
    shapes.set(`${i}.bias`, [args[1]]);
  }
  return shapes;
}

/** The network, with weights drawn from the default generator: `[rows, inputs]` to `[rows, 1]`. */
export function createModel(inputs: number, options: ModelOptions, device?: string): Sequential {
  const kind = device === undefined ? {} : { device };
  return new Sequential(
    ...layersOf(inputs, options).map(({ name, args }): Module<[Tensor], Tensor> => {
      if (name === "Linear") return new Linear(args[0], args[1], kind);
      return name === "Dropout" ? new Dropout(args[0]) : activations[name]();
    }),
  );
}

export function createLoss(name: LossName): BCELoss | BCEWithLogitsLoss {
  return name === "BCELoss" ? new BCELoss() : new BCEWithLogitsLoss();
}

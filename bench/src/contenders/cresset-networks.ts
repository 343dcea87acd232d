import { type Tensor, tensor } from "@cresset/core";
import {
  BCELoss,
  Conv2d,
  CrossEntropyLoss,
  ELU,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  MSELoss,
  ReLU,
  Sequential,
  Sigmoid,
  TransformerEncoderLayer,
} from "@cresset/nn";
import type { HostTensor, Inputs } from "../contender.ts";
import { weightsOf } from "../inputs.ts";
import { heads, type Network } from "../protocol.ts";

/** A model with the inputs' weights, and what it is trained with. */
export interface Prototype {
  readonly model: Module<[Tensor], Tensor>;
  readonly loss: Module<[prediction: Tensor, target: Tensor], Tensor>;
  /** The target as the loss wants it. */
  target(y: Tensor): Tensor;
}

const architectures: Readonly<Record<Network, (inputs: Inputs) => Prototype>> = {
  classifier(inputs) {
    const [hidden, features] = inputs["0.weight"].shape;
    return {
      model: new Sequential(new Linear(features, hidden), new ELU(), new Linear(hidden, 1), new Sigmoid()),
      loss: new BCELoss(),
      target: (y) => y,
    };
  },
  cnn(inputs) {
    const [first, channels] = inputs["0.weight"].shape;
    const [second] = inputs["3.weight"].shape;
    const [classes, features] = inputs["7.weight"].shape;
    return {
      model: new Sequential(
        new Conv2d(channels, first, 3, { padding: 1 }),
        new ReLU(),
        new MaxPool2d(2),
        new Conv2d(first, second, 3, { padding: 1 }),
        new ReLU(),
        new MaxPool2d(2),
        new Flatten(),
        new Linear(features, classes),
      ),
      loss: new CrossEntropyLoss(),
      target: (y) => y.to("int64"),
    };
  },
  transformer(inputs) {
    const [dimFeedforward, dModel] = inputs["linear1.weight"].shape;
    const options = { dimFeedforward, dropout: 0, activation: "gelu", batchFirst: true } as const;
    return { model: new TransformerEncoderLayer(dModel, heads, options), loss: new MSELoss(), target: (y) => y };
  },
};

export function prototype(network: Network, inputs: Inputs): Prototype {
  const result = architectures[network](inputs);
  const weights = Object.entries(weightsOf(inputs));
  result.model.loadStateDict(Object.fromEntries(weights.map(([name, weight]) => [name, load(weight)])));
  return result;
}

export function load({ shape, data }: HostTensor): Tensor {
  return tensor(data).reshape([...shape]);
}

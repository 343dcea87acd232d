/** Training a network with jax-js, the same on every device of its. */
import { type Array as JaxArray, jit, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import type { Inputs } from "../contender.ts";
import type { Network } from "../protocol.ts";
import { architectures, load, type Weights } from "./jax-js-networks.ts";

/** Adam, as optax defines it, over trees; jax-js's own optax is not on the npm registry. */
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

export interface Training {
  /** Makes a step; gives its loss, to be read. */
  readonly step: () => JaxArray;
  readonly finish: () => void;
}

export function trainingOf(network: Network, rate: number, inputs: Inputs): Training {
  const { predict, loss: lossFunction, target, weights: initial } = architectures[network];
  const lossOf = (weights: Weights, x: JaxArray, y: JaxArray): JaxArray => lossFunction(predict(weights, x), y);
  const update = jit((weights: Weights, m: Weights, v: Weights, t: JaxArray, x: JaxArray, y: JaxArray) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(weights), x, y);
    const count = t.add(1);
    const correction1 = np.subtract(1, np.power(beta1, count.ref));
    const correction2 = np.subtract(1, np.power(beta2, count.ref));
    const m1 = tree.map(
      (mean: JaxArray, g: JaxArray) => mean.mul(beta1).add(g.mul(1 - beta1)),
      m,
      tree.ref(gradients),
    ) as Weights;
    const v1 = tree.map(
      (square: JaxArray, g: JaxArray) => square.mul(beta2).add(np.square(g).mul(1 - beta2)),
      v,
      gradients,
    ) as Weights;
    const updated = tree.map(
      (weight: JaxArray, mean: JaxArray, square: JaxArray) =>
        weight.sub(
          mean
            .div(correction1.ref)
            .mul(rate)
            .div(np.sqrt(square.div(correction2.ref)).add(epsilon)),
        ),
      weights,
      tree.ref(m1),
      tree.ref(v1),
    ) as Weights;
    correction1.dispose();
    correction2.dispose();
    return [updated, m1, v1, count, loss] as [Weights, Weights, Weights, JaxArray, JaxArray];
  });
  const x = load(inputs.x);
  const y = target(inputs.y, inputs);
  let weights = initial(inputs);
  const zeros = (): Weights => tree.map((array: JaxArray) => np.zeros(array.shape), weights) as Weights;
  let m = zeros();
  let v = zeros();
  let t = np.array(0);
  return {
    step() {
      let loss: JaxArray;
      [weights, m, v, t, loss] = update(weights, m, v, t, x.ref, y.ref);
      return loss;
    },
    finish: () => tree.dispose([weights, m, v, t, x, y]),
  };
}

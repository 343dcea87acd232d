/** TensorFlow.js, used as its documentation says: the backend's own setters, `tidy` around a step, `dispose` after a read. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import type { Contender, Inputs, Prepared } from "../contender.ts";
import type { Task } from "../protocol.ts";
import { architectures, load, norm } from "./tfjs-networks.ts";

export interface TfjsOptions {
  readonly backend: "cpu" | "wasm";
}

export async function start({ backend }: TfjsOptions): Promise<Contender> {
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);
  await tf.ready();
  return {
    description: `TensorFlow.js ${tf.version.tfjs}, ${tf.getBackend()}`,
    tasks: {
      train: training,
      predict: ({ network }, inputs) => {
        const { input, predict, weights: initial } = architectures[network];
        const x = input(inputs.x);
        const weights = initial(inputs);
        return computing([x, ...Object.values(weights)], () => predict(x, weights));
      },
      matmul: ({ transposeA, transposeB }, inputs) => {
        const [a, b] = [inputs.a, inputs.b].map(load);
        return computing([a, b], () => tf.matMul(a, b, transposeA, transposeB));
      },
      elementwise: (_, inputs) => {
        const [x, y] = [inputs.x, inputs.y].map(load);
        return computing([x, y], () => x.mul(y).add(x).tanh().mul(y.sigmoid()).sub(x.mul(0.5)));
      },
      softmax: (_, inputs) => {
        const x = load(inputs.x);
        return computing([x], () => tf.softmax(x));
      },
      "layer-norm": (_, inputs) => {
        const [x, weight, bias] = [inputs.x, inputs.weight, inputs.bias].map(load);
        return computing([x, weight, bias], () => norm(x, weight, bias));
      },
      reduce: ({ operation, dim }, inputs) => {
        const x = load(inputs.x);
        return computing([x], operation === "sum" ? () => x.sum(dim) : () => x.max(dim));
      },
    },
  };
}

function computing(operands: readonly tf.Tensor[], operation: () => tf.Tensor): Prepared {
  const compute = (): tf.Tensor => tf.tidy(operation);
  return {
    step: () => compute().dispose(),
    result: async () => {
      const result = compute();
      const values = await result.data();
      result.dispose();
      return values;
    },
    finish: () => {
      tf.dispose([...operands]);
      return undefined;
    },
  };
}

function training({ network, rate, losses }: Extract<Task, { kind: "train" }>, inputs: Inputs): Prepared {
  const { input, target, predict, loss: lossFunction, checkTraining, weights: initial } = architectures[network];
  checkTraining?.();
  const x = input(inputs.x);
  const y = target(inputs.y, inputs);
  const values = initial(inputs);
  const weights = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.variable(value)]));
  tf.dispose(Object.values(values));
  const optimizer = tf.train.adam(rate, 0.9, 0.999, 1e-8);
  const lossOf = (): tf.Scalar => lossFunction(y, predict(x, weights));
  const step = (): number => {
    // `minimize` frees what it makes in between.
    const loss = optimizer.minimize(lossOf, true);
    if (loss === null) throw new Error("minimize returned no loss");
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  };
  return {
    step,
    result: () => Array.from({ length: losses }, step),
    finish: () => {
      optimizer.dispose();
      tf.dispose([x, y, ...Object.values(weights)]);
      return undefined;
    },
  };
}

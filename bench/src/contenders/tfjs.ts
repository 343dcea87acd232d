/** TensorFlow.js, used as its documentation says: the backend's own setters, `tidy` around a step, `dispose` after a read. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import type { Contender, HostTensor, Inputs, Prepared } from "../contender.ts";
import { transposed } from "../inputs.ts";
import { comparedSteps } from "../protocol.ts";

export interface TfjsOptions {
  readonly backend: "cpu" | "wasm";
}

export async function start({ backend }: TfjsOptions): Promise<Contender> {
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);
  await tf.ready();
  return {
    description: `TensorFlow.js ${tf.version.tfjs}, ${tf.getBackend()}`,
    tasks: {
      "classifier-step": (_, inputs) => training(inputs),
      "classifier-forward": (_, inputs) => {
        const x = load(inputs.x);
        const weights = load4(inputs);
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
        return computing([x, weight, bias], () => {
          const { mean, variance } = tf.moments(x, -1, true);
          return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(weight).add(bias);
        });
      },
      reduce: ({ operation, dim }, inputs) => {
        const x = load(inputs.x);
        return computing([x], operation === "sum" ? () => x.sum(dim) : () => x.max(dim));
      },
    },
  };
}

function load({ shape, data }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape]);
}

type Weights = Readonly<Record<"w1" | "b1" | "w2" | "b2", tf.Tensor>>;

/** The weights as TensorFlow lays them out: [in, out]. */
function load4({ w1, b1, w2, b2 }: Inputs): Weights {
  return { w1: load(transposed(w1)), b1: load(b1), w2: load(transposed(w2)), b2: load(b2) };
}

function predict(x: tf.Tensor, { w1, b1, w2, b2 }: Weights): tf.Tensor {
  return x.matMul(w1).add(b1).elu().matMul(w2).add(b2).sigmoid();
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

function training(inputs: Inputs): Prepared {
  const [x, y] = [inputs.x, inputs.y].map(load);
  const values = load4(inputs);
  const weights = {
    w1: tf.variable(values.w1),
    b1: tf.variable(values.b1),
    w2: tf.variable(values.w2),
    b2: tf.variable(values.b2),
  };
  tf.dispose(Object.values(values));
  const optimizer = tf.train.adam(1e-4, 0.9, 0.999, 1e-8);
  const lossOf = (): tf.Scalar => tf.losses.logLoss(y, predict(x, weights), undefined, 0).asScalar();
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
    result: () => Array.from({ length: comparedSteps }, step),
    finish: () => {
      optimizer.dispose();
      tf.dispose([x, y, ...Object.values(weights)]);
      return undefined;
    },
  };
}

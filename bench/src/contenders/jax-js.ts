/** jax-js on WebAssembly, everything inside `jit`; `.ref` wherever an array is used again, as its ownership rules ask for. */
import { readFileSync } from "node:fs";
import { defaultDevice, init, type Array as JaxArray, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import type { Contender, HostTensor, Inputs, Prepared } from "../contender.ts";
import { transposed } from "../inputs.ts";
import { comparedSteps } from "../protocol.ts";

export async function start(): Promise<Contender> {
  const devices = await init("wasm");
  if (!devices.includes("wasm")) throw new Error("the wasm device does not start");
  defaultDevice("wasm");
  const manifest = new URL("../package.json", import.meta.resolve("@jax-js/jax"));
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return {
    description: `jax-js ${version}, wasm`,
    tasks: {
      "classifier-step": (_, inputs) => training(inputs),
      "classifier-forward": (_, inputs) => {
        const weights = Object.values(load4(inputs));
        const forward = jit((x: JaxArray, w1: JaxArray, b1: JaxArray, w2: JaxArray, b2: JaxArray) =>
          predict({ w1, b1, w2, b2 }, x),
        );
        return computing([load(inputs.x), ...weights], (x, w1, b1, w2, b2) => forward(x, w1, b1, w2, b2));
      },
      matmul: ({ transposeA, transposeB }, inputs) => {
        const product = jit((a: JaxArray, b: JaxArray) =>
          np.matmul(transposeA ? a.transpose() : a, transposeB ? b.transpose() : b),
        );
        return computing([load(inputs.a), load(inputs.b)], (a, b) => product(a, b));
      },
      elementwise: (_, inputs) => {
        const chain = jit((x: JaxArray, y: JaxArray) =>
          np.tanh(x.ref.mul(y.ref).add(x.ref)).mul(nn.sigmoid(y)).sub(x.mul(0.5)),
        );
        return computing([load(inputs.x), load(inputs.y)], (x, y) => chain(x, y));
      },
      softmax: (_, inputs) => {
        const softmax = jit((x: JaxArray) => nn.softmax(x, -1));
        return computing([load(inputs.x)], (x) => softmax(x));
      },
      "layer-norm": (_, inputs) => {
        const norm = jit((x: JaxArray, weight: JaxArray, bias: JaxArray) =>
          nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias),
        );
        return computing([inputs.x, inputs.weight, inputs.bias].map(load), (x, weight, bias) => norm(x, weight, bias));
      },
      reduce: ({ operation, dim }, inputs) => {
        const reduce = jit((x: JaxArray) => (operation === "sum" ? np.sum(x, dim) : np.max(x, dim)));
        return computing([load(inputs.x)], (x) => reduce(x));
      },
    },
  };
}

function load({ shape, data }: HostTensor): JaxArray {
  return np.array(data as Float32Array<ArrayBuffer>).reshape([...shape]);
}

// A type alias: jax-js's trees do not take interfaces.
type Weights = { w1: JaxArray; b1: JaxArray; w2: JaxArray; b2: JaxArray };

/** The weights as [in, out], the usual layout in JAX. */
function load4({ w1, b1, w2, b2 }: Inputs): Weights {
  return { w1: load(transposed(w1)), b1: load(b1), w2: load(transposed(w2)), b2: load(b2) };
}

/** Consumes weights and x. */
function predict({ w1, b1, w2, b2 }: Weights, x: JaxArray): JaxArray {
  const hidden = nn.elu(np.matmul(x, w1).add(b1));
  return nn.sigmoid(np.matmul(hidden, w2).add(b2));
}

function computing(operands: readonly JaxArray[], operation: (...operands: JaxArray[]) => JaxArray): Prepared {
  const compute = (): JaxArray => operation(...operands.map((operand) => operand.ref));
  return {
    step: async () => {
      const result = compute();
      await result.blockUntilReady();
      result.dispose();
    },
    result: () => compute().data() as Promise<Float32Array>,
    finish: () => {
      for (const operand of operands) operand.dispose();
      return undefined;
    },
  };
}

/** Adam, as optax defines it, over trees; jax-js's own optax is not on the npm registry. */
const rate = 1e-4;
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

function lossOf(weights: Weights, x: JaxArray, y: JaxArray): JaxArray {
  const p = predict(weights, x);
  const positive = y.ref.mul(np.log(p.ref));
  const negative = np.subtract(1, y).mul(np.log(np.subtract(1, p)));
  return positive.add(negative).mean().neg();
}

function training(inputs: Inputs): Prepared {
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
  const [x, y] = [inputs.x, inputs.y].map(load);
  let weights = load4(inputs);
  const zeros = (): Weights => tree.map((array: JaxArray) => np.zeros(array.shape), weights) as Weights;
  let m = zeros();
  let v = zeros();
  let t = np.array(0);
  const step = (): number => {
    let loss: JaxArray;
    [weights, m, v, t, loss] = update(weights, m, v, t, x.ref, y.ref);
    return loss.item();
  };
  return {
    step,
    result: () => Array.from({ length: comparedSteps }, step),
    finish: () => {
      tree.dispose([weights, m, v, t, x, y]);
      return undefined;
    },
  };
}

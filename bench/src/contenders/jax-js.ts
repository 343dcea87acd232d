/** jax-js on WebAssembly, everything inside `jit`; `.ref` wherever an array is used again, as its ownership rules ask for. */
import { readFileSync } from "node:fs";
import { defaultDevice, init, type Array as JaxArray, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import type { Contender, Inputs, Prepared } from "../contender.ts";
import type { Task } from "../protocol.ts";
import { architectures, load, norm, type Weights } from "./jax-js-networks.ts";

export async function start(): Promise<Contender> {
  const devices = await init("wasm");
  if (!devices.includes("wasm")) throw new Error("the wasm device does not start");
  defaultDevice("wasm");
  const manifest = new URL("../package.json", import.meta.resolve("@jax-js/jax"));
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return {
    description: `jax-js ${version}, wasm`,
    tasks: {
      train: training,
      predict: ({ network }, inputs) => {
        const { weights: initial, predict } = architectures[network];
        const weights = initial(inputs);
        const names = Object.keys(weights);
        const forward = jit((weights: Weights, x: JaxArray) => predict(weights, x));
        return computing([load(inputs.x), ...Object.values(weights)], (x, ...values) =>
          forward(Object.fromEntries(names.map((name, i) => [name, values[i]])), x),
        );
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
        const compiled = jit(norm);
        const operands = [inputs.x, inputs.weight, inputs.bias].map(load);
        return computing(operands, (x, weight, bias) => compiled(x, weight, bias));
      },
      reduce: ({ operation, dim }, inputs) => {
        const reduce = jit((x: JaxArray) => (operation === "sum" ? np.sum(x, dim) : np.max(x, dim)));
        return computing([load(inputs.x)], (x) => reduce(x));
      },
    },
  };
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
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

function training({ network, rate, losses }: Extract<Task, { kind: "train" }>, inputs: Inputs): Prepared {
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
  const step = (): number => {
    let loss: JaxArray;
    [weights, m, v, t, loss] = update(weights, m, v, t, x.ref, y.ref);
    return loss.item();
  };
  return {
    step,
    result: () => Array.from({ length: losses }, step),
    finish: () => {
      tree.dispose([weights, m, v, t, x, y]);
      return undefined;
    },
  };
}

/** jax-js on WebAssembly, everything inside `jit`; `.ref` wherever an array is used again, as its ownership rules ask for. */
import { readFileSync } from "node:fs";
import { defaultDevice, init, type Array as JaxArray, jit, nn, numpy as np } from "@jax-js/jax";
import type { Contender, Inputs, Prepared } from "../contender.ts";
import type { Task } from "../protocol.ts";
import { architectures, load, norm, type Weights } from "./jax-js-networks.ts";
import { trainingOf } from "./jax-js-training.ts";

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

function training({ network, rate, losses }: Extract<Task, { kind: "train" }>, inputs: Inputs): Prepared {
  const { step: next, finish } = trainingOf(network, rate, inputs);
  const step = (): number => next().item();
  return {
    step,
    result: () => Array.from({ length: losses }, step),
    finish: () => {
      finish();
      return undefined;
    },
  };
}

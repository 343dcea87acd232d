/** jax-js on WebGPU, everything inside `jit`. */
import {
  blockUntilReady,
  defaultDevice,
  init,
  type Array as JaxArray,
  jit,
  numpy as np,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import { architectures, load, type Weights } from "../contenders/jax-js-networks.ts";
import { uniform } from "../inputs.ts";
import { comparedLosses, type GpuContender, trainingRate } from "./contender.ts";

/** Products that are waited for at once. */
const together = 8;
const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

export async function start(): Promise<GpuContender> {
  const devices = await init("webgpu");
  if (!devices.includes("webgpu")) throw new Error("the webgpu device does not start");
  defaultDevice("webgpu");
  return {
    description: "jax-js, webgpu",
    async prepare(work) {
      if (work.kind === "matmul") {
        const [a, b] = [1, 2].map((seed) => load(uniform([work.size, work.size], seed)));
        const product = jit((x: JaxArray, y: JaxArray) => np.matmul(x, y));
        const values = await product(a.ref, b.ref).slice([1, 2], [0, 4]).data();
        return {
          result: Array.from(values as Float32Array),
          // A product that nobody waits for is never computed; waiting for each alone would time the wait.
          async steps(count) {
            for (let done = 0; done < count; done += together) {
              const products = Array.from({ length: Math.min(together, count - done) }, () => product(a.ref, b.ref));
              await blockUntilReady(products);
              for (const one of products) one.dispose();
            }
          },
          finish: () => {
            a.dispose();
            b.dispose();
          },
        };
      }
      const inputs = work.inputs();
      const { predict, loss: lossFunction, target, weights: initial } = architectures[work.network];
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
                .mul(trainingRate)
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
      let [m, v, t] = [zeros(), zeros(), np.array(0)];
      const step = async (): Promise<number> => {
        let loss: JaxArray;
        [weights, m, v, t, loss] = update(weights, m, v, t, x.ref, y.ref);
        return Number((await loss.data())[0]);
      };
      const result: number[] = [];
      for (let i = 0; i < comparedLosses; i++) result.push(await step());
      return {
        result,
        async steps(count) {
          for (let i = 0; i < count; i++) await step();
        },
        finish: () => tree.dispose([weights, m, v, t, x, y]),
      };
    },
  };
}

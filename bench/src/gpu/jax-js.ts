/** jax-js on WebGPU, everything inside `jit`. */
import { blockUntilReady, defaultDevice, init, type Array as JaxArray, jit, numpy as np } from "@jax-js/jax";
import { load } from "../contenders/jax-js-networks.ts";
import { trainingOf } from "../contenders/jax-js-training.ts";
import { uniform } from "../inputs.ts";
import { comparedLosses, type GpuContender, trainingRate } from "./contender.ts";

/** Products that are waited for at once. */
const together = 8;

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
      const { step: next, finish } = trainingOf(work.network, trainingRate, work.inputs());
      const step = async (): Promise<number> => Number((await next().data())[0]);
      const result: number[] = [];
      for (let i = 0; i < comparedLosses; i++) result.push(await step());
      return {
        result,
        async steps(count) {
          for (let i = 0; i < count; i++) await step();
        },
        finish,
      };
    },
  };
}

/** TensorFlow.js on WebGPU: `tidy` around a step, `dispose` after a read. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { architectures, load } from "../contenders/tfjs-networks.ts";
import { uniform } from "../inputs.ts";
import { comparedLosses, type GpuContender, trainingRate } from "./contender.ts";

export async function start(): Promise<GpuContender> {
  if (!(await tf.setBackend("webgpu"))) throw new Error("the backend webgpu does not start");
  await tf.ready();
  return {
    description: `TensorFlow.js ${tf.version.tfjs}, ${tf.getBackend()}`,
    async prepare(work) {
      if (work.kind === "matmul") {
        const [a, b] = [1, 2].map((seed) => load(uniform([work.size, work.size], seed)) as tf.Tensor2D);
        const values = await tf.tidy(() => tf.matMul(a, b).slice([1, 0], [1, 4])).data();
        return {
          result: Array.from(values),
          async steps(count) {
            for (let i = 1; i < count; i++) tf.matMul(a, b).dispose();
            const one = tf.tidy(() => tf.matMul(a, b).slice([0, 0], [1, 1]));
            await one.data();
            one.dispose();
          },
          finish: () => tf.dispose([a, b]),
        };
      }
      const inputs = work.inputs();
      const {
        input,
        target,
        predict,
        loss: lossFunction,
        checkTraining,
        weights: initial,
      } = architectures[work.network];
      checkTraining?.();
      const x = input(inputs.x);
      const y = target(inputs.y, inputs);
      const values = initial(inputs);
      const weights = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.variable(value)]));
      tf.dispose(Object.values(values));
      const optimizer = tf.train.adam(trainingRate, 0.9, 0.999, 1e-8);
      const step = async (): Promise<number> => {
        const loss = optimizer.minimize(() => lossFunction(y, predict(x, weights)), true);
        if (loss === null) throw new Error("minimize returned no loss");
        const [value] = await loss.data();
        loss.dispose();
        return value;
      };
      const result: number[] = [];
      for (let i = 0; i < comparedLosses; i++) result.push(await step());
      return {
        result,
        async steps(count) {
          for (let i = 0; i < count; i++) await step();
        },
        finish() {
          optimizer.dispose();
          tf.dispose([x, y, ...Object.values(weights)]);
        },
      };
    },
  };
}

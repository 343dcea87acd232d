import { webgpu } from "@cresset/backend-webgpu";
import { registerBackend, setDefaultDevice, setEvaluation, type Tensor } from "@cresset/core";
import { Adam } from "@cresset/optim";
import { load, prototype } from "../contenders/cresset-networks.ts";
import { uniform } from "../inputs.ts";
import { comparedLosses, type GpuContender, trainingRate } from "./contender.ts";

export async function start(): Promise<GpuContender> {
  const backend = webgpu({ powerPreference: "high-performance" });
  await registerBackend(backend);
  setDefaultDevice("webgpu");
  const { adapter, half } = backend.info();
  return {
    description: `Cresset on ${adapter}, f16 ${half}`,
    async prepare(work) {
      if (work.kind === "matmul") {
        const [a, b] = [1, 2].map((seed) => load(uniform([work.size, work.size], seed)));
        const product = (): Tensor => a.matmul(b);
        return {
          result: Array.from(await product().select(0, 1).narrow(0, 0, 4).data(), Number),
          async steps(count) {
            let last = a;
            setEvaluation("eager");
            try {
              for (let i = 0; i < count; i++) {
                // As the other contenders do: results of this size are worth saying goodbye to.
                if (i > 0) last.dispose();
                last = product();
              }
            } finally {
              setEvaluation("lazy");
            }
            await last.select(0, 0).select(0, 0).item();
          },
          finish: () => undefined,
        };
      }
      const inputs = work.inputs();
      const { model, loss: lossFunc, target } = prototype(work.network, inputs);
      const x = load(inputs.x);
      const y = target(load(inputs.y));
      const optimizer = new Adam(model.parameters(), { lr: trainingRate });
      const step = async (): Promise<number> => {
        const loss = lossFunc(model(x), y);
        const value = await loss.item();
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return value;
      };
      const result: number[] = [];
      for (let i = 0; i < comparedLosses; i++) result.push(await step());
      const before = backend.info();
      let steps = 0;
      return {
        result,
        async steps(count) {
          for (let i = 0; i < count; i++) await step();
          steps += count;
        },
        finish() {
          const after = backend.info();
          const dispatches = (Number(after.dispatches) - Number(before.dispatches)) / steps;
          const created = Number(after.buffersCreated) - Number(before.buffersCreated);
          console.error(
            `  ${work.name}: ${dispatches.toFixed(1)} dispatches a step, ${created} buffers created in ${steps} steps`,
          );
        },
      };
    },
  };
}

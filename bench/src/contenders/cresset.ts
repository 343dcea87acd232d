import { cpu } from "@cresset/backend-cpu";
import {
  deviceStatistics,
  inferenceMode,
  registerBackend,
  setDefaultDevice,
  setEvaluation,
  sigmoid,
  softmax,
  type Tensor,
  tanh,
} from "@cresset/core";
import { type Backend, nullBackend } from "@cresset/core/backend";
import { Adam } from "@cresset/optim";
import type { Contender, Inputs, Prepared } from "../contender.ts";
import type { Network, Task } from "../protocol.ts";
import { load, prototype } from "./cresset-networks.ts";
import { startThreads, wasmBackend } from "./wasm.ts";

type Training = Extract<Task, { kind: "train" }>;

export interface CressetOptions {
  readonly device: "cpu" | "wasm" | "null";
  readonly threads: number;
  /** What follows `+` in the contender's name. */
  readonly variant?: string;
}

export async function start(options: CressetOptions): Promise<Contender> {
  const backend = await backendOf(options);
  await registerBackend(backend);
  setDefaultDevice(options.device);
  if (options.threads > 1) await startThreads(backend, options.threads);
  return {
    description: describe(options.device, backend),
    tasks: {
      train: (task, inputs) => training(task, inputs, options.device),
      predict: ({ network }, inputs) => prediction(network, inputs),
      matmul: ({ transposeA, transposeB }, inputs) => {
        const a = load(inputs.a);
        const b = load(inputs.b);
        // Views are pending values until they are used; evaluated by themselves, they would be copies.
        const operands = (): [Tensor, Tensor] => [transposeA ? a.t() : a, transposeB ? b.t() : b];
        return {
          step: () => {
            const [left, right] = operands();
            computed(() => left.matmul(right));
          },
          result: () => {
            const [left, right] = operands();
            return left.matmul(right).data() as Promise<Float32Array>;
          },
        };
      },
      elementwise: (_, inputs) => {
        const x = load(inputs.x);
        const y = load(inputs.y);
        return {
          step: () => {
            const product = tanh(x.mul(y).add(x)).mul(sigmoid(y));
            const half = x.mul(0.5);
            computed(() => product.sub(half));
          },
          result: () => tanh(x.mul(y).add(x)).mul(sigmoid(y)).sub(x.mul(0.5)).data() as Promise<Float32Array>,
        };
      },
      softmax: (_, inputs) => {
        const x = load(inputs.x);
        return computing(() => softmax(x, -1));
      },
      "layer-norm": (_, inputs) => {
        const [x, weight, bias] = [inputs.x, inputs.weight, inputs.bias].map(load);
        const normalised = (): Tensor => {
          const centered = x.sub(x.mean(-1, true));
          const variance = centered.square().mean(-1, true);
          return centered.mul(variance.add(1e-5).rsqrt()).mul(weight);
        };
        return {
          step: () => {
            const scaled = normalised();
            computed(() => scaled.add(bias));
          },
          result: () => normalised().add(bias).data() as Promise<Float32Array>,
        };
      },
      reduce: ({ operation, dim }, inputs) => {
        const x = load(inputs.x);
        return computing(operation === "sum" ? () => x.sum(dim) : () => x.amax(dim));
      },
    },
  };
}

async function backendOf({ device, threads, variant }: CressetOptions): Promise<Backend> {
  if (device === "wasm") return wasmBackend(threads, variant);
  return device === "cpu" ? cpu() : nullBackend();
}

/** The device, with what its backend says is switched on. */
function describe(device: string, backend: Backend): string {
  const on = Object.entries(backend.info()).filter(([, value]) => value === true);
  return ["Cresset", device, ...on.map(([name]) => name)].join(", ");
}

/**
 * Runs `last` so that its result is computed, with what it depends on, but not copied to the caller; then frees it, as the
 * other contenders do.
 */
function computed(last: () => Tensor): void {
  setEvaluation("eager");
  try {
    last().dispose();
  } finally {
    setEvaluation("lazy");
  }
}

function computing(operation: () => Tensor): Prepared {
  return { step: () => computed(operation), result: () => operation().data() as Promise<Float32Array> };
}

function training({ network, rate, losses, unread = false }: Training, inputs: Inputs, device: string): Prepared {
  const { model, loss: lossFunc, target } = prototype(network, inputs);
  const x = load(inputs.x);
  const y = target(load(inputs.y));
  const optimizer = new Adam(model.parameters(), { lr: rate });
  let steps = 0;
  const step = (): number => {
    steps++;
    const yPred = model(x);
    const loss = lossFunc(yPred, y);
    const value = unread ? 0 : loss.itemSync();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return value;
  };
  const before = { ...deviceStatistics() };
  return {
    step: () => void step(),
    result: () => (device === "null" ? null : Array.from({ length: losses }, step)),
    finish: () => {
      const { compilations, commands, buffersAllocated } = deviceStatistics();
      const perStep = (now: number, then: number): string => ((now - then) / steps).toFixed(1);
      return (
        `${perStep(commands, before.commands)} commands and ${perStep(buffersAllocated, before.buffersAllocated)} buffers a step; ` +
        `${compilations - before.compilations} compilations`
      );
    },
  };
}

function prediction(network: Network, inputs: Inputs): Prepared {
  const { model } = prototype(network, inputs);
  const x = load(inputs.x);
  model.eval();
  return {
    step: () => {
      inferenceMode(() => {
        const result = model(x);
        // A copy of a pending value is that value: no kernel is added, and only this operation runs at once.
        computed(() => result.clone());
      });
    },
    result: () => inferenceMode(() => model(x)).data() as Promise<Float32Array>,
  };
}

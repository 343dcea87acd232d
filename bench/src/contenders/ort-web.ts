/** ONNX Runtime Web on WebAssembly: inference only, of models written by `onnx.ts`. In Node it has one thread. */
import * as ort from "onnxruntime-web";
import type { Contender, HostTensor, Inputs, Prepared } from "../contender.ts";
import { type Graph, model } from "../onnx.ts";
import { bodies } from "./ort-networks.ts";

export async function start(): Promise<Contender> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return {
    description: `ONNX Runtime Web ${ort.env.versions.web}, wasm`,
    tasks: {
      predict: ({ network }, inputs) => running({ x: inputs.x }, "y", bodies[network](inputs)),
      matmul: ({ transposeA, transposeB }, { a, b }) =>
        running({ a, b }, "c", {
          nodes: [
            transposeA || transposeB
              ? {
                  op: "Gemm",
                  inputs: ["a", "b"],
                  output: "c",
                  attributes: { transA: Number(transposeA), transB: Number(transposeB) },
                }
              : { op: "MatMul", inputs: ["a", "b"], output: "c" },
          ],
        }),
      elementwise: (_, { x, y }) =>
        running({ x, y }, "result", {
          nodes: [
            { op: "Mul", inputs: ["x", "y"], output: "xy" },
            { op: "Add", inputs: ["xy", "x"], output: "sum" },
            { op: "Tanh", inputs: ["sum"], output: "tanh" },
            { op: "Sigmoid", inputs: ["y"], output: "sigmoid" },
            { op: "Mul", inputs: ["tanh", "sigmoid"], output: "product" },
            { op: "Mul", inputs: ["x", "half"], output: "scaled" },
            { op: "Sub", inputs: ["product", "scaled"], output: "result" },
          ],
          constants: { half: { shape: [], data: Float32Array.of(0.5) } },
        }),
      softmax: (_, { x }) =>
        running({ x }, "y", { nodes: [{ op: "Softmax", inputs: ["x"], output: "y", attributes: { axis: -1 } }] }),
      "layer-norm": (_, { x, weight, bias }) =>
        running({ x }, "y", {
          nodes: [
            {
              op: "LayerNormalization",
              inputs: ["x", "weight", "bias"],
              output: "y",
              attributes: { axis: -1, epsilon: 1e-5 },
            },
          ],
          constants: { weight, bias },
        }),
      reduce: ({ operation, dim }, { x }) =>
        running({ x }, "y", {
          nodes: [
            operation === "sum"
              ? { op: "ReduceSum", inputs: ["x", "axes"], output: "y", attributes: { keepdims: 0 } }
              : { op: "ReduceMax", inputs: ["x"], output: "y", attributes: { keepdims: 0, axes: [dim] } },
          ],
          constants: operation === "sum" ? { axes: { shape: [1], data: BigInt64Array.of(BigInt(dim)) } } : {},
        }),
    },
  };
}

function load({ shape, data }: HostTensor): ort.Tensor {
  return new ort.Tensor("float32", data, [...shape]);
}

async function running(inputs: Inputs, output: string, graph: Omit<Graph, "inputs" | "output">): Promise<Prepared> {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const session = await ort.InferenceSession.create(model({ ...graph, inputs: shapes, output }), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, load(input)]));
  return {
    step: () => session.run(feeds),
    result: async () => (await session.run(feeds))[output].data as Float32Array,
    finish: () => {
      void session.release();
      return undefined;
    },
  };
}

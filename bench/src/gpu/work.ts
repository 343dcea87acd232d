import { classifierInputs } from "../work/classifier.ts";
import { cnnInputs, transformerInputs } from "../work/networks.ts";
import type { GpuWork } from "./contender.ts";

const matmul = (size: number): GpuWork => ({ kind: "matmul", name: `matmul-${size}`, size });

export const gpuWork: readonly GpuWork[] = [
  ...[1024, 2048, 4096, 8192].map(matmul),
  { kind: "train", name: "classifier-1000", network: "classifier", inputs: () => classifierInputs(1000) },
  { kind: "train", name: "classifier-32", network: "classifier", inputs: () => classifierInputs(32) },
  { kind: "train", name: "cnn", network: "cnn", inputs: () => cnnInputs() },
  { kind: "train", name: "transformer", network: "transformer", inputs: () => transformerInputs() },
];

import { uniform } from "../inputs.ts";
import type { Work } from "./work.ts";

/** Elementwise chains, and operations that normalise or reduce the rows or columns of a matrix. */
export const elementwise: readonly Work[] = [10_000, 1_000_000].map((length) => ({
  name: `elementwise-${length}`,
  task: { kind: "elementwise" },
  inputs: () => ({ x: uniform([length], 1, -3, 3), y: uniform([length], 2, -3, 3) }),
}));

export const rows: readonly Work[] = [
  ...[
    [64, 100],
    [1024, 1024],
  ].map(
    (shape): Work => ({
      name: `softmax-${shape.join("x")}`,
      task: { kind: "softmax" },
      inputs: () => ({ x: uniform(shape, 1, -4, 4) }),
    }),
  ),
  ...[
    [64, 128],
    [1024, 768],
  ].map(
    (shape): Work => ({
      name: `layer-norm-${shape.join("x")}`,
      task: { kind: "layer-norm" },
      inputs: () => ({
        x: uniform(shape, 1, -3, 3),
        weight: uniform([shape[1]], 2, 0.5, 1.5),
        bias: uniform([shape[1]], 3),
      }),
    }),
  ),
];

export const reductions: readonly Work[] = (["sum", "max"] as const).flatMap((operation) =>
  ([0, 1] as const).map(
    (dim): Work => ({
      name: `${operation}-${dim === 0 ? "first" : "last"}-axis`,
      task: { kind: "reduce", operation, dim },
      inputs: () => ({ x: uniform([1024, 1024], 1) }),
    }),
  ),
);

import { ValueError } from "@cresset/core/functions";
import type { Preparation } from "../preparation.ts";
import { parameterShapes } from "../training/model.ts";
import type { ModelOptions } from "../training/options.ts";

/** What the graph of an ONNX file gives. */
export const outputName = "probability";

/** @throws ValueError for a column that cannot be an input of a graph: its name is that of something else there, or none. */
export function requireColumnNames({ columns }: Preparation, options: ModelOptions): void {
  const weights = parameterShapes(1, options);
  for (const { name } of columns) {
    const taken = name === outputName ? "what the graph gives" : weights.has(name) ? "a weight" : null;
    if (name !== "" && taken === null) continue;
    throw new ValueError(
      `in .onnx, inputs are called as their columns, and ${taken === null ? "a column has no name" : `"${name}" is also the name of ${taken}`}: rename the column, or save as .safetensors`,
    );
  }
}

import type { Tensor } from "@cresset/core";
import { functionAt, methodOf } from "../api/library.ts";

/** One step of a view recipe: its name, then its arguments. */
export type ViewStep = readonly [name: string, ...args: unknown[]];

/** Applies a recipe such as `[["transpose", 0, 1], ["slice", 1, 0, 4, 2]]` to a base, step by step. */
export function applyView(base: Tensor, recipe: readonly ViewStep[]): Tensor {
  let tensor = base;
  for (const [name, ...args] of recipe) tensor = step(tensor, name, args);
  return tensor;
}

function step(tensor: Tensor, name: string, args: readonly unknown[]): Tensor {
  switch (name) {
    case "slice": {
      const [dim, start, stop, stride] = args as [number, number | null, number | null, number | null];
      const all = functionAt("slice")(null, null);
      const items = Array.from({ length: tensor.shape.length }, () => all);
      items[dim < 0 ? dim + items.length : dim] = functionAt("slice")(start, stop, stride ?? 1);
      return methodOf(tensor, "index")(...items) as Tensor;
    }
    case "as_strided":
      return methodOf(tensor, "asStrided")(...args) as Tensor;
    default:
      return methodOf(tensor, name)(...args) as Tensor;
  }
}

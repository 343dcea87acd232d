import type { Tensor } from "@cresset/core";
import { methodOf } from "../api/library.ts";

export interface HookActions {
  readonly factor: () => number;
  readonly replacement: () => unknown;
  readonly record: (gradient: Tensor) => void;
}

/** Registers a recorded hook: "scale" multiplies the gradient, "replace" exchanges it, "record" only looks. */
export function addHook(tensor: Tensor, kind: string, actions: HookActions): unknown {
  return methodOf(
    tensor,
    "registerHook",
  )((gradient: Tensor) => {
    switch (kind) {
      case "scale":
        return methodOf(gradient, "mul")(actions.factor());
      case "replace":
        return actions.replacement();
      case "record":
        actions.record(gradient);
        return undefined;
      default:
        throw new Error(`an unknown kind of hook: ${kind}`);
    }
  });
}

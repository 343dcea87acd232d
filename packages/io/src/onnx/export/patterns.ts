import type { Node } from "@cresset/core/extend";
import type { Context, Emitted } from "./emitted.ts";
import type { Nodes } from "./lower.ts";

/** Operations that ONNX has itself; null for those, or for forms of them, that are lowered primitive by primitive. */
export function lowerPattern(
  _c: Context,
  _nodes: Nodes,
  _inputs: readonly Emitted[],
  _wanted: ReadonlySet<number>,
): Map<number, Emitted> | null {
  return null;
}
export type { Node };

import { operation } from "../graph/operation.ts";
import { type Edge, Recording } from "../graph/recording.ts";
import { templateFor } from "../graph/template.ts";
import { addNode } from "../tensor/call.ts";
import { tensorFrom } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { freed } from "./backward.ts";

/** Gradients of the results (null where none arrives) → of what the edges lead to. */
export type GradientFunction = (
  gradients: readonly (Tensor | null)[],
  createGraph: boolean,
) => readonly (Tensor | null)[];

/** Recorded code whose gradient is code, too, instead of a template's derivative. */
export class CustomRecording extends Recording {
  /** null once `backward` has been through. */
  gradient: GradientFunction | null;

  constructor(
    node: ConstructorParameters<typeof Recording>[0],
    edges: readonly (Edge | null)[],
    gradient: GradientFunction,
  ) {
    super(node, edges);
    this.gradient = gradient;
    // Evaluation has nothing to save for it: the code holds the tensors that it needs.
    node.recording = null;
  }

  override differentiate(gradients: readonly (Tensor | null)[], createGraph: boolean): readonly (Tensor | null)[] {
    if (this.gradient === null) throw freed();
    return this.gradient(gradients, createGraph);
  }

  override release(): void {
    super.release();
    this.gradient = null;
  }
}

type AnyOperation = Parameters<typeof templateFor>[0];

const operations = new Map<string, AnyOperation>();

function identityNamed(name: string): AnyOperation {
  let op = operations.get(name);
  if (op === undefined) {
    op = operation(name, (inputs) => inputs, { gradName: name, half: "keep" });
    operations.set(name, op);
  }
  return op;
}

/** The results as tensors of their own, whose gradients go through `gradient` to `edges`. `name` is what `gradFn` shows. */
export function recordCustom(
  name: string,
  results: readonly Tensor[],
  edges: readonly (Edge | null)[],
  gradient: GradientFunction,
): Tensor[] {
  const values = results.map((result) => result.current());
  const types = values.map((value) => value.type);
  const node = addNode(templateFor(identityNamed(name), {}, "", types, []), values, [], values[0].device);
  const recording = new CustomRecording(node, edges, gradient);
  return node.outputs.slice(0, results.length).map((value) => tensorFrom(value, recording));
}

/** `torch.utils.checkpoint`: computing activations twice instead of keeping them. */
import { gradientsSince } from "../autograd/backward.ts";
import { recordCustom } from "../autograd/custom.ts";
import { AutogradError, ValueError } from "../errors.ts";
import { nodeCount } from "../graph/node.ts";
import type { Edge, Recording } from "../graph/recording.ts";
import { defaultGenerator } from "../ops/random/default-generator.ts";
import { markOf } from "../ops/random/waiting-draws.ts";
import { realize } from "../runtime/commit.ts";
import { enableGrad, mode } from "../runtime/mode.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Keyword arguments of `checkpoint`, in PyTorch an ending of its parameters. */
interface CheckpointOptions {
  /** Draw the same random numbers (of the default generator) the second time; default true. */
  readonly preserveRngState?: boolean;
}

type Result = Tensor | readonly Tensor[];

/**
 * Calls `fn` without keeping what its derivative needs: `backward` calls it again. It may use parameters and other tensors
 * from outside; their gradients are as without a checkpoint, also second derivatives.
 *
 * The results are evaluated at once, so that the second call is a computation of its own.
 *
 * @param fn gives a tensor or an array of tensors, the same each time.
 * @throws AutogradError if `fn` returns a promise.
 * @example
 * const h = torch.utils.checkpoint.checkpoint((x) => block(x), x);
 */
export function checkpoint<A extends readonly unknown[], R extends Result>(fn: (...args: A) => R, ...args: A): R {
  return checkpointWith({}, fn, ...args);
}

/** As `checkpoint`, with options. */
export function checkpointWith<A extends readonly unknown[], R extends Result>(
  options: CheckpointOptions,
  fn: (...args: A) => R,
  ...args: A
): R {
  const state = options.preserveRngState === false ? null : markOf(defaultGenerator);
  const since = nodeCount();
  const result = inside(() => fn(...args));
  if ((result as unknown) instanceof Promise) throw new AutogradError("checkpoint(fn): fn returned a promise");
  const outputs: readonly Tensor[] = result instanceof Tensor ? [result] : (result as readonly Tensor[]);
  const { edges, recordings } = frontier(outputs, since);
  // What is traced is computed elsewhere, where all of it is one graph.
  if (!mode.gradEnabled || edges.length === 0 || mode.tracing !== null) return result;
  for (const recording of recordings) recording.release();
  for (const output of outputs) realize(output.current());
  const recorded = recordCustom("CheckpointFunctionBackward", outputs, edges, (gradients, createGraph) => {
    const resume = state === null ? null : markOf(defaultGenerator);
    const from = nodeCount();
    try {
      state?.();
      const again = enableGrad(() => fn(...args));
      const roots: readonly Tensor[] = again instanceof Tensor ? [again] : (again as readonly Tensor[]);
      const used = roots.flatMap((root, i) => {
        const gradient = gradients[i];
        return root.requiresGrad && gradient ? [{ root, gradient }] : [];
      });
      const found = gradientsSince(
        from,
        used.map(({ root }) => root),
        used.map(({ gradient }) => gradient),
        createGraph,
      );
      return edges.map((edge) => found.get(edge) ?? null);
    } finally {
      resume?.();
    }
  });
  return (result instanceof Tensor ? recorded[0] : recorded) as R;
}

/** Nothing that is made inside is kept for users. */
function inside<T>(fn: () => T): T {
  mode.moduleDepth++;
  try {
    return fn();
  } finally {
    mode.moduleDepth--;
  }
}

/** What was recorded since a moment for `outputs`, and the edges that lead out of it. */
function frontier(outputs: readonly Tensor[], since: number): { edges: Edge[]; recordings: Set<Recording> } {
  const recordings = new Set<Recording>();
  const edges = new Set<Edge>();
  const stack: (Edge | null)[] = outputs.map((output) => (output.requiresGrad ? output.edge : null));
  while (stack.length > 0) {
    const edge = stack.pop();
    if (!edge) continue;
    const { recording } = edge;
    if (recording === null || recording.id < since) edges.add(edge);
    else if (!recordings.has(recording)) {
      recordings.add(recording);
      stack.push(...recording.edges);
    }
  }
  return { edges: [...edges], recordings };
}

/**
 * Runs modules or functions one after the other in `segments` parts, each but the last one a checkpoint.
 *
 * @throws ValueError for fewer than one segment, or more than there are functions.
 */
export function checkpointSequential(
  functions: Iterable<(x: Tensor) => Tensor>,
  segments: number,
  input: Tensor,
  options: CheckpointOptions = {},
): Tensor {
  const list = [...functions];
  if (!Number.isInteger(segments) || segments < 1 || segments > list.length)
    throw new ValueError(`checkpointSequential: ${segments} segments of ${list.length} functions`);
  const size = Math.floor(list.length / segments);
  const run =
    (from: number, to: number) =>
    (x: Tensor): Tensor =>
      list.slice(from, to).reduce((y, fn) => fn(y), x);
  let x = input;
  for (let i = 0; i < segments - 1; i++) x = checkpointWith(options, run(i * size, (i + 1) * size), x);
  return run((segments - 1) * size, list.length)(x);
}

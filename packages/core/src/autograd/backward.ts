import { AutogradError, ShapeError } from "../errors.ts";
import { listOf } from "../graph/lists.ts";
import { nodeCount, type Value } from "../graph/node.ts";
import { sortBy } from "../graph/order.ts";
import { type Edge, Recording } from "../graph/recording.ts";
import type { BackwardSource } from "../graph/template.ts";
import { sameShape } from "../graph/type.ts";
import { evaluateAround } from "../runtime/commit.ts";
import type { Device } from "../runtime/device.ts";
import { nextEpoch } from "../runtime/epoch.ts";
import { mode } from "../runtime/mode.ts";
import { requireTensors } from "../tensor/argument.ts";
import { addNode } from "../tensor/call.ts";
import { copyOf, onesLike, plus, tensorFrom } from "../tensor/gradients.ts";
import { addUp } from "../tensor/inplace.ts";
import { keywords } from "../tensor/keywords.ts";
import { LeafRecord } from "../tensor/leaf.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { backwardOf, dependents } from "./derive.ts";
import { retainGrad } from "./hooks.ts";
import { Pass } from "./pass.ts";

export interface BackwardOptions {
  /** Keep the graph, so that `backward` can go through it again. Default: `createGraph`. */
  readonly retainGraph?: boolean | null;
  /** Record the derivative itself, for higher derivatives. Default false. */
  readonly createGraph?: boolean;
  /** Accumulate into these tensors only. Default: all leaves. */
  readonly inputs?: Tensor | readonly Tensor[];
}

/** A gradient for each of several tensors, or null where there is one element. */
type Seeds = Tensor | null | readonly (Tensor | null)[];

/** What may follow the tensors, in places or by name; of one tensor, its gradient is called `gradient`. */
export type BackwardArguments<Gradient = Tensor | null> =
  | [gradient?: Gradient, options?: BackwardOptions]
  | [gradient: Gradient | undefined, retainGraph?: boolean | null, createGraph?: boolean | BackwardOptions]
  | [named: BackwardOptions & { readonly gradient?: Tensor | null; readonly gradTensors?: Gradient }];

interface BackwardParameters extends BackwardOptions {
  readonly gradient?: Seeds;
  readonly gradTensors?: Seeds;
}

/**
 * Adds the gradients of `tensors` to the `.grad` of the leaves they were computed from. Runs no kernels: it extends the
 * graph, and gradients are computed when they are read or an optimizer steps.
 *
 * @param gradTensors the gradient of each tensor; may be left out (or null) for tensors of one element.
 * @throws AutogradError if nothing requires grad, the graph was already freed, or a saved value was changed in place.
 */
export function backward(tensors: Tensor | readonly Tensor[], ...given: BackwardArguments<Seeds>): void {
  const names = ["gradTensors", "retainGraph", "createGraph", "inputs", "gradient"] as const;
  const options = keywords<BackwardParameters>(names, given);
  const { gradTensors, gradient = gradTensors } = options;
  const roots = asList(tensors);
  const inputs = asList(options.inputs ?? []);
  for (const input of inputs) retainGrad(input);
  const wanted = options.inputs && new Set(inputs.map((t) => t.edge));
  const seeds = asGradients(roots, gradient);
  const gradients = run(roots, seeds, options, wanted ?? null);
  const leaves: [LeafRecord, Tensor][] = [];
  for (const [edge, gradient] of gradients) {
    if (!(edge instanceof LeafRecord) || (wanted !== undefined && !wanted.has(edge))) continue;
    // A seed belongs to the caller, who may write into it.
    leaves.push([edge, seeds.includes(gradient) ? copyOf(gradient) : gradient]);
  }
  accumulate(leaves, options.createGraph ?? false);
}

/** How `grad` differentiates. */
export interface GradOptions {
  /** Gradients of the outputs; those of scalars are 1 by default. */
  readonly gradOutputs?: Seeds;
  /** Keeps the graph for another pass; default: `createGraph`. */
  readonly retainGraph?: boolean | null;
  /** Records the differentiation itself, so that its result can be differentiated; default false. */
  readonly createGraph?: boolean;
  /** Gives null for inputs that the outputs do not depend on, instead of an error; default false. */
  readonly allowUnused?: boolean;
  /** As in PyTorch without effect: `.grad` is left alone in any case. */
  readonly onlyInputs?: boolean;
}

/** What `grad` differentiates, by name. */
interface Differentiated {
  readonly outputs: Tensor | readonly Tensor[];
  readonly inputs: Tensor | readonly Tensor[];
}

type GradArguments<Options> =
  | [options?: Options]
  | [gradOutputs: Seeds | undefined, options?: Options]
  | [gradOutputs: Seeds | undefined, retainGraph: boolean | null | undefined, createGraph?: boolean | Options];

/**
 * The gradients of `outputs` with respect to `inputs`, summed over the outputs; `.grad` is left alone.
 *
 * @returns one tensor per input; null where it does not depend on the outputs and `allowUnused` is true.
 * @throws AutogradError as `backward`, and for an unused input.
 * @example
 * const [dx] = torch.autograd.grad(y.sum(), x, { createGraph: true });
 * const [dz] = torch.autograd.grad({ outputs: y, inputs: z, gradOutputs: torch.onesLike(y) });
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  ...given: GradArguments<GradOptions & { readonly allowUnused?: false }>
): Tensor[];
export function grad(named: Differentiated & GradOptions & { readonly allowUnused?: false }): Tensor[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  ...given: GradArguments<GradOptions>
): (Tensor | null)[];
export function grad(named: Differentiated & GradOptions): (Tensor | null)[];
export function grad(...given: readonly unknown[]): (Tensor | null)[] {
  const names = [
    "outputs",
    "inputs",
    "gradOutputs",
    "retainGraph",
    "createGraph",
    "onlyInputs",
    "allowUnused",
  ] as const;
  const options = keywords<Differentiated & GradOptions>(names, given, 2);
  const roots = asList(options.outputs);
  const sources = asList(options.inputs);
  requireTensors("grad", roots);
  requireTensors("grad", sources);
  for (const source of sources) {
    source.current();
    if (source.edge === null) throw new AutogradError("One of the differentiated Tensors does not require grad");
  }
  const wanted = new Set(sources.map((t) => t.edge));
  const gradients = new Map(run(roots, asGradients(roots, options.gradOutputs), options, wanted, 0, true));
  return sources.map((source) => {
    const gradient = source.edge === null ? undefined : gradients.get(source.edge);
    if (gradient === undefined && options.allowUnused !== true)
      throw new AutogradError(
        "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior. " +
          "(Here: { allowUnused: true }.)",
      );
    return gradient ?? null;
  });
}

function asList<T>(x: T | readonly T[]): readonly T[] {
  return Array.isArray(x) ? x : [x as T];
}

function asGradients(
  roots: readonly Tensor[],
  given: Tensor | null | undefined | readonly (Tensor | null)[],
): Tensor[] {
  const list = given === undefined || given === null ? [] : asList(given as Tensor | readonly (Tensor | null)[]);
  return roots.map((root, i) => {
    const gradient = list[i] ?? null;
    requireTensors("backward", gradient === null ? [root] : [root, gradient]);
    root.current();
    if (root.edge === null)
      throw new AutogradError(`element ${i} of tensors does not require grad and does not have a grad_fn`);
    if (gradient === null) {
      if (root.numel() !== 1)
        throw new AutogradError(
          `grad can be implicitly created only for scalar outputs (got a tensor of shape [${root.shape.join(", ")}]: reduce it, as in y.sum().backward(), or pass its gradient)`,
        );
      return onesLike(root);
    }
    if (!sameShape(gradient.shape, root.shape))
      throw new ShapeError(
        `Mismatch in shape: grad_output[${i}] has a shape of torch.Size([${gradient.shape.join(", ")}]) and output[${i}] has a shape of torch.Size([${root.shape.join(", ")}]).`,
      );
    return gradient;
  });
}

/**
 * The gradients of `roots` at the edges that lead out of what was recorded since a moment, for a backward pass inside of
 * another one, which goes on from there.
 */
export function gradientsSince(
  since: number,
  roots: readonly Tensor[],
  seeds: readonly Tensor[],
  createGraph: boolean,
): ReadonlyMap<Edge, Tensor> {
  return new Map(run(roots, seeds, { createGraph }, null, since));
}

/**
 * Walks the recorded nodes from the newest to the oldest, adding one backward node for each. Gives the gradients that have
 * reached an edge.
 *
 * @param beforeHooks gives what is wanted as it was before its own hooks, which only see what goes on from there.
 */
function run(
  roots: readonly Tensor[],
  seeds: readonly Tensor[],
  options: { readonly retainGraph?: boolean | null; readonly createGraph?: boolean },
  wanted: ReadonlySet<Edge | null> | null,
  since = 0,
  beforeHooks = false,
): [Edge, Tensor][] {
  const createGraph = options.createGraph ?? false;
  const retain = options.retainGraph ?? createGraph;
  const gradients = new Pass();
  let arrived: [Edge, Tensor][] = [];
  const through = wanted === null ? null : new Set<Recording | null>();
  const outerGrad = mode.gradEnabled;
  mode.gradEnabled = createGraph;
  mode.moduleDepth++;
  try {
    for (const [i, root] of roots.entries()) {
      root.value.kept = true;
      if (root.edge !== null) gradients.add(root.edge, seeds[i]);
    }
    const recordings = reachable(roots, wanted, since);
    for (let n = 0; n < recordings.length; n++) {
      const recording = recordings[n];
      const given = resultGradients(recording, gradients, beforeHooks ? wanted : null);
      if (given === null) continue;
      through?.add(recording);
      const found = applyBackward(recording, given, createGraph);
      anomaly.refuse?.(recording, found);
      for (let i = 0; i < found.length; i++) {
        const edge = recording.edges[found[i].input];
        if (edge) gradients.add(edge, found[i].gradient);
      }
      if (!retain) recording.release();
    }
    if (since === 0 && !beforeHooks) {
      for (const edge of gradients.edges) {
        // What was gone through has had its hooks; leaves, and what is wanted without being gone through, have them now.
        const due =
          wanted === null ? edge.recording === null : wanted.has(edge) && through?.has(edge.recording) !== true;
        if (due) gradients.set(edge, hooked(edge, edge.gradient as Tensor));
      }
    }
  } finally {
    arrived = gradients.end();
    mode.gradEnabled = outerGrad;
    mode.moduleDepth--;
  }
  return arrived;
}

/** The error of a derivative that `backward` has been through already. */
export const freed = (): AutogradError =>
  new AutogradError(
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). " +
      "Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward " +
      "through the graph a second time or if you need to access saved tensors after calling backward. (Here: x.backward(null, { retainGraph: true }).)",
  );

const newestFirst = ({ id }: Recording): number => -id;

/** What was recorded below the roots and leads to something wanted, newest first. */
function reachable(roots: readonly Tensor[], wanted: ReadonlySet<Edge | null> | null, since: number): Recording[] {
  const seen = nextEpoch();
  const found: Recording[] = [];
  const visit = (edge: Edge | null): void => {
    const recording = edge?.recording;
    if (!recording || recording.id < since || recording.mark === seen) return;
    recording.mark = seen;
    found.push(recording);
  };
  for (const root of roots) visit(root.edge);
  for (let at = 0; at < found.length; at++) {
    const { edges } = found[at];
    for (let i = 0; i < edges.length; i++) visit(edges[i]);
  }
  sortBy(found, newestFirst);
  if (wanted === null) return found;
  const leads = new Set<Recording>();
  for (const recording of found.toReversed()) {
    const useful = recording.edges.some(
      (edge) => edge !== null && (wanted.has(edge) || (edge.recording !== null && leads.has(edge.recording))),
    );
    if (useful) leads.add(recording);
  }
  return found.filter((recording) => leads.has(recording));
}

function resultGradients(
  recording: Recording,
  gradients: Pass,
  unhooked: ReadonlySet<Edge | null> | null,
): (Tensor | null)[] | null {
  let any = false;
  const given = recording.results.map((edge) => {
    const gradient = gradients.get(edge);
    if (gradient === null) return null;
    any = true;
    const now = hooked(edge, gradient);
    if (now !== gradient && !unhooked?.has(edge)) gradients.set(edge, now);
    return now;
  });
  return any ? given : null;
}

function hooked(edge: Edge, gradient: Tensor): Tensor {
  let now = gradient;
  for (const hook of edge.hooks) now = hook(now) ?? now;
  return now;
}

/** The gradient of an input of a recorded operation. */
export interface InputGradient {
  readonly input: number;
  gradient: Tensor;
}

/** Looks through what a derivative gave, while anomalies are looked for (`anomaly.ts`). */
export const anomaly: { refuse: ((recording: Recording, found: readonly InputGradient[]) => void) | null } = {
  refuse: null,
};

/** One backward node: the template's product with the saved values and the gradients. */
function applyBackward(recording: Recording, given: readonly (Tensor | null)[], createGraph: boolean): InputGradient[] {
  const found = recording.differentiate?.(given, createGraph);
  if (found) return found.flatMap((gradient, input) => (gradient === null ? [] : [{ input, gradient }]));
  const { edges } = recording;
  const { template, sources, targets } = backwardOf(recording.template, edges, given);
  const device = (given.find((g) => g !== null) as Tensor).value.device;
  const values = sources.map((source) => sourceValue(recording, source, given));
  // A slope is saved instead of the input; a program that writes the input all the same is wrong where PyTorch saves it.
  if (recording.template.slope !== null && recording.node !== null)
    for (const [index, value] of recording.node.inputs.entries())
      checkVersion(recording, { kind: "input", index }, value);
  const added = addNode(template, values, recording.args, device);
  const requires = createGraph ? new Set<unknown>() : null;
  if (requires !== null) {
    const recorded = sources.map((source): Edge | null => {
      if (source.kind === "gradient") return given[source.index]?.edge ?? null;
      if (source.kind === "input") return edges[source.index];
      return recording.edgeOf(source.index);
    });
    const live = dependents(template, recorded);
    const { linked } = recording.template.operation.options;
    for (const result of template.results) if (linked || live.has(result)) requires.add(result);
    if (requires.size > 0) {
      const made = new Recording(added, recorded);
      made.overwritten = recording.overwritten;
      made.mayRead = Number.POSITIVE_INFINITY;
    }
  }
  return targets.map((input, i) => ({
    input,
    gradient: tensorFrom(added.outputs[i], requires?.has(template.results[i]) ? added.recording : null),
  }));
}

function sourceValue(recording: Recording, source: BackwardSource, given: readonly (Tensor | null)[]): Value {
  if (source.kind === "gradient") return (given[source.index] as Tensor).current();
  const { node } = recording;
  if (node === null) throw freed();
  const value = source.kind === "input" ? node.inputs[source.index] : node.output(source.index);
  checkVersion(recording, source, value);
  return value;
}

/** @throws AutogradError where a value that belongs to the derivative was written since. */
function checkVersion(recording: Recording, source: Pick<BackwardSource, "kind" | "index">, value: Value): void {
  const { storage } = value;
  const own = source.kind === "input" && source.index <= recording.mayRead && value === recording.overwritten;
  if (storage !== null && storage.version !== value.version && !own) {
    const what =
      source.kind === "output" ? `, which is output ${source.index} of ${recording.template.operation.gradName},` : "";
    throw new AutogradError(
      "one of the variables needed for gradient computation has been modified by an inplace operation: " +
        `[${value.type.dtype} [${value.type.shape.join(", ")}]]${what} is at version ${storage.version}; expected version ${value.version} instead. ` +
        "Hint: work on a copy (x.clone()) where you change it.",
    );
  }
}

/**
 * Adds gradients to the leaves' `.grad`: to the tensors that are there, or with `createGraph` in new ones, as PyTorch does. A sum that
 * would grow onto a pending gradient is evaluated first.
 */
function accumulate(leaves: readonly [LeafRecord, Tensor][], createGraph: boolean): void {
  const pending = new Map<Device, Value[]>();
  for (const [{ grad }] of leaves) {
    if (grad === null || grad.current().ready || mode.tracing !== null) continue;
    listOf(pending, grad.value.device).push(grad.value);
  }
  for (const [device, values] of pending) evaluateAround(device, values);
  const outerGrad = mode.gradEnabled;
  mode.gradEnabled = createGraph;
  mode.moduleDepth++;
  try {
    for (const [leaf, gradient] of leaves) {
      const { grad } = leaf;
      const since = nodeCount();
      if (grad === null) leaf.grad = gradient;
      else if (createGraph) leaf.grad = plus(grad, gradient);
      else addUp(grad, plus(grad, gradient), since);
    }
  } finally {
    mode.gradEnabled = outerGrad;
    mode.moduleDepth--;
  }
}

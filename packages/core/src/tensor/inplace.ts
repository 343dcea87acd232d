import { forgetHooks, moveKeeper } from "../autograd/hooks.ts";
import { isHigherKind } from "../dtype/promotion.ts";
import { pytorchName } from "../dtype/pytorch-name.ts";
import { AutogradError, DTypeError, ShapeError } from "../errors.ts";
import * as m from "../graph/math.ts";
import { nodeCount, type Value } from "../graph/node.ts";
import { operation } from "../graph/operation.ts";
import { sameShape } from "../graph/type.ts";
import { realize } from "../runtime/commit.ts";
import { mode } from "../runtime/mode.ts";
import { call } from "./call.ts";
import { cloneOp, toOp } from "./clone.ts";
import { isContiguous, overlaps } from "./layout.ts";
import { stridedWrite } from "./strided.ts";
import type { Tensor } from "./tensor.ts";

const broadcastCopy = operation<{ shape: readonly number[] }>("copy", ([x], _, { shape }) => m.broadcastTo(x, shape), {
  gradName: "CopyBackwards",
  half: "keep",
});

const overwrite = operation("copy", ([, source]) => source, { gradName: "CopyBackwards", half: "keep" });

const writeView = operation<{ strides: readonly number[] }>(
  "copy_slices",
  ([base, source], [offset], { strides }) => stridedWrite(base, source, strides, offset),
  { gradName: "CopySlices", half: "keep" },
);

/** For `assign`'s `since`: the result was made for this write alone, also where it is host data. */
export const owned = 0;

/**
 * Writes the result of an operation into a tensor's storage, as its in-place form does: other views of the storage see
 * it, and values that a derivative saved from the old version are noticed by `backward`.
 *
 * @throws AutogradError for a leaf that requires grad (outside `noGrad`); ShapeError if the result is larger than the
 * target; DTypeError if its kind is higher than the target's.
 * @param since `nodeCount()` before the result was computed for this write alone: then it need not be copied, and its derivative
 * may read what it overwrites.
 */
export function assign(
  target: Tensor,
  result: Tensor,
  name = "an in-place operation",
  since = Number.POSITIVE_INFINITY,
): Tensor {
  target.current();
  const recording = mode.gradEnabled && (target.edge !== null || result.edge !== null);
  const before = target.edge;
  requireWritable(target, name);
  if (!sameShape(target.shape, result.shape) && !fits(result.shape, target.shape))
    throw new ShapeError(
      `output with shape [${target.shape.join(", ")}] doesn't match the broadcast shape [${result.shape.join(", ")}] (${name})`,
    );
  if (isHigherKind(result.dtype, target.dtype))
    throw new DTypeError(
      `result type ${pytorchName(result.dtype)} can't be cast to the desired output type ${pytorchName(target.dtype)} (${name})`,
    );
  if (overlaps(target.layout))
    throw new ShapeError(
      "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.",
    );
  if (recording) noteOverwritten(target, result, since);
  let source = result.dtype === target.dtype ? result : call(toOp, [result], [], { dtype: target.dtype });
  if (!sameShape(source.shape, target.shape)) source = call(broadcastCopy, [source], [], { shape: target.shape });
  // Two storages never share a value.
  if (source === result && !isFresh(result, since)) source = call(cloneOp, [result]);
  // What a constant overwrites keeps its place in the graph: gradients go on as zeros.
  if (recording && source.edge === null) source = call(overwrite, [target, source]);
  const { storage, region: view } = target;
  const whole =
    view === null || (isContiguous(view) && view.offset === 0 && target.numel() === storage.current.type.numel);
  const viewed = view !== null && target.history.region !== view;
  if (whole && !(recording && viewed) && sameShape(storage.current.type.shape, target.shape)) {
    storage.write(source.value);
    if (recording) target.history.edge = source.edge;
    target.value = source.value;
  } else {
    const base = wholeOf(target);
    forgetUnread(target.value);
    const written = call(writeView, [base, source], [view?.offset ?? 0], { strides: target.layout.strides });
    // Whoever holds the base reads the newest version.
    if (base.value.consumers === 1) base.value.kept = false;
    storage.write(written.value);
    if (recording) target.history.edge = written.edge;
    target.value = source.value;
    source.value.storage = storage;
    source.value.version = storage.version;
  }
  if (recording) {
    target.edge = source.edge;
    // A gradient that is kept is that of the tensor as it is now; that of a view goes past it, to its base.
    if (!viewed) moveKeeper(before, source.edge);
    else if (before !== null) forgetHooks(before);
  }
  // With a history of its own, a view is read again from its base: as PyTorch's, it then is a function of it.
  target.seen = viewed && (recording || target.edge !== null) ? -1 : storage.version;
  target.value.device.dirty.add(storage);
  if (mode.evaluation === "eager") realize(storage.current);
  return target;
}

/**
 * As `assign` without history, of a sum that was made for this write alone. A whole tensor's is not a write that is due at some time:
 * like the result of any operation it is computed when somebody reads it, and if nobody does, never.
 *
 * @param since `nodeCount()` before the sum.
 */
export function addUp(target: Tensor, sum: Tensor, since: number): void {
  const { storage, region } = target;
  if (region === null) {
    storage.write(sum.value);
    target.value = sum.value;
    target.seen = storage.version;
  } else assign(target, sum, "backward", since);
}

/**
 * @throws AutogradError for a leaf that requires grad, a view of one, or one of several views that were made at once, where gradients
 * are recorded.
 */
export function requireWritable(target: Tensor, name: string): void {
  if (!mode.gradEnabled) return;
  let root = target.edge;
  while (target.region !== null && root?.recording?.template.operation.options.view) {
    root.recording.template.operation.options.refuses?.(target, root.recording);
    root = root.recording.edges[0];
  }
  if (target.edge !== null && target.edge.recording === null)
    throw new AutogradError(
      "a leaf Variable that requires grad is being used in an in-place operation. " +
        `(${name}: change it inside noGrad(() => …), or work on a copy: x.clone())`,
    );
  if (target.region !== null && (root?.recording === null || target.history.edge?.recording === null))
    throw new AutogradError(
      `a view of a leaf Variable that requires grad is being used in an in-place operation. (${name})`,
    );
}

/** The in-place form of a function: what it gives for a tensor and further arguments is written into that tensor. */
export function inPlace<A extends readonly unknown[]>(
  name: string,
  fn: (input: Tensor, ...args: A) => Tensor,
): (input: Tensor, ...args: A) => Tensor {
  return (input, ...args) => {
    const since = nodeCount();
    input.current();
    requireWritable(input, name);
    return assign(input, fn(input, ...args), name, since);
  };
}

/** Tells the operations that were recorded for a write alone that what they were applied to is overwritten by themselves. */
function noteOverwritten(target: Tensor, result: Tensor, since: number): void {
  if (since === owned) return;
  const from = [result.edge?.recording ?? null];
  for (let recording = from.pop(); recording !== undefined; recording = from.pop()) {
    if (recording === null || recording.id < since || recording.overwritten !== null) continue;
    // What an operation reads twice, as in x.mul_(x), PyTorch has copied only once.
    if (!recording.node?.inputs.includes(target.value, 1)) recording.overwritten = target.value;
    for (const edge of recording.edges) from.push(edge?.recording ?? null);
  }
}

/**
 * What a view showed before it was written, if nothing has used it: nobody can ask for it any more, and computing it after all, as is
 * done of what seems to be waiting for its reader, would need the old version of the base.
 */
function forgetUnread(shown: Value): void {
  const { node } = shown;
  if (node === null || shown.slot !== null || shown.consumers > 0 || node.outputs.length > 1) return;
  shown.stale = true;
  node.ran = true;
  for (const input of node.inputs) input.consumers--;
}

/** A result that was made since a moment, so that nobody else holds it. */
function isFresh(result: Tensor, since: number): boolean {
  // What was computed at once does not know its node any more; its recording does.
  const id = result.value.node?.id ?? result.edge?.recording?.id;
  if (result.region !== null || result.storage.version !== 0 || result.value.consumers !== 0) return false;
  return id === undefined ? since === owned : id >= since;
}

/** The storage of a tensor as a tensor. */
function wholeOf(tensor: Tensor): Tensor {
  const { storage } = tensor;
  const base = Object.create(Object.getPrototypeOf(tensor)) as Tensor;
  return Object.assign(base, {
    storage,
    region: null,
    value: storage.current,
    seen: storage.version,
    edge: tensor.history.edge,
    history: tensor.history,
  });
}

function fits(from: readonly number[], to: readonly number[]): boolean {
  if (from.length > to.length) return false;
  const lead = to.length - from.length;
  return from.every((n, d) => n === 1 || n === to[lead + d]);
}

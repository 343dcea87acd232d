import { savedSources } from "../autograd/derive.ts";
import { moveKeeper } from "../autograd/hooks.ts";
import type { Argument } from "../backend/program.ts";
import { isFloat } from "../dtype/dtype.ts";
import { AutogradError, DeviceError, ValueError } from "../errors.ts";
import { Node, type Value } from "../graph/node.ts";
import { type Attributes, type Layout, type Operation, operation } from "../graph/operation.ts";
import { type Edge, Recording } from "../graph/recording.ts";
import { type Template, templateFor } from "../graph/template.ts";
import type { TensorType } from "../graph/type.ts";
import { realize } from "../runtime/commit.ts";
import { currentDevice, type Device } from "../runtime/device.ts";
import { enter } from "../runtime/journal.ts";
import { mode } from "../runtime/mode.ts";
import { type Scalar, type ScalarKind, scalarKind, scalarValue } from "../runtime/scalar.ts";
import { Storage } from "../runtime/storage.ts";
import { notATensor } from "./argument.ts";
import { keepSmall, showsData } from "./keep.ts";
import { stridedView } from "./strided.ts";
import { Tensor } from "./tensor.ts";

const noScalars: readonly Scalar[] = [];
const noKinds: ScalarKind[] = [];
const noArguments: Argument[] = [];
const noAttributes: Attributes = Object.freeze({});
const typeOf = (value: Value): TensorType => value.type;
const ofFloats = ({ type }: Value): boolean => isFloat(type.dtype);
const attributeKeys = new WeakMap<object, string>();

/**
 * Applies an operation, giving its first result. Others are computed for nobody.
 *
 * @param tensors operands; all on one device.
 * @param scalars numbers from the user: arguments of the program, never part of its structure.
 * @param attributes structure: dimensions, flags, sizes.
 */
export function call<A extends Attributes>(
  op: Operation<A>,
  tensors: readonly Tensor[],
  scalars: readonly Scalar[] = noScalars,
  attributes?: A,
): Tensor {
  return callMany(op, tensors, scalars, attributes, 1)[0];
}

/** Applies an operation, giving all its results, or the first ones. */
export function callMany<A extends Attributes>(
  op: Operation<A>,
  tensors: readonly Tensor[],
  scalars: readonly Scalar[] = noScalars,
  attributes?: A,
  count = Number.POSITIVE_INFINITY,
): Tensor[] {
  const attrs: Attributes = attributes ?? noAttributes;
  const node = apply(op as unknown as Operation, tensors, scalars, attrs);
  const view = op.options.view;
  const layout = view ? view(tensors[0].layout, attrs as A, node.args.map(Number)) : null;
  const shown = layout && { of: tensors[0], layout };
  const results: Tensor[] = [];
  for (let i = 0; i < node.template.resultTypes.length && i < count; i++)
    results.push(wrap(node.outputs[i], node, shown));
  if (mode.evaluation === "eager") for (const value of node.outputs) realize(value);
  return results;
}

/** Applies an operation whose results become states (`commitStates`), without making tensors of them. */
export function callStates<A extends Attributes>(
  op: Operation<A>,
  tensors: readonly Tensor[],
  scalars: readonly Scalar[],
  attributes: A,
): readonly Value[] {
  const { outputs } = apply(op as unknown as Operation, tensors, scalars, attributes);
  if (mode.evaluation === "eager") for (const value of outputs) realize(value);
  return outputs;
}

/** The node of a call, recorded if gradients are. */
function apply(op: Operation, tensors: readonly Tensor[], scalars: readonly Scalar[], attributes: Attributes): Node {
  const values = new Array<Value>(tensors.length);
  let recorded = false;
  let inference = false;
  for (let i = 0; i < tensors.length; i++) {
    const tensor = tensors[i];
    if (!(tensor instanceof Tensor)) throw notATensor(op.name, tensor);
    const value = tensor.current();
    values[i] = value;
    if (tensor.edge !== null) recorded = true;
    if (value.storage?.inference) inference = true;
  }
  const device = values.length === 0 ? currentDevice() : sameDevice(op.name, values);
  const kinds: ScalarKind[] = scalars.length === 0 ? noKinds : [];
  const args: Argument[] = scalars.length === 0 ? noArguments : [];
  for (const scalar of scalars) {
    const kind = scalarKind(scalar);
    // With floats alone, 2 is what 2.0 is: a number that is sometimes whole must not compile twice.
    const isFloat = kind === "int" && typeof scalar === "number" && values.length > 0 && values.every(ofFloats);
    kinds.push(isFloat ? "float" : kind);
    args.push(scalarValue(scalar));
  }
  const types = values.map(typeOf);
  const template = templateFor(op, attributes, keyOf(attributes), types, kinds);
  const { dtypes } = device.backend;
  if (template.fitting !== dtypes) {
    for (const type of template.resultTypes) device.requireDtype(type.dtype);
    template.fitting = dtypes;
  }
  const edges = recorded && mode.gradEnabled ? tensors.map((tensor) => tensor.edge) : null;
  if (edges !== null && inference) requireSavable(template, edges, values);
  const node = addNode(template, values, args, device);
  if (edges !== null) new Recording(node, edges);
  return node;
}

/** @throws AutogradError if the derivative would save what was made in inference mode. */
export function requireSavable(template: Template, edges: readonly (Edge | null)[], values: readonly Value[]): void {
  for (const { kind, index } of savedSources(template, edges)) {
    if (kind === "input" && values[index].storage?.inference)
      throw new AutogradError(
        "Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor and use it in autograd.",
      );
  }
}

function wrap(value: Value, node: Node, view: { of: Tensor; layout: Layout } | null): Tensor {
  const edge = node.recording !== null && isFloat(value.type.dtype) ? node.recording.results[value.index] : null;
  if (view === null || !showsData(node.inputs[0])) keepSmall(value);
  if (view === null) {
    const storage = new Storage(value);
    storage.edge = edge;
    storage.inference = mode.inference;
    return new Tensor(storage, null, value, edge);
  }
  const { storage } = view.of;
  value.storage = storage;
  value.version = storage.version;
  return new Tensor(storage, view.layout, value, edge, view.of.history);
}

/** Adds a node to the graph of a device. */
export function addNode(template: Template, values: readonly Value[], args: readonly Argument[], device: Device): Node {
  const node = new Node(template, values, args, device, mode.path);
  enter(node, device);
  return node;
}

/** @throws DeviceError unless all values live on one device. */
export function sameDevice(name: string, values: readonly Value[]): Device {
  const { device } = values[0];
  for (const value of values) {
    if (value.device !== device)
      throw new DeviceError(
        `${name}: expected all tensors to be on the same device, but found at least two devices, ${device.name} and ${value.device.name}. ` +
          `Move one: await x.to("${device.name}")`,
      );
  }
  return device;
}

/** Attributes as text; written once per object. */
export function keyOf(attributes: Attributes): string {
  if (attributes === noAttributes) return "";
  let key = attributeKeys.get(attributes);
  if (key === undefined) {
    key = JSON.stringify(attributes, exact);
    attributeKeys.set(attributes, key);
  }
  return key;
}

/** JSON writes NaN and the infinities alike, and -0 as 0. */
function exact(_: string, value: unknown): unknown {
  if (typeof value === "bigint") throw new ValueError(`expected a plain number, but got the BigInt ${value}n`);
  return typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
    ? { number: Object.is(value, -0) ? "-0" : `${value}` }
    : value;
}

/** A tensor over a fresh value that no operation made. */
export function tensorOf(value: Value): Tensor {
  return new Tensor(new Storage(value), null, value, null);
}

const asStridedRead = operation<{ size: readonly number[]; strides: readonly number[] }>(
  "as_strided",
  ([base], [offset], { size, strides }) => stridedView(base, size, strides, offset),
  { gradName: "AsStridedBackward0", half: "keep" },
);

/** Reads a tensor again from a storage that was written since, as PyTorch regenerates a view. */
export function reread(tensor: Tensor): void {
  const { storage, history, region: view } = tensor;
  const base = storage.current;
  tensor.seen = storage.version;
  if (view === null) {
    tensor.value = base;
    if (history.edge !== null) tensor.edge = history.edge;
    return;
  }
  const attrs = { size: view.shape, strides: view.strides };
  const template = templateFor(
    asStridedRead as unknown as Operation,
    attrs,
    JSON.stringify(attrs),
    [base.type],
    ["int"],
  );
  const node = addNode(template, [base], [view.offset], base.device);
  const value = node.outputs[0];
  value.storage = storage;
  value.version = storage.version;
  tensor.value = value;
  // Whether gradients are recorded now does not matter for a tensor whose elements have a history.
  if (history.edge !== null) {
    const before = tensor.edge;
    tensor.edge = new Recording(node, [history.edge]).results[0];
    moveKeeper(before, tensor.edge);
  }
}

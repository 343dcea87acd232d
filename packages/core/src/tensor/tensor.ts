/// <reference lib="esnext.disposable" />
import { type BackwardArguments, backward } from "../autograd/backward.ts";
import { type GradientHook, type HookHandle, registerHook, retainGrad } from "../autograd/hooks.ts";
import type { DType, HostArray } from "../dtype/dtype.ts";
import { ValueError } from "../errors.ts";
import type { Value } from "../graph/node.ts";
import type { Layout } from "../graph/operation.ts";
import { type Edge, type History, namesInPlace, type Recording } from "../graph/recording.ts";
import { clone, detach } from "../ops/shape/convert.ts";
import type { Storage } from "../runtime/storage.ts";
import { reread } from "./call.ts";
import { dispose } from "./dispose.ts";
import type { PrintOptions } from "./format.ts";
import { contiguousLayout } from "./layout.ts";
import { LeafRecord } from "./leaf.ts";
import {
  data,
  dataSync,
  describe,
  item,
  itemSync,
  type Nested,
  repr,
  reprSync,
  tolist,
  tolistSync,
} from "./reading.ts";
import { setData } from "./set-data.ts";
import { type Target, to } from "./transfer.ts";
import { isNonzero, isNonzeroSync } from "./truth.ts";

/**
 * An n-dimensional array of one dtype, as in PyTorch. A tensor's values are computed when they are read or when an
 * optimizer commits a step; until then it is a recipe. There is nothing to free.
 *
 * The class itself holds what every tensor can do. Importing `@cresset/core` adds the operations as methods, to the type and
 * to the class (`methods.ts`); with `@cresset/core/functions` alone, they are functions only.
 *
 * @example
 * const x = torch.tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * const y = x.mul(x).sum();
 * y.backward();
 * console.log(await x.grad?.tolist()); // [[2, 4], [6, 8]]
 */
export class Tensor {
  /** @internal */ readonly storage: Storage;
  /** @internal The view of the storage; null for all of it in row-major order. */
  readonly region: Layout | null;
  /** @internal This tensor's value as of `seen`, the storage's version. */
  value: Value;
  /** @internal */ seen: number;
  /** @internal Where the gradient goes; null when none is recorded. */
  edge: Edge | null;
  /** @internal Shared with its views: the storage, or after `detach` an object of its own, which knows nothing of what was before. */
  readonly history: History;
  /** @internal Whether it prints as a parameter. */
  isParameter = false;
  /** @internal The gradient of a non-leaf that `retainGrad` asked for. */
  retained: Tensor | null = null;

  /** @internal Use `tensor(…)`, `zeros(…)` and the other creation functions. */
  constructor(storage: Storage, region: Layout | null, value: Value, edge: Edge | null, history: History = storage) {
    this.storage = storage;
    this.region = region;
    this.value = value;
    this.seen = storage.version;
    this.edge = edge;
    this.history = history;
  }

  /** @internal The value now, read again from the storage if that changed. */
  current(): Value {
    if (this.seen !== this.storage.version) reread(this);
    return this.value;
  }

  /** Sizes, such as [2, 3]. Also `x.size()`. */
  get shape(): readonly number[] {
    return this.value.type.shape;
  }

  get dtype(): DType {
    return this.value.type.dtype;
  }

  /** Name of the device that the tensor lives on. */
  get device(): string {
    return this.storage.current.device.name;
  }

  get ndim(): number {
    return this.value.type.shape.length;
  }

  /** Number of elements. */
  numel(): number {
    return this.value.type.numel;
  }

  /** @internal */
  get layout(): Layout {
    return this.region ?? contiguousLayout(this.shape);
  }

  /** Whether operations on it are recorded for `backward`. */
  get requiresGrad(): boolean {
    this.current();
    return this.edge !== null;
  }

  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }

  /** True for tensors that no recorded operation made: inputs, parameters, and everything that needs no gradient. */
  get isLeaf(): boolean {
    this.current();
    return this.edge === null || this.edge.recording === null;
  }

  /** The accumulated gradient of a leaf (or after `retainGrad`), or null before the first `backward`. */
  get grad(): Tensor | null {
    return this.edge instanceof LeafRecord ? this.edge.grad : this.retained;
  }

  set grad(value: Tensor | null) {
    if (this.edge instanceof LeafRecord) this.edge.setGrad(this, value);
    else this.retained = value;
  }

  /** The recorded operation that made this tensor, or null for a leaf. */
  get gradFn(): GradFn | null {
    this.current();
    const recording = this.edge?.recording ?? null;
    return recording && new GradFn(recording);
  }

  /** How often the storage was written in place; views share it. */
  get _version(): number {
    return this.storage.version;
  }

  /** The only element as a number; bool as boolean, int64 beyond 2⁵³ as bigint. @throws ValueError unless there is one element. */
  item(): Promise<number> {
    return item(this);
  }

  /** `item()` at once. @throws DeviceError on devices that read asynchronously. */
  itemSync(): number {
    return itemSync(this);
  }

  /**
   * The elements in row-major order, as a copy: `await x.data()`; float16 as bit patterns.
   *
   * Assigned to, as PyTorch's `p.data = t`: the tensor has the elements of another one from then on, shared with it, and stays
   * what optimizers and modules know.
   */
  get data(): () => Promise<HostArray> {
    return () => data(this);
  }

  set data(source: Tensor) {
    setData(this, source);
  }

  /** `data()` at once. @throws DeviceError on devices that read asynchronously. */
  dataSync(): HostArray {
    return dataSync(this);
  }

  /** The elements as nested arrays; a number for a tensor of no dimension. */
  tolist(): Promise<Nested> {
    return tolist(this);
  }

  /** `tolist()` at once. @throws DeviceError on devices that read asynchronously. */
  tolistSync(): Nested {
    return tolistSync(this);
  }

  /** PyTorch's `repr`, such as "tensor([1., 2.])". */
  repr(options?: PrintOptions): Promise<string> {
    return repr(this, options);
  }

  /** `repr()` at once. @throws DeviceError on devices that read asynchronously. */
  reprSync(options?: PrintOptions): string {
    return reprSync(this, options);
  }

  /** Python's `bool(x)`: whether the only element is not zero. @throws ValueError unless there is one element. */
  isNonzero(): Promise<boolean> {
    return isNonzero(this);
  }

  /** `isNonzero()` at once. @throws DeviceError on devices that read asynchronously. */
  isNonzeroSync(): boolean {
    return isNonzeroSync(this);
  }

  /**
   * Adds the gradients of this tensor to the `.grad` of the leaves it was computed from.
   *
   * @param given this tensor's own gradient, which may be left out (or null) for one element; then `retainGraph` and
   * `createGraph`, in places or by name: `loss.backward({ retainGraph: true })`.
   * @throws AutogradError if nothing requires grad, the graph was already freed, or a saved value was changed in place.
   */
  backward(...given: BackwardArguments): void {
    backward(this, ...given);
  }

  /** Calls `hook` with this tensor's gradient in every `backward`; what it returns replaces the gradient. */
  registerHook(hook: GradientHook): HookHandle {
    return registerHook(this, hook);
  }

  /** Keeps the gradient of a non-leaf in `.grad`. */
  retainGrad(): void {
    retainGrad(this);
  }

  /** The same storage without the history: no gradient flows through. */
  detach(): Tensor {
    return detach(this);
  }

  /** A copy with a storage of its own; gradients flow through. */
  clone(): Tensor {
    return clone(this);
  }

  /**
   * In another dtype, at once; or on another device, or in another tensor's dtype on its device, when the values have arrived.
   * Itself where that changes nothing. Both may come by name: `x.to({ device: "wasm", dtype: "float64" })`.
   */
  to(dtype: DType | { readonly dtype: DType; readonly device?: undefined }): Tensor;
  to(target: string | Target): Promise<Tensor>;
  to(target: string | Target): Tensor | Promise<Tensor> {
    return to(this, target as DType);
  }

  /** On the device "cpu", when the values have arrived. To read values, `data()` and `tolist()` do without. */
  cpu(): Promise<Tensor> {
    return to(this, "cpu");
  }

  /** What `JSON.stringify` calls, here for the options of operations. @throws ValueError: values have to be read. */
  toJSON(): never {
    throw new ValueError("expected a plain value, but got a Tensor: read it first with await x.tolist()");
  }

  /** Gives back the memory now; see `dispose`. Never needed: what is unreachable is collected. */
  dispose(): void {
    dispose(this);
  }

  [Symbol.dispose](): void {
    dispose(this);
  }

  /** PyTorch's `repr` where values can be read at once; on other devices shape, dtype and device. */
  toString(): string {
    return describe(this);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return describe(this);
  }

  /**
   * Starts (or stops) recording operations on this leaf; returns this.
   *
   * @throws AutogradError for integers and bool, or for a non-leaf.
   */
  requiresGrad_(value = true): this {
    LeafRecord.mark(this, value);
    return this;
  }
}

/** A recorded operation, for inspection: `y.gradFn?.name` is "MulBackward0". */
export class GradFn {
  readonly #recording: Recording;

  /** @internal */
  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** PyTorch's name of the backward function. */
  get name(): string {
    return namesInPlace.get(this.#recording) ?? this.#recording.template.operation.gradName;
  }

  /** The recorded operations of the inputs; null for inputs without one. */
  get nextFunctions(): (GradFn | null)[] {
    return this.#recording.edges.map((edge) => (edge?.recording ? new GradFn(edge.recording) : null));
  }

  toString(): string {
    return `<${this.name}>`;
  }
}

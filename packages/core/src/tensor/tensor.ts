/// <reference lib="esnext.disposable" />
import type { DType } from "../dtype/dtype.ts";
import type { Value } from "../graph/node.ts";
import type { Layout } from "../graph/operation.ts";
import type { Edge, Recording } from "../graph/recording.ts";
import type { Storage } from "../runtime/storage.ts";
import { dispose } from "./dispose.ts";
import { contiguousLayout } from "./layout.ts";
import { LeafRecord } from "./leaf.ts";
import type { TensorMethods } from "./methods.ts";
import { describe } from "./reading.ts";

/** How a tensor reads its storage again after the storage changed; set by `call.ts`, which knows how to apply operations. */
export const rereading: { reread: (tensor: Tensor) => void } = {
  reread: () => {
    throw new Error("no operations are loaded");
  },
};

/**
 * An n-dimensional array of one dtype, as in PyTorch. A tensor's values are computed when they are read or when an
 * optimizer commits a step; until then it is a recipe. There is nothing to free.
 *
 * @example
 * const x = torch.tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * const y = x.mul(x).sum();
 * y.backward();
 * console.log(await x.grad?.tolist()); // [[2, 4], [6, 8]]
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: methods.ts installs what the interface below declares.
export class Tensor {
  /** @internal */ readonly storage: Storage;
  /** @internal The view of the storage; null for all of it in row-major order. */
  readonly region: Layout | null;
  /** @internal This tensor's value as of `seen`, the storage's version. */
  value: Value;
  /** @internal */ seen: number;
  /** @internal Where the gradient goes; null when none is recorded. */
  edge: Edge | null;
  /** @internal Cut from the graph by `detach`: stays without an edge when the storage changes. */
  readonly detached: boolean;
  /** @internal Whether it prints as a parameter. */
  isParameter = false;
  /** @internal The gradient of a non-leaf that `retainGrad` asked for. */
  retained: Tensor | null = null;

  /** @internal Use `tensor(…)`, `zeros(…)` and the other creation functions. */
  constructor(storage: Storage, region: Layout | null, value: Value, edge: Edge | null, detached = false) {
    this.storage = storage;
    this.region = region;
    this.value = value;
    this.seen = storage.version;
    this.edge = edge;
    this.detached = detached;
  }

  /** @internal The value now, read again from the storage if that changed. */
  current(): Value {
    if (this.seen !== this.storage.version) rereading.reread(this);
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
  private readonly recording: Recording;

  /** @internal */
  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** PyTorch's name of the backward function. */
  get name(): string {
    return this.recording.template.operation.gradName;
  }

  /** The recorded operations of the inputs; null for inputs without one. */
  get nextFunctions(): (GradFn | null)[] {
    return this.recording.edges.map((edge) => (edge?.recording ? new GradFn(edge.recording) : null));
  }

  toString(): string {
    return `<${this.name}>`;
  }
}

// Operations become methods through their catalogues (methods.ts); a class cannot declare them otherwise.
export interface Tensor extends TensorMethods {}

/** Tensors from the records of a file. */
import { asStrided, type HostArray, neg, Tensor } from "@cresset/core/functions";
import { Parameter } from "@cresset/nn";
import { dtypeOf, type FileElement } from "../elements.ts";
import { FormatError } from "../errors.ts";
import { toDevice } from "../host-tensor.ts";
import { numelOf } from "../shape.ts";
import type { PickledTensor, StorageRecord, TensorRecord } from "./records.ts";

/** More tensors than any model has with its optimizer's state; each takes a kilobyte before it has any elements. */
const mostTensors = 1 << 18;
/** How many elements views may show beyond those that their storages have: an expanded tensor takes room when it is read. */
const mostRepeated = 2 ** 28;

/** Counts tensors, so that they do not take far more memory than the file. */
export class TensorCount {
  #tensors = 0;
  #repeated = 0;

  /** @throws FormatError for one too many. */
  add({ record }: PickledTensor): void {
    if (++this.#tensors > mostTensors) throw new FormatError(`the file holds more than ${mostTensors} tensors`);
    this.#repeated += Math.max(0, numelOf(record.shape) - record.storage.numel);
    if (this.#repeated > mostRepeated)
      throw new FormatError(`the file's tensors repeat the elements of their storages ${this.#repeated} times`);
  }
}

/** Makes a file's tensors. Those that share a storage in the file share one here, and are views of it. */
export class TensorMaker {
  readonly #contents: ReadonlyMap<StorageRecord, HostArray>;
  readonly #device: string | undefined;
  readonly #bases = new Map<StorageRecord, Tensor>();

  constructor(contents: ReadonlyMap<StorageRecord, HostArray>, device: string | undefined) {
    this.#contents = contents;
    this.#device = device;
  }

  make({ record, isParameter }: PickledTensor): Tensor {
    const shown = record.negated ? neg(this.#shown(record)) : this.#shown(record);
    if (isParameter) return new Parameter(shown, { requiresGrad: record.requiresGrad });
    return record.requiresGrad ? shown.requiresGrad_() : shown;
  }

  #shown({ storage, offset, shape, strides }: TensorRecord): Tensor {
    const whole = offset === 0 && isContiguous(shape, strides) && numelOf(shape) === storage.numel;
    let base = this.#bases.get(storage);
    if (base === undefined) {
      base = this.#base(storage, whole ? shape : [storage.numel]);
      this.#bases.set(storage, base);
    }
    if (whole && sameShape(shape, base.shape)) return new Tensor(base.storage, null, base.current(), null);
    // As from PyTorch's `set_`, not a view of a tensor that anyone has: so it may require gradients of its own.
    const view = asStrided(base, shape, strides, offset);
    return new Tensor(view.storage, view.region, view.current(), null);
  }

  #base(storage: StorageRecord, shape: readonly number[]): Tensor {
    const data = this.#contents.get(storage);
    if (data === undefined) throw new Error(`the storage "${storage.key}" was not read`);
    return toDevice({ dtype: dtypeOf(storage.type.element as FileElement), shape, data }, this.#device);
  }
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, d) => n === b[d]);

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== step) return false;
    step *= shape[d];
  }
  return true;
}

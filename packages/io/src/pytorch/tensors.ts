/** Tensors from the records of a file. */
import { asStrided, type HostArray, Tensor } from "@cresset/core/functions";
import { Parameter } from "@cresset/nn";
import { dtypeOf, type FileElement } from "../elements.ts";
import { toDevice } from "../host-tensor.ts";
import type { PickledTensor, StorageRecord, TensorRecord } from "./records.ts";

/** Makes a file's tensors. Those that share a storage in the file share one here, and are views of it. */
export class TensorMaker {
  readonly #contents: ReadonlyMap<StorageRecord, HostArray>;
  readonly #device: string | undefined;
  /** How many tensors show each storage. */
  readonly #uses = new Map<StorageRecord, number>();
  readonly #bases = new Map<StorageRecord, Tensor>();

  constructor(
    tensors: Iterable<PickledTensor>,
    contents: ReadonlyMap<StorageRecord, HostArray>,
    device: string | undefined,
  ) {
    this.#contents = contents;
    this.#device = device;
    for (const { record } of tensors) this.#uses.set(record.storage, (this.#uses.get(record.storage) ?? 0) + 1);
  }

  make({ record, isParameter }: PickledTensor): Tensor {
    const shown = this.#shown(record);
    if (isParameter) return new Parameter(shown, { requiresGrad: record.requiresGrad });
    return record.requiresGrad ? shown.requiresGrad_() : shown;
  }

  #shown({ storage, offset, shape, strides }: TensorRecord): Tensor {
    const whole = offset === 0 && isContiguous(shape, strides) && numelOf(shape) === storage.numel;
    if (whole && this.#uses.get(storage) === 1) return this.#base(storage, shape);
    let base = this.#bases.get(storage);
    if (base === undefined) {
      base = this.#base(storage, [storage.numel]);
      this.#bases.set(storage, base);
    }
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

const numelOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== step) return false;
    step *= shape[d];
  }
  return true;
}

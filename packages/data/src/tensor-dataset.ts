import { call, operation, requireTensors } from "@cresset/core/extend";
import { fromHost, ShapeError, select, type Tensor } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";
import type { Collated } from "./collate.ts";
import { Dataset, place } from "./dataset.ts";

/** One tensor for each of the data set's. */
export type Rows<T extends readonly Tensor[]> = { -readonly [K in keyof T]: Tensor };

/** Rows one after another, as a copy: writing into a batch leaves the data alone. */
const consecutiveRows = operation<{ size: number }>(
  "batch_rows",
  ([x], [start], { size }) => m.slice(x, 0, start, size),
  { gradName: "SliceBackward0", half: "keep" },
);

const rowsAt = operation(
  "batch_gather",
  ([x, index]) => {
    const shape = x.shape.with(0, index.shape[0]);
    const places = m.reshape(index, [index.shape[0], ...x.shape.slice(1).map(() => 1)]);
    return m.gather(x, 0, m.broadcastTo(places, shape));
  },
  { gradName: "IndexSelectBackward0", half: "keep" },
);

/**
 * Rows of tensors: sample i is [first[i], second[i], …].
 *
 * @throws ShapeError where the tensors' first dimensions differ.
 * @example
 * const dataset = new TensorDataset(x, y); // x [N, 4], y [N]
 * const [row, label] = dataset.get(0); // row [4], label []
 */
export class TensorDataset<T extends readonly Tensor[]> extends Dataset<Rows<T>> {
  readonly tensors: T;

  constructor(...tensors: T) {
    super();
    requireTensors("TensorDataset", tensors);
    if (tensors.length === 0) throw new ShapeError("a TensorDataset needs at least one tensor");
    for (const tensor of tensors)
      if (tensor.ndim === 0 || tensor.shape[0] !== tensors[0].shape[0])
        throw new ShapeError(
          `Size mismatch between tensors: ${tensors.map((t) => `[${t.shape.join(", ")}]`).join(", ")}`,
        );
    this.tensors = tensors;
  }

  get length(): number {
    return this.tensors[0].shape[0];
  }

  get(index: number): Rows<T> {
    const at = place(index, this.length);
    return this.map((tensor) => select(tensor, 0, at));
  }

  /** The rows at `indices`: tensors [indices.length, …]. One gather for each tensor, or one copy where rows follow one another. */
  override getBatch(indices: readonly number[]): Collated<Awaited<Rows<T>>> {
    // Collated rows are tensors again, which TypeScript cannot see of a T that is not known.
    return this.rowsAt(indices) as Collated<Awaited<Rows<T>>>;
  }

  private rowsAt(indices: readonly number[]): Rows<T> {
    const places = indices.map((index) => place(index, this.length));
    const start = places[0] ?? 0;
    if (places.every((at, i) => at === start + i))
      return this.map((tensor) => call(consecutiveRows, [tensor], [start], { size: places.length }));
    const numbers = Int32Array.from(places);
    const indexOn = new Map<string, Tensor>();
    return this.map((tensor) => {
      const { device } = tensor;
      const index = indexOn.get(device) ?? fromHost(numbers, [numbers.length], "int32", device);
      indexOn.set(device, index);
      return call(rowsAt, [tensor, index]);
    });
  }

  private map(f: (tensor: Tensor) => Tensor): Rows<T> {
    // A mapped tuple has the tuple's length, which TypeScript cannot see through `map`.
    return this.tensors.map(f) as Rows<T>;
  }
}

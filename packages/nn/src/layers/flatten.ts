import type { Tensor } from "@cresset/core/functions";
import { flatten, unflatten } from "@cresset/core/functions";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";

export interface FlattenOptions {
  readonly startDim?: number;
  readonly endDim?: number;
}

/** Joins the dimensions `startDim` (default 1) to `endDim` (default the last) into one. */
export class Flatten extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Flatten";
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim?: number | FlattenOptions, endDim?: number) {
    super();
    const options = keywords<FlattenOptions>(["startDim", "endDim"], [startDim, endDim]);
    this.startDim = options.startDim ?? 1;
    this.endDim = options.endDim ?? -1;
  }

  forward(input: Tensor): Tensor {
    return flatten(input, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

interface UnflattenParameters {
  readonly dim: number;
  readonly unflattenedSize: readonly number[];
}

/** Splits dimension `dim` into dimensions of the given sizes. */
export class Unflatten extends Module<[Tensor], Tensor> {
  static override readonly typeName: string = "Unflatten";
  readonly dim: number;
  readonly unflattenedSize: readonly number[];

  constructor(...named: ByName<UnflattenParameters, ["dim", "unflattenedSize"]>);
  constructor(dim: number, unflattenedSize: readonly number[]);
  constructor(...given: readonly unknown[]) {
    super();
    const { dim, unflattenedSize } = keywords<UnflattenParameters>(["dim", "unflattenedSize"], given, 2);
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=[${this.unflattenedSize.join(", ")}]`;
  }
}

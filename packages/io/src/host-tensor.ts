import type { DType, HostArray } from "@cresset/core/functions";
import { fromHost, type Tensor } from "@cresset/core/functions";

/** A tensor's content outside of any device: row-major; float16 as bit patterns, bool as 0 and 1. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

/** Moves host content onto a device, by default the default one. The array belongs to the tensor from then on. */
export function toDevice({ dtype, shape, data }: HostTensor, device?: string): Tensor {
  return device === undefined ? fromHost(data, shape, dtype) : fromHost(data, shape, dtype, device);
}

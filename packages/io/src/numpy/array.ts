import { permute, type Tensor } from "@cresset/core/functions";
import { elementsOf } from "../elements.ts";
import { toDevice } from "../host-tensor.ts";
import type { ArrayHeader } from "./header.ts";

/** An array as a tensor; the bytes belong to it from then on. */
export function tensorOfArray(
  header: Pick<ArrayHeader, "dtype" | "shape" | "swapped" | "fortran">,
  bytes: Uint8Array<ArrayBuffer>,
  device: string | undefined,
): Tensor {
  const { dtype, shape, swapped, fortran } = header;
  const numel = shape.reduce((product, n) => product * n, 1);
  const data = elementsOf(dtype, bytes, numel, swapped);
  if (!fortran || shape.length < 2) return toDevice({ dtype, shape, data }, device);
  const reversed = toDevice({ dtype, shape: shape.toReversed(), data }, device);
  return permute(
    reversed,
    shape.map((_, d) => shape.length - 1 - d),
  );
}

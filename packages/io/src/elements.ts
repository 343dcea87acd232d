/** Elements of files as elements of tensors. */
import { type DType, hostArray, hostView } from "@cresset/core/backend";
import type { HostArray } from "@cresset/core/functions";

/** How a file writes elements: as one of Cresset's dtypes does, or as bfloat16, which is read as float32. */
export type FileElement = DType | "bfloat16";

export const dtypeOf = (element: FileElement): DType => (element === "bfloat16" ? "float32" : element);

/**
 * Elements from their bytes, which belong to the result.
 *
 * @param bytes at the start of their buffer; as many as the elements take.
 * @param swapped whether each element's bytes come in the opposite order, the most significant first.
 */
export function elementsOf(
  element: FileElement,
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
  swapped = false,
): HostArray {
  if (element === "bfloat16") {
    if (swapped) swapBytes(bytes, 2);
    return widened(new Uint16Array(bytes.buffer, 0, length));
  }
  const data = hostView(element, bytes.buffer, 0, length);
  if (swapped) swapBytes(bytes, data.BYTES_PER_ELEMENT);
  // Other bytes than 1 are true too, but a bool of Cresset is 0 or 1.
  if (element === "bool") for (let i = 0; i < length; i++) if (data[i] !== 0) data[i] = 1;
  return data;
}

/** A bfloat16 is the upper half of the float32 of the same value. */
function widened(upper: Uint16Array): HostArray {
  const data = hostArray("float32", upper.length);
  const words = new Uint32Array(data.buffer);
  for (let i = 0; i < upper.length; i++) words[i] = upper[i] << 16;
  return data;
}

/** Turns each element's bytes around, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 1) return;
  for (let at = 0; at + width <= bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

import type { HostTensor } from "../host-tensor.ts";
import { decode, requireReadable } from "./dtypes.ts";
import { headerLength, parseHeader } from "./header.ts";

/**
 * The content of a safetensors file that is in memory, by name in the order of the file, without any device: so of every dtype
 * that Cresset has, whatever the device lacks. BF16 becomes float32.
 *
 * @param bytes the whole file; it is copied.
 * @throws FormatError for a malformed file, or a dtype that Cresset lacks.
 */
export function loadHost(bytes: Uint8Array): Map<string, HostTensor> {
  const length = headerLength(bytes, bytes.length);
  const { entries, dataStart } = parseHeader(bytes.subarray(8, 8 + length), bytes.length, requireReadable);
  return new Map(
    entries.map((entry) => [
      entry.name,
      decode(entry, new Uint8Array(bytes.subarray(dataStart + entry.begin, dataStart + entry.end))),
    ]),
  );
}

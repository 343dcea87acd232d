import type { TrainingData } from "../training/data.ts";

/** A number that tells two tables apart: FNV-1a (Fowler, Noll and Vo) over the 32-bit words of inputs and labels. */
export function checksum({ train, test }: Pick<TrainingData, "train" | "test">): number {
  let hash = 0x811c9dc5;
  for (const { buffer, byteOffset, length } of [train.inputs, train.labels, test.inputs, test.labels])
    for (const word of new Uint32Array(buffer, byteOffset, length)) hash = Math.imul(hash ^ word, 0x01000193);
  return hash >>> 0;
}

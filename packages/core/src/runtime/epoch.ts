let epoch = 0;

/** A fresh number for marking what a traversal has seen. */
export function nextEpoch(): number {
  return ++epoch;
}

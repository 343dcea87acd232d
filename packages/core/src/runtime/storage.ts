import type { Value } from "../graph/node.ts";
import type { Layout } from "../graph/operation.ts";
import type { Edge } from "../graph/recording.ts";

/**
 * What tensors alias: a base value that in-place writes replace. Every write makes a new version; views made from an
 * older one are read again from `current`.
 */
export class Storage {
  /** The newest value, perhaps pending. Its elements in row-major order are the storage's memory. */
  current: Value;
  /** Where the gradient of `current` goes. */
  edge: Edge | null = null;
  /** Of a tensor that became a view of itself. */
  region?: Layout | null;
  version = 0;
  /** The newest value that an evaluation has written, and the one before it, whose buffer the next write reuses. */
  committed: Value;
  previous: Value | null = null;
  /** What the newest write overwrote: `committed`, or a version that was pending itself. */
  overwritten: Value | null = null;
  /** Written again and again (a parameter, a running statistic, optimizer state): buffers alternate. */
  persistent = false;
  /** Where it stands among its device's dirty storages, if it does (`dirty.ts`). */
  dirtyAt = -1;
  /** Made in inference mode: no derivative may save it. */
  inference = false;

  constructor(value: Value) {
    this.current = value;
    this.committed = value;
    value.storage = this;
  }

  /** Replaces the base value. The caller journals the write (`Device.dirty`). */
  write(value: Value): void {
    this.overwritten = this.current;
    this.current = value;
    this.version++;
    value.storage = this;
    value.version = this.version;
  }
}

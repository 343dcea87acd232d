import type { StorageRecord } from "./records.ts";

/** A file whose pickle was read, and its storages not yet. */
export interface PickledFile {
  readonly value: unknown;
  /** All storages that the pickle refers to. */
  readonly storages: readonly StorageRecord[];
  /** Whether elements have their most significant byte first. */
  readonly swapped: boolean;
  /** A storage's bytes: as many as its elements take. */
  read(storage: StorageRecord): Promise<Uint8Array<ArrayBuffer>>;
}

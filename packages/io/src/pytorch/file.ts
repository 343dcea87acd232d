import type { Pickle } from "../pickle/unpickler.ts";
import type { StorageRecord } from "./records.ts";

/** A file whose pickle was looked at, and its storages not yet read. */
export interface PickledFile {
  /** Its value may take many times as much memory as the file, so it is read when nothing can be refused any more. */
  readonly pickle: Pickle;
  /** All storages that the pickle refers to. */
  readonly storages: readonly StorageRecord[];
  /** Whether elements have their most significant byte first. */
  readonly swapped: boolean;
  /** Looks at storages whose content takes much more memory than the file. @throws FormatError for damaged ones. */
  verify?(storages: readonly StorageRecord[]): Promise<void>;
  /** A storage's bytes: as many as its elements take. */
  read(storage: StorageRecord): Promise<Uint8Array<ArrayBuffer>>;
}

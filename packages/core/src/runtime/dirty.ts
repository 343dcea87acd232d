import type { Storage } from "./storage.ts";

/**
 * The storages of a device whose newest version is pending. A list in which each storage knows its place: members come and
 * leave several times in every step of a training loop, and a `Set` would look for them, and make tables anew, each of which
 * the one before holds alive.
 */
export class DirtyStorages {
  /** All of them, in no order. */
  readonly list: Storage[] = [];

  has(storage: Storage): boolean {
    const at = storage.dirtyAt;
    return at >= 0 && this.list[at] === storage;
  }

  add(storage: Storage): void {
    if (!this.has(storage)) storage.dirtyAt = this.list.push(storage) - 1;
  }

  /** Its newest version is not pending any more. */
  delete(storage: Storage): void {
    if (!this.has(storage)) return;
    const last = this.list.pop() as Storage;
    if (last !== storage) {
      this.list[storage.dirtyAt] = last;
      last.dirtyAt = storage.dirtyAt;
    }
    storage.dirtyAt = -1;
  }
}

import type { BackendBuffer } from "../backend/backend.ts";
import type { HostArray } from "../dtype/dtype.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Where a ready value lies: in a buffer of its device, in a host array, or both (then they are equal). The device's
 * registry holds slots, never values: what nobody can reach any more is garbage once its slot is moved to the host.
 */
export class Slot {
  buffer: BackendBuffer | null;
  host: HostArray | null;
  readonly bytes: number;
  /** On asynchronous devices: how the program that wrote it ended, or null where there is nothing to wait for. */
  outcome: Outcome | null = null;
  /** On asynchronous devices: it is on its way to a host array. */
  leaving = false;
  /** The evaluation that last touched the buffer. */
  used = 0;
  /** Where it stands in its device's registry, or -1 where it does not. */
  registered = -1;

  constructor(buffer: BackendBuffer | null, host: HostArray | null, bytes: number) {
    this.buffer = buffer;
    this.host = host;
    this.bytes = bytes;
  }
}

import type { BackendBuffer } from "../backend/backend.ts";
import type { HostArray } from "../dtype/dtype.ts";

/**
 * Where a ready value lies: in a buffer of its device, in a host array, or both (then they are equal). The device's
 * registry holds slots, never values: what nobody can reach any more is garbage once its slot is moved to the host.
 */
export class Slot {
  buffer: BackendBuffer | null;
  host: HostArray | null;
  readonly bytes: number;
  /** On asynchronous devices: the error of the program that wrote it, once that is known. */
  failure: Promise<Error | null> | null = null;
  /** The evaluation that last touched the buffer. */
  used = 0;

  constructor(buffer: BackendBuffer | null, host: HostArray | null, bytes: number) {
    this.buffer = buffer;
    this.host = host;
    this.bytes = bytes;
  }
}

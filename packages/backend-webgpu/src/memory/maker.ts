import { BackendError } from "@cresset/core/backend";
import { labelled } from "../adapter.ts";

/** Errors that no scope catches and no caller waits for, kept until the next read can tell somebody. */
export class Uncaught {
  #error: BackendError | null = null;

  /** Keeps the first: what follows is mostly its consequence. */
  note(error: BackendError): void {
    this.#error ??= error;
  }

  take(): BackendError | null {
    const error = this.#error;
    this.#error = null;
    return error;
  }
}

/** Whether the device had memory for a buffer: it tells soon after it was asked. */
export interface Creation {
  /** Null once it is known. Never rejects. */
  pending: Promise<void> | null;
  error: BackendError | null;
}

/** Of a buffer that is there, whoever made it. */
export const created: Creation = { pending: null, error: null };

/** Creates buffers, and learns whether the device has memory for them. */
export class BufferMaker {
  readonly #device: GPUDevice;
  /** Its name, for people. */
  readonly adapter: string;
  /** Called where there is not. */
  exhausted: () => void = () => undefined;
  /** How many were created. */
  made = 0;

  constructor(device: GPUDevice, adapter: string) {
    this.#device = device;
    this.adapter = adapter;
  }

  make(label: string, size: number, usage: number): { readonly buffer: GPUBuffer; readonly creation: Creation } {
    this.made++;
    this.#device.pushErrorScope("out-of-memory");
    const buffer = this.#device.createBuffer({ label: labelled(label), size, usage });
    const creation: Creation = { pending: null, error: null };
    const told = (error: GPUError | null): void => {
      creation.pending = null;
      if (error === null) return;
      creation.error = new BackendError(
        `webgpu: out of memory: no buffer of ${size} bytes for a ${label} on ${this.adapter}: ${error.message}`,
      );
      this.exhausted();
    };
    // Of a lost device nothing is known; everything that is asked of it says that it is lost.
    creation.pending = this.#device.popErrorScope().then(told, () => told(null));
    return { buffer, creation };
  }
}

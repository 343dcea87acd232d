import { BackendError } from "@cresset/core/backend";

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

/** Creates buffers; where the device has no memory for one, the next read is told. */
export class BufferMaker {
  readonly #device: GPUDevice;
  readonly #adapter: string;
  readonly #uncaught: Uncaught;
  /** How many were created by `make`. */
  made = 0;

  constructor(device: GPUDevice, adapter: string, uncaught: Uncaught) {
    this.#device = device;
    this.#adapter = adapter;
    this.#uncaught = uncaught;
  }

  make(label: string, size: number, usage: number): GPUBuffer {
    this.made++;
    return this.watch(() => this.#device.createBuffer({ label, size, usage }), `${label} of ${size} bytes`);
  }

  /** Watches a creation for want of memory. */
  watch(create: () => GPUBuffer, what: string): GPUBuffer {
    this.#device.pushErrorScope("out-of-memory");
    const buffer = create();
    void this.#device.popErrorScope().then(
      (error) => {
        if (error)
          this.#uncaught.note(
            new BackendError(`webgpu: out of memory: no buffer for a ${what} on ${this.#adapter}: ${error.message}`),
          );
      },
      () => undefined,
    );
    return buffer;
  }
}

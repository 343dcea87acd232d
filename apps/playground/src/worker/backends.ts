import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { registerBackend, setDefaultDevice } from "@cresset/core/functions";
import type { BackendName, BackendState } from "./protocol.ts";

/** The backends of this browser. cpu and wasm are here at once; webgpu is loaded when it is first used. */
export class Backends {
  readonly #unavailable = new Map<BackendName, string>();
  readonly #registered = new Map<BackendName, Promise<void>>();

  async states(): Promise<BackendState[]> {
    await Promise.all([this.use("cpu"), this.use("wasm").catch(() => undefined)]);
    setDefaultDevice(this.#unavailable.has("wasm") ? "cpu" : "wasm");
    const gpu = await findGpu();
    if (typeof gpu === "string") this.#unavailable.set("webgpu", gpu);
    const state = (name: BackendName, detail: string): BackendState => ({
      name,
      unavailable: this.#unavailable.get(name) ?? null,
      detail,
    });
    return [
      state("cpu", "plain JavaScript"),
      state("wasm", this.#unavailable.has("wasm") ? "" : wasmDetail()),
      state("webgpu", typeof gpu === "string" ? "" : gpuDetail(gpu)),
    ];
  }

  /** Makes a backend usable. @throws Error that says why it is not. */
  use(name: BackendName): Promise<void> {
    const known = this.#registered.get(name);
    if (known !== undefined) return known;
    const registering = this.#register(name);
    this.#registered.set(name, registering);
    return registering;
  }

  async #register(name: BackendName): Promise<void> {
    try {
      if (name === "webgpu") {
        const { webgpu } = await import("@cresset/backend-webgpu");
        await registerBackend(webgpu());
      } else await registerBackend(name === "cpu" ? cpu() : wasm());
    } catch (error) {
      this.#unavailable.set(name, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
}

/** Threads start with the first program that gains by them. */
function wasmDetail(): string {
  return crossOriginIsolated && navigator.hardwareConcurrency > 1
    ? "WebAssembly, with threads for large tables"
    : "WebAssembly, on one thread";
}

/** The adapter, or why there is none. */
async function findGpu(): Promise<GPUAdapter | string> {
  if (!("gpu" in navigator) || !navigator.gpu)
    return isSecureContext ? "this browser has no WebGPU" : "WebGPU needs a page from https:// or http://localhost";
  try {
    return (await navigator.gpu.requestAdapter()) ?? "this browser has WebGPU, but no GPU that it may use";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function gpuDetail({ info }: GPUAdapter): string {
  const name = info.description || [info.vendor, info.architecture].filter((word) => word !== "").join(" ");
  return name === "" ? "WebGPU" : `WebGPU, ${name}`;
}

import { BackendError, type Kernel, RecentMap } from "@cresset/core/backend";
import { computeStage } from "./memory/usage.ts";
import { type Calls, type Guard, type KernelPlan, kernelText } from "./wgsl/compile.ts";
import type { Placement } from "./wgsl/placement.ts";

/** A kernel's pipeline, once it is there. */
export interface Pipeline {
  readonly layout: GPUBindGroupLayout;
  /** Null once it is compiled. Rejects with a BackendError. */
  ready: Promise<void> | null;
  compiled: GPUComputePipeline | null;
  error: BackendError | null;
}

/** Pipelines by kernel, plan and placement of operands; compiled asynchronously, each once. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #known = new RecentMap<string, Pipeline>(4096);
  readonly #operandLayouts = new Map<string, GPUBindGroupLayout>();
  /** Layout of the group of parameters, without and with the status. */
  readonly parameterLayouts: readonly [GPUBindGroupLayout, GPUBindGroupLayout];

  constructor(device: GPUDevice) {
    this.#device = device;
    const uniform: GPUBindGroupLayoutEntry = {
      binding: 0,
      visibility: computeStage,
      buffer: { type: "uniform", hasDynamicOffset: true },
    };
    const status: GPUBindGroupLayoutEntry = { binding: 1, visibility: computeStage, buffer: { type: "storage" } };
    this.parameterLayouts = [
      device.createBindGroupLayout({ entries: [uniform] }),
      device.createBindGroupLayout({ entries: [uniform, status] }),
    ];
  }

  get size(): number {
    return this.#known.size;
  }

  /** Starts compiling what is not there yet. */
  get(kernel: Kernel, plan: KernelPlan, placement: Placement, guard: Guard, calls: Calls): Pipeline {
    const key = `${plan.key} ${placement.key}${guard === "none" ? "" : ` ${guard}`} ${calls} ${kernel.key}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const layout = this.#operandLayout(placement);
    const pipeline: Pipeline = { layout, ready: null, compiled: null, error: null };
    const status = kernel.checks > 0 || guard !== "none";
    pipeline.ready = this.#compile(kernel, kernelText(kernel, placement, plan, guard, calls), layout, status).then(
      (compiled) => {
        pipeline.compiled = compiled;
        pipeline.ready = null;
      },
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        pipeline.error = new BackendError(
          `webgpu: the kernel ${kernel.name} (${kernel.kind}) cannot be compiled: ${reason}`,
          {
            cause: error,
          },
        );
        pipeline.ready = null;
      },
    );
    this.#known.set(key, pipeline);
    return pipeline;
  }

  #compile(kernel: Kernel, code: string, layout: GPUBindGroupLayout, status: boolean): Promise<GPUComputePipeline> {
    const device = this.#device;
    // The promise tells what is wrong with a kernel; of its text alone an error that no scope catches would tell others' reads.
    device.pushErrorScope("validation");
    const pipeline = device.createComputePipelineAsync({
      label: kernel.name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout, this.parameterLayouts[status ? 1 : 0]] }),
      compute: { module: device.createShaderModule({ label: kernel.name, code }), entryPoint: "main" },
    });
    void device.popErrorScope().catch(() => null);
    return pipeline;
  }

  #operandLayout(placement: Placement): GPUBindGroupLayout {
    const kinds = placement.places.map((place) =>
      place.kind === "own" ? (place.writable ? "w" : "r").repeat(place.parts) : "",
    );
    const key = (placement.heap ? "h" : "") + (placement.packed >= 0 ? "p" : "") + kinds.join("");
    let found = this.#operandLayouts.get(key);
    if (found === undefined) {
      const entries: GPUBindGroupLayoutEntry[] = placement.heap
        ? [{ binding: 0, visibility: computeStage, buffer: { type: "storage" } }]
        : [];
      if (placement.packed >= 0)
        entries.push({ binding: placement.packed, visibility: computeStage, buffer: { type: "storage" } });
      for (const place of placement.places) {
        if (place.kind !== "own") continue;
        const type = place.writable ? "storage" : "read-only-storage";
        for (let part = 0; part < place.parts; part++)
          entries.push({ binding: place.binding + part, visibility: computeStage, buffer: { type } });
      }
      found = this.#device.createBindGroupLayout({ entries });
      this.#operandLayouts.set(key, found);
    }
    return found;
  }
}

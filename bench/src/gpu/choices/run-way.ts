import { parameters, type Way } from "./kernels.ts";

const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;

/** A way that is ready on a device. */
export interface ReadyWay {
  readonly name: string;
  /** Runs the kernel so many times, and waits until all have run. */
  run(times: number): Promise<void>;
  /** The elements of the result. */
  result(): Promise<ArrayLike<number>>;
  destroy(): void;
}

/** @throws Error where the device takes no such kernel. */
export async function prepareWay(device: GPUDevice, way: Way, count: number): Promise<ReadyWay> {
  const data = way.input(count);
  const bytes = way.outputBytes(count);
  const make = (size: number, use: number): GPUBuffer => device.createBuffer({ size, usage: use });
  const source = make(data.byteLength, usage.storage | usage.copyTarget);
  const target = make(bytes, usage.storage | usage.copySource);
  const uniform = make(parameters.byteLength, usage.uniform | usage.copyTarget);
  const staging = make(bytes, usage.mapRead | usage.copyTarget);
  device.queue.writeBuffer(source, 0, data);
  device.queue.writeBuffer(uniform, 0, parameters);
  const visibility = 4;
  const layout = device.createBindGroupLayout({
    entries: (["read-only-storage", "storage", "uniform"] as const).map((type, binding) => ({
      binding,
      visibility,
      buffer: { type },
    })),
  });
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code: way.code }), entryPoint: "main" },
  });
  const entries = [source, target, uniform].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout, entries });
  const workgroups = way.workgroups(count);
  const width = Math.min(workgroups, 32_768);
  return {
    name: way.name,
    async run(times) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < times; i++) pass.dispatchWorkgroups(width, Math.ceil(workgroups / width));
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    },
    async result() {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(target, 0, staging, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(usage.mapRead);
      const content = staging.getMappedRange().slice(0);
      staging.unmap();
      return way.output(content, count);
    },
    destroy: () => {
      for (const buffer of [source, target, uniform, staging]) buffer.destroy();
    },
  };
}

import { BackendError } from "@cresset/core/backend";
import type { Limit } from "./memory/pool.ts";

export interface WebGpuOptions {
  /** Which adapter to ask for on machines with several. Default: the implementation's choice. */
  readonly powerPreference?: "low-power" | "high-performance";
  /** A device of the page's own, whose buffers can then be shared. Default: a new one, with all that the adapter offers. */
  readonly device?: GPUDevice;
  /** Bytes of values that nothing has used lately, after which they are moved to host arrays. Default: 4 GiB. */
  readonly memoryLimit?: number;
  /**
   * Values up to this size share one buffer, the heap, so that kernels over many of them are one dispatch. Larger ones have a
   * buffer of their own. Default: 1 MiB, or where a binding has less than 1 GiB, a 1024th of that.
   */
  readonly heapBytes?: number;
  /**
   * Write kernels whose threads share memory. Default: on all but software adapters, where waiting for one another costs more than
   * it saves.
   */
  readonly cooperative?: boolean;
  /** Let threads that share memory exchange values in subgroups of the adapter, too. Default: where it has them and passes a trial. */
  readonly subgroups?: boolean;
  /** Use 16-bit floats of the adapter. Default: where it has them, and a trial shows that it rounds to the nearest, ties to even. */
  readonly half?: boolean;
  /** In profiles, time each dispatch by timestamps of the adapter, not each program as a whole. Default: where it has them. */
  readonly timestamps?: boolean;
}

/** Dawn's entry in Node. When it is collected while a device lives, the process crashes: it stays here. */
let dawn: GPU | undefined;

interface DawnModule {
  create(options: string[]): GPU;
}

async function gpuOfNode(): Promise<GPU> {
  // As a variable, so that bundlers leave the import alone.
  const name = "webgpu";
  let module: DawnModule;
  try {
    module = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (error) {
    throw new BackendError(
      'webgpu: Node has no WebGPU of its own, and the package "webgpu" is not installed: npm install webgpu. Or use another backend, such as wasm.',
      { cause: error },
    );
  }
  // Programs of the machine's own may see its clock as it is; browsers round it, to 0.07 ms or so, for the pages that they do not trust.
  dawn ??= module.create(["disable-dawn-features=timestamp_quantization"]);
  return dawn;
}

async function findGpu(): Promise<GPU> {
  if (typeof navigator !== "undefined" && navigator.gpu) return navigator.gpu;
  if (
    typeof process !== "undefined" &&
    process.versions?.node !== undefined &&
    !("Deno" in globalThis) &&
    !("Bun" in globalThis)
  )
    return gpuOfNode();
  const secure = (globalThis as { isSecureContext?: boolean }).isSecureContext;
  if (secure === false)
    throw new BackendError(
      "webgpu: this page is not a secure context, which WebGPU needs: serve it from https:// or http://localhost. Or use another backend, such as wasm.",
    );
  throw new BackendError(
    "webgpu: this environment has no WebGPU (navigator.gpu): use a browser that has it, Deno, or Node with the package webgpu. Or use another backend, such as wasm.",
  );
}

/** Features that kernels use where the adapter has them. */
const wanted: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/** Limits that are raised to what the adapter allows. */
const raised = [
  "maxStorageBuffersPerShaderStage",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

/** The device given, unless it is lost already. */
async function alive(device: GPUDevice): Promise<GPUDevice> {
  const info = await Promise.race([device.lost, undefined]);
  if (info !== undefined)
    throw new BackendError(`webgpu: the device given as an option was lost (${info.reason}): ${info.message}`);
  return device;
}

/**
 * A device with every feature and limit of the adapter that kernels can use.
 *
 * @throws BackendError that says what to do where there is none.
 */
export async function openDevice(options: WebGpuOptions): Promise<GPUDevice> {
  const device = await (options.device ? alive(options.device) : newDevice(options));
  requireThreads(device);
  return device;
}

/** Threads that kernels have in a workgroup: on every device, but for those made for the oldest adapters ("compatibility"). */
const threads = 256;

/** @throws BackendError for a device whose workgroups are too small for kernels. */
function requireThreads(device: GPUDevice): void {
  const { limits } = device;
  for (const name of ["maxComputeInvocationsPerWorkgroup", "maxComputeWorkgroupSizeX"] as const)
    if (limits[name] < threads)
      throw new BackendError(
        `webgpu: kernels have up to ${threads} threads in a workgroup, more than ${name} = ${limits[name]} of ${adapterName(device)}. Request the device with a higher limit, or use another backend, such as wasm.`,
      );
}

async function newDevice(options: WebGpuOptions): Promise<GPUDevice> {
  const gpu = await findGpu();
  const adapter = await gpu.requestAdapter(
    options.powerPreference === undefined ? {} : { powerPreference: options.powerPreference },
  );
  if (adapter === null)
    throw new BackendError(
      "webgpu: there is no adapter: this machine has no GPU or driver that WebGPU can use (on Linux: Vulkan; without a GPU, VK_DRIVER_FILES can name a software driver such as SwiftShader; headless Chromium needs --enable-unsafe-webgpu). Or use another backend, such as wasm.",
    );
  const requiredLimits: Record<string, number> = {};
  for (const name of raised) requiredLimits[name] = adapter.limits[name];
  try {
    return await adapter.requestDevice({
      label: "cresset",
      requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
      requiredLimits,
    });
  } catch (error) {
    throw new BackendError(`webgpu: the adapter gives no device: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/** The most bytes of a binding, and which limit of the device says so. */
export function bindingLimit({ maxBufferSize, maxStorageBufferBindingSize }: GPUSupportedLimits): Limit {
  return maxBufferSize < maxStorageBufferBindingSize
    ? { name: "maxBufferSize", bytes: maxBufferSize }
    : { name: "maxStorageBufferBindingSize", bytes: maxStorageBufferBindingSize };
}

/** How the device's messages name what is made here, other than what a page makes on a device of its own. */
export const labelled = (what: string): string => `cresset: ${what}`;

/** Whether a device's message is about something that was made here. */
export const isAbout = (message: string): boolean => message.includes(labelled(""));

/** Whether the adapter is a program for ordinary processors. */
export function isSoftware(device: GPUDevice): boolean {
  const { vendor, architecture, description, isFallbackAdapter } = device.adapterInfo ?? {};
  const names = `${vendor} ${architecture} ${description}`.toLowerCase();
  return isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/.test(names);
}

/** The adapter's name for people. */
export function adapterName(device: GPUDevice): string {
  const { vendor, architecture, device: model, description } = device.adapterInfo ?? {};
  return description || [vendor, architecture, model].filter(Boolean).join(" ") || "an adapter without a name";
}

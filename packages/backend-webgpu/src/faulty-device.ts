/** For tests: a device that fails when it is told to, in the ways in which real ones do. */
import { labelled, openDevice } from "./adapter.ts";
import { useSoftwareDriver } from "./testing.ts";

/** What is to fail. Nothing does at first. */
export interface Faults {
  /** Buffers for which there is no memory. */
  noMemory(descriptor: GPUBufferDescriptor): boolean;
  /** Kernels that cannot be compiled, and kernels whose operands cannot be bound, by name. */
  noPipeline(kernel: string): boolean;
  noGroup(kernel: string): boolean;
  /** What the device takes a kernel's text for. */
  misread(code: string): string;
  /** Error scopes pushed, and bind groups created so far; the most workgroups in a dimension. */
  scopes: number;
  groups: number;
  largestDispatch: number;
  /** Most storage buffers in a group. */
  storageBuffers: number;
}

type Limits = Partial<Record<keyof GPUSupportedLimits, number>>;

const inherited = (target: object, name: string | symbol): unknown => {
  const value = Reflect.get(target, name, target);
  return typeof value === "function" ? value.bind(target) : value;
};

/** A device of the software driver, behind which one can make things fail. @param limits what it says of some of its limits. */
export async function faultyDevice(limits: Limits = {}): Promise<{ device: GPUDevice; faults: Faults }> {
  useSoftwareDriver();
  const real = await openDevice({});
  const never = (): boolean => false;
  const faults: Faults = {
    noMemory: never,
    noPipeline: never,
    noGroup: never,
    misread: (code) => code,
    scopes: 0,
    groups: 0,
    largestDispatch: 0,
    storageBuffers: 0,
  };
  const scopes: { readonly filter: GPUErrorFilter; error: GPUError | null }[] = [];

  /** Something that the device refuses, without a word about it to the caller's scopes. */
  const invalid = <T>(make: () => T): T => {
    real.pushErrorScope("validation");
    const made = make();
    void real.popErrorScope();
    return made;
  };

  const overrides: Partial<GPUDevice> = {
    pushErrorScope(filter) {
      faults.scopes++;
      scopes.push({ filter, error: null });
      return real.pushErrorScope(filter);
    },
    async popErrorScope() {
      const scope = scopes.pop();
      const error = await real.popErrorScope();
      return scope?.error ?? error;
    },
    createBuffer(descriptor) {
      const label = descriptor.label?.replace(labelled(""), "");
      if (!faults.noMemory({ ...descriptor, label })) return real.createBuffer(descriptor);
      const scope = scopes.findLast(({ filter }) => filter === "out-of-memory");
      if (scope === undefined) throw new Error(`nobody watches the creation of ${descriptor.label}`);
      scope.error ??= { message: "as the test wants it" };
      // MAP_READ and STORAGE do not go together.
      return invalid(() => real.createBuffer({ ...descriptor, usage: 0x0081 }));
    },
    createBindGroupLayout(descriptor) {
      const storage = [...descriptor.entries].filter(({ buffer }) => buffer?.type?.endsWith("storage"));
      faults.storageBuffers = Math.max(faults.storageBuffers, storage.length);
      return real.createBindGroupLayout(descriptor);
    },
    createBindGroup(descriptor) {
      faults.groups++;
      const entries = faults.noGroup(descriptor.label ?? "") ? [] : descriptor.entries;
      return real.createBindGroup({ ...descriptor, entries });
    },
    createShaderModule(descriptor) {
      return real.createShaderModule({ ...descriptor, code: faults.misread(descriptor.code) });
    },
    createComputePipelineAsync(descriptor) {
      const entryPoint = faults.noPipeline(descriptor.label ?? "") ? "absent" : descriptor.compute.entryPoint;
      return real.createComputePipelineAsync({ ...descriptor, compute: { ...descriptor.compute, entryPoint } });
    },
    createCommandEncoder(descriptor) {
      const encoder = real.createCommandEncoder(descriptor);
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = (of) => {
        const pass = begin(of);
        const dispatch = pass.dispatchWorkgroups.bind(pass);
        pass.dispatchWorkgroups = (x, y, z) => {
          faults.largestDispatch = Math.max(faults.largestDispatch, x, y ?? 1);
          dispatch(x, y, z);
        };
        return pass;
      };
      return encoder;
    },
  };
  const device = new Proxy(real, {
    get(target, name) {
      if (name === "limits")
        return new Proxy(target.limits, { get: (all, limit) => Reflect.get(limits, limit) ?? inherited(all, limit) });
      return Reflect.get(overrides, name) ?? inherited(target, name);
    },
  });
  return { device, faults };
}

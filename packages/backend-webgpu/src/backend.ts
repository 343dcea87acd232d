import {
  type Backend,
  type BackendBuffer,
  BackendError,
  type DType,
  type Executable,
  Pressure,
} from "@cresset/core/backend";
import { abilitiesOf } from "./abilities.ts";
import { bindingLimit, openDevice, type WebGpuOptions } from "./adapter.ts";
import { Engine } from "./engine.ts";
import { WebGpuExecutable } from "./executable.ts";
import { explainProgram } from "./explain.ts";
import { defaultHeapBytes, usualHeapBytes, webGpuBuffer } from "./memory/buffer.ts";

const dtypes: ReadonlySet<DType> = new Set<DType>([
  "float32",
  "float16",
  "int64",
  "int32",
  "int16",
  "int8",
  "uint8",
  "bool",
]);

/** What programs are explained for before a device is there. */
const usualFacilities = {
  half: false,
  heapBytes: defaultHeapBytes,
  cooperative: true,
  subgroups: true,
  loopSteps: Number.POSITIVE_INFINITY,
  workgroupBytes: 32_768,
  storageBuffers: 8,
  binding: { name: "maxStorageBufferBindingSize", bytes: 128 * 1024 ** 2 },
};

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

function executableOf(executable: Executable): WebGpuExecutable {
  if (executable instanceof WebGpuExecutable) return executable;
  throw new BackendError("webgpu: this program was compiled by another backend");
}

/** What a page's own WebGPU code can use of the backend. */
export interface WebGpuBackend extends Backend {
  /** The device. @throws BackendError before the backend is registered. */
  readonly device: GPUDevice;
  /**
   * Where a value lies on the device, once all that was asked for so far has been submitted: float32, int32 and int16, int8 as
   * 32-bit numbers, int64 as two words (low first), bool as 0 and 1. Good for commands that are submitted before anything else is
   * asked of the backend: small values may move. `deviceBuffer` of `@cresset/core/extend` gives a tensor's buffer.
   *
   * @example
   * const { buffer, offset, size } = await backend.share(deviceBuffer(x));
   */
  share(buffer: BackendBuffer): Promise<{ readonly buffer: GPUBuffer; readonly offset: number; readonly size: number }>;
  /**
   * A value over a buffer of the same device, made with the usages STORAGE, COPY_SRC and COPY_DST, without a copy: for
   * `fromDeviceBuffer` of `@cresset/core/extend`. The buffer is not destroyed when the value is given back.
   *
   * @throws BackendError if the buffer is too small, or small enough for the heap (1 MiB unless `heapBytes` says otherwise), which
   * is a buffer of its own: copy such a value instead.
   */
  adopt(buffer: GPUBuffer, dtype: DType, length: number): BackendBuffer;
}

/**
 * The WebGPU backend: kernels become WGSL at run time. Every dtype but float64; values are read asynchronously. In browsers and
 * Deno it uses `navigator.gpu`, in Node the package `webgpu`, which is to be installed beside it.
 *
 * @throws BackendError (when it is registered) where there is no WebGPU, or no adapter.
 * @example await registerBackend(webgpu());
 */
export function webgpu(options: WebGpuOptions = {}): WebGpuBackend {
  let opened: Engine | undefined;
  // Values leave when their content has arrived: what is left may be on its way.
  const pressure = new Pressure(options.memoryLimit ?? 4 * gibibyte, 256 * mebibyte, (count) => count + 16_384);
  const engine = (): Engine => {
    if (opened === undefined) throw new BackendError("webgpu: not started: await registerBackend(webgpu())");
    return opened;
  };
  return {
    name: "webgpu",
    get device() {
      return engine().device;
    },
    share: (buffer) => engine().share(webGpuBuffer(buffer)),
    adopt: (buffer, dtype, length) => engine().adopt(buffer, dtype, length),
    dtypes,
    synchronous: false,
    get memoryLimit() {
      return pressure.limit;
    },
    crowded() {
      const { allocator, pressure: ofHeap } = engine().heap;
      const bytes = ofHeap.leaving(4 * allocator.used);
      return bytes === 0 ? null : { bytes, holds: (buffer) => webGpuBuffer(buffer).own === null };
    },
    async initialize() {
      const device = await openDevice(options);
      const heapBytes = options.heapBytes ?? usualHeapBytes(bindingLimit(device.limits));
      opened = new Engine(device, await abilitiesOf(device, options), heapBytes, options.device !== undefined);
      await opened.opened();
    },
    allocate(dtype, length) {
      const buffer = engine().allocate(dtype, length);
      pressure.allocated(buffer.bytes);
      return buffer;
    },
    release(buffer) {
      pressure.released();
      engine().release(webGpuBuffer(buffer));
    },
    write(buffer, data) {
      const given = webGpuBuffer(buffer);
      if (data.length !== given.length) {
        const got = `${data.constructor.name} of ${data.length}`;
        throw new BackendError(`webgpu: a ${given.dtype} buffer of ${given.length} elements cannot hold a ${got}`);
      }
      engine().write(given, data);
      pressure.written(data, given.bytes);
    },
    writeLater(buffer, data) {
      const given = webGpuBuffer(buffer);
      engine().writeLater(given, data);
      data.then(
        (array) => pressure.written(array, given.bytes),
        () => undefined,
      );
    },
    intact(buffer) {
      const { own, failed } = webGpuBuffer(buffer);
      return failed === null && (own === null || own.creation.error === null);
    },
    async read(buffer) {
      const given = webGpuBuffer(buffer);
      const [array] = await engine().readMany([given]);
      pressure.read(array, given.bytes);
      return array;
    },
    async readMany(buffers) {
      const arrays = await engine().readMany(buffers.map(webGpuBuffer));
      for (const array of arrays) pressure.read(array, array.byteLength);
      return arrays;
    },
    compile: (program) => engine().compile(program),
    run: (executable, buffers, args, restore) =>
      engine().run(executableOf(executable), buffers.map(webGpuBuffer), args, restore),
    profile: (listener) => engine().profile(listener),
    explain: (program) => explainProgram(program, opened?.facilities ?? usualFacilities),
    info() {
      const current = engine();
      const { adapter, facilities, pipelines, pool, staging } = current;
      const { allocator } = current.heap;
      return {
        adapter,
        half: facilities.half,
        cooperative: facilities.cooperative,
        subgroups: facilities.subgroups,
        timestamps: engine().timestamps,
        storageBuffers: facilities.storageBuffers,
        kernels: pipelines.size,
        dispatches: current.dispatches,
        submissions: current.submissions,
        watchedLaunches: current.watched,
        buffersCreated: current.buffersCreated,
        memoryLimit: pressure.limit,
        values: pressure.buffers,
        heapBytes: 4 * allocator.capacity,
        heapUsedBytes: 4 * allocator.used,
        bufferBytes: pool.usedBytes,
        idleBufferBytes: pool.idleBytes + staging.idleBytes,
      };
    },
  };
}

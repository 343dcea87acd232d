import type { Backend, BackendBuffer } from "../backend/backend.ts";
import { type DType, dtypes, type HostArray } from "../dtype/dtype.ts";
import { DeviceError, DTypeError } from "../errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { firstSince } from "../graph/order.ts";
import { ProgramCache } from "./cache.ts";
import { DirtyStorages } from "./dirty.ts";
import { later } from "./later.ts";
import type { Outcome } from "./outcome.ts";
import { Slot } from "./slot.ts";

/** Counts of what a device has done since it was registered; for tests and benchmarks. */
export interface DeviceStatistics {
  compilations: number;
  runs: number;
  commands: number;
  /** Nodes computed, and how many of those a program had computed before. */
  computed: number;
  recomputed: number;
  buffersAllocated: number;
  bytesAllocated: number;
}

/** Bytes that cost a host array less than a buffer. */
const smallResult = 64;

/** A registered backend with what the runtime knows about it: pending nodes, compiled programs, buffers. */
export class Device {
  readonly backend: Backend;
  readonly name: string;
  /** Nodes that no program has computed yet, in creation order. */
  journal: Node[] = [];
  /** Bytes of the data that pending nodes were the first to use. */
  pendingBytes = 0;
  /** The journal's length at which to look for results that nobody reads. */
  nextLook = 2048;
  /** Storages whose newest version is pending. */
  readonly dirty = new DirtyStorages();
  readonly cache = new ProgramCache();
  readonly statistics: DeviceStatistics = {
    compilations: 0,
    runs: 0,
    commands: 0,
    computed: 0,
    recomputed: 0,
    buffersAllocated: 0,
    bytesAllocated: 0,
  };
  /** Number of the running evaluation, for least-recent use. */
  clock = 0;
  /** Slots with a buffer, each at the index that it knows; in no order. */
  readonly #registry: Slot[] = [];
  /** Of buffers allocated and not given back. */
  #bytes = 0;
  /** Of those buffers whose values are on their way to the host. */
  leavingBytes = 0;
  /** For asynchronous devices. */
  readonly later: typeof later | null;

  constructor(backend: Backend, whatIsLater: typeof later | null) {
    this.backend = backend;
    this.later = whatIsLater;
    this.name = backend.name;
  }

  /** @throws DTypeError where the backend lacks the dtype. */
  requireDtype(dtype: DType): void {
    if (!this.backend.dtypes.has(dtype)) {
      const have = dtypes.filter((d) => this.backend.dtypes.has(d)).join(", ");
      throw new DTypeError(
        `the device "${this.name}" has no ${dtype}; it has ${have}. Convert with .to(dtype), or use another device.`,
      );
    }
  }

  allocate(dtype: DType, length: number, bytes: number): BackendBuffer {
    if (this.#bytes + bytes > this.backend.memoryLimit)
      this.#relieve(() => this.#bytes - this.leavingBytes + bytes <= this.backend.memoryLimit / 2);
    const crowd = this.backend.crowded?.();
    if (crowd) this.#relieve((moved) => moved >= crowd.bytes, crowd.holds);
    this.statistics.buffersAllocated++;
    this.statistics.bytesAllocated += bytes;
    const buffer = this.backend.allocate(dtype, length);
    this.#bytes += bytes;
    return buffer;
  }

  /** Gives a buffer back to the backend. */
  free(buffer: BackendBuffer, bytes: number): void {
    this.#bytes -= bytes;
    this.backend.release(buffer);
  }

  /** Takes nodes out of the journal, of which none is older than number `oldest`: what is older is not looked at. */
  strike(oldest: number, isGone: (node: Node) => boolean): void {
    const { journal } = this;
    let kept = firstSince(journal, oldest);
    for (let i = kept; i < journal.length; i++) {
      const node = journal[i];
      if (isGone(node)) this.pendingBytes -= node.heldBytes;
      else journal[kept++] = node;
    }
    journal.length = kept;
  }

  /** Gives a value the buffer that a program has written for it. */
  place(value: Value, buffer: BackendBuffer, outcome: Outcome | null = null): void {
    const slot = new Slot(buffer, null, value.type.bytes);
    slot.outcome = outcome;
    value.slot = slot;
    this.#register(slot);
  }

  /** Takes a value's slot away, and gives back its buffer for another use. */
  unplace(value: Value): BackendBuffer | null {
    const slot = value.slot;
    if (slot === null) return null;
    value.slot = null;
    this.#unregister(slot);
    return slot.buffer;
  }

  /** A ready value's buffer, filled from its host array if need be. */
  bufferOf(value: Value): BackendBuffer {
    const slot = value.slot;
    if (slot === null) throw new Error("a value without data was bound to a program");
    let buffer = slot.buffer;
    if (buffer !== null && slot.host !== null && this.backend.intact?.(buffer) === false) {
      this.unlink(slot, buffer);
      buffer = null;
    }
    if (buffer === null) {
      const host = slot.host;
      if (host === null) throw new Error("a value without data was bound to a program");
      buffer = this.allocate(value.type.dtype, value.type.numel, slot.bytes);
      this.backend.write(buffer, host);
      slot.buffer = buffer;
      this.#register(slot);
    }
    slot.used = this.clock;
    return buffer;
  }

  /**
   * The content of a value's buffer, copied at once. What is small was mostly read for good, as a loss in each iteration: it
   * leaves its buffer now, which is less work than to look for it when there are too many.
   */
  contentOf(slot: Slot, buffer: BackendBuffer, persistent: boolean): HostArray | undefined {
    const content = this.backend.readSync?.(buffer);
    if (content !== undefined && slot.bytes <= smallResult && !persistent && slot.registered >= 0) {
      slot.host = content.slice();
      this.unlink(slot, buffer);
    }
    return content;
  }

  #register(slot: Slot): void {
    slot.used = this.clock;
    if (this.backend.memoryLimit === Number.POSITIVE_INFINITY) return;
    if (slot.registered < 0) slot.registered = this.#registry.push(slot) - 1;
  }

  #unregister(slot: Slot): void {
    if (slot.registered < 0) return;
    const last = this.#registry.pop() as Slot;
    if (last !== slot) {
      this.#registry[slot.registered] = last;
      last.registered = slot.registered;
    }
    slot.registered = -1;
  }

  /**
   * Moves values that were not used lately to host arrays until so many bytes are moved that it is enough; what user code dropped
   * is then garbage.
   *
   * @param concerns where only some buffers are to make room.
   */
  #relieve(enough: (moved: number) => boolean, concerns?: (buffer: BackendBuffer) => boolean): void {
    const byAge = [...this.#registry].sort((a, b) => a.used - b.used);
    const leaving: Slot[] = [];
    let moved = 0;
    for (const slot of byAge) {
      if (enough(moved)) break;
      const { buffer } = slot;
      if (slot.used === this.clock || buffer === null || slot.leaving || concerns?.(buffer) === false) continue;
      moved += slot.bytes;
      if (slot.host === null) {
        if (this.backend.readSync === undefined) {
          slot.leaving = true;
          this.leavingBytes += slot.bytes;
          leaving.push(slot);
          continue;
        }
        slot.host = this.backend.readSync(buffer);
      }
      this.unlink(slot, buffer);
    }
    if (leaving.length > 0) void this.later?.relieve(this, leaving);
  }

  /** A slot whose value the host has gives back its buffer. */
  unlink(slot: Slot, buffer: BackendBuffer): void {
    slot.buffer = null;
    this.#unregister(slot);
    this.free(buffer, slot.bytes);
  }
}

const devices = new Map<string, Device>();
/** Backends that could not start here, and why. */
const unavailable = new Map<string, string>();
let defaultDevice: Device | undefined;

/**
 * Makes a backend available as a device under its name. The first one registered becomes the default.
 *
 * @throws BackendError if the backend cannot start; DeviceError if the name is taken by another backend.
 * @example
 * await registerBackend(cpu());
 * setDefaultDevice("cpu");
 */
export async function registerBackend(backend: Backend): Promise<void> {
  await backend.initialize?.();
  addDevice(backend, isSynchronous(backend) ? null : later);
}

/**
 * Registers a backend that needs no asynchronous start and whose values can be read at once.
 *
 * @throws BackendError if the backend cannot start; DeviceError if it is asynchronous.
 */
export function registerBackendSync(backend: Backend): void {
  if (!isSynchronous(backend) || backend.initialize?.() instanceof Promise)
    throw new DeviceError(`the backend "${backend.name}" is asynchronous: await registerBackend(…)`);
  addDevice(backend, null);
}

const isSynchronous = ({ synchronous, readSync }: Backend): boolean => synchronous && readSync !== undefined;

function addDevice(backend: Backend, whatIsLater: typeof later | null): void {
  const device = new Device(backend, whatIsLater);
  devices.set(backend.name, device);
  unavailable.delete(backend.name);
  if (defaultDevice === undefined || defaultDevice.name === backend.name) defaultDevice = device;
}

/** @throws DeviceError if no backend of that name is registered; `what` the name could have been. */
export function deviceNamed(name: string, what = "device"): Device {
  const device = devices.get(name);
  if (device === undefined) {
    const known = [...devices.keys()].map((n) => `"${n}"`).join(", ");
    const registered = known === "" ? "no backend is registered" : `registered are ${known}`;
    const why = unavailable.get(name) ?? "Register one: await registerBackend(…)";
    throw new DeviceError(`no ${what} "${name}": ${registered}. ${why}`);
  }
  return device;
}

/** Names of the registered devices. */
export function deviceNames(): string[] {
  return [...devices.keys()];
}

/** Sets the device on which tensors are created. @throws DeviceError if it is not registered. */
export function setDefaultDevice(name: string): void {
  defaultDevice = deviceNamed(name);
}

/** The name of the device on which tensors are created. */
export function getDefaultDevice(): string {
  return currentDevice().name;
}

export function currentDevice(): Device {
  if (defaultDevice === undefined)
    throw new DeviceError(
      'no backend is registered: import { cpu } from "@cresset/backend-cpu"; await registerBackend(cpu())',
    );
  return defaultDevice;
}

/** Remembers why a backend could not start here, for errors and for `deviceInfo`. */
export function noteUnavailable(name: string, why: string): void {
  unavailable.set(name, why);
}

/**
 * Facts about a device on this machine: whether it has vector instructions, how many threads, and why something is off; also
 * why a backend that would be there could not start.
 *
 * @param name default: the default device.
 * @throws DeviceError if it is not registered.
 * @example console.log(deviceInfo()); // { simd: true, threads: 8, … }
 */
export function deviceInfo(name: string = currentDevice().name): Record<string, string | number | boolean> {
  const info = { ...deviceNamed(name).backend.info() };
  for (const [other, why] of unavailable) info[`why no ${other}`] = why;
  return info;
}

/** Counts of what a device has done: programs compiled, run, buffers allocated. */
export function deviceStatistics(name: string = currentDevice().name): Readonly<DeviceStatistics> {
  return deviceNamed(name).statistics;
}

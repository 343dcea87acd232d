import {
  type Argument,
  type Call,
  castArgument,
  type DType,
  type Executable,
  type Kernel,
  type Program,
} from "@cresset/core/backend";
import { type CallLayout, callLayout, headerWords } from "./call-layout.ts";
import {
  requireBindings,
  requirePacked,
  requirePoints,
  requireSteps,
  requireTemporary,
  requireWorkgroups,
} from "./limits.ts";
import type { Limit } from "./memory/pool.ts";
import { planSlots, type SlotPlan } from "./memory/temporaries.ts";
import { withPasses } from "./passes.ts";
import type { Pipeline } from "./pipelines.ts";
import { both } from "./ready.ts";
import { type Calls, type Guard, type KernelPlan, planKernel, takesFours } from "./wgsl/compile.ts";
import { type OwnPlace, type Placement, placeOperands } from "./wgsl/placement.ts";
import type { Machine } from "./wgsl/plan.ts";
import { bytesOfStorage, heapBytesOf, ownBytesOf } from "./wgsl/types.ts";

/** What of the adapter decides how programs are laid out. */
export interface Facilities extends Machine {
  /** Whether large float16 values hold two to a word. */
  readonly half: boolean;
  readonly storageBuffers: number;
  /** The most bytes of a binding, of which a value may take several. */
  readonly binding: Limit;
  /** The most bytes of a buffer. */
  readonly largest: Limit;
  readonly workgroupsPerDimension: number;
  readonly adapter: string;
  pipeline(kernel: Kernel, plan: KernelPlan, placement: Placement, guard: Guard, calls: Calls): Pipeline;
}

/** One dispatch: a kernel over one call, or over several whose operands are all in the heap. */
export interface Dispatch {
  readonly kernel: Kernel;
  readonly calls: number;
  readonly pipeline: Pipeline;
  /** Program buffers, or parts of them, that are bound by themselves, in the order of their bindings. */
  readonly own: readonly Range[];
  readonly heap: boolean;
  /** Program buffers that are copied into one for the kernel, and from it if they are written; with their bytes. */
  readonly packed: readonly Packed[];
  readonly packedBytes: number;
  readonly status: boolean;
  /** Where its parameters begin, in bytes. */
  readonly offset: number;
  readonly workgroups: readonly [number, number];
  /** Bind groups used lately, with the identities of what they bind. */
  readonly groups: { readonly ids: readonly number[]; readonly group: GPUBindGroup }[];
}

/** Bytes of a program buffer. */
export interface Range {
  readonly buffer: number;
  readonly start: number;
  readonly bytes: number;
}

export interface Packed extends Range {
  readonly read: boolean;
  readonly written: boolean;
}

/** Calls of a kernel that one dispatch may take. */
interface Group {
  readonly kernel: Kernel;
  readonly layout: CallLayout;
  readonly guard: Guard;
  readonly placement: Placement;
  readonly plan: KernelPlan;
  readonly calls: Call[];
  readonly plans: KernelPlan[];
}

/** A word of the parameters that each run writes anew. */
interface OffsetPatch {
  readonly word: number;
  readonly buffer: number;
}
interface ArgumentPatch {
  readonly word: number;
  readonly slot: number;
  readonly dtype: DType;
}

/** Dynamic offsets of uniform buffers must be multiples of this on every adapter. */
const alignment = 256;
const mostWords = 4096 * 4;

const words = new Uint32Array(2);
const singles = new Float32Array(words.buffer);
const longs = new BigInt64Array(words.buffer);

/** Also what has no bytes is bound. Every buffer of the pool is larger. */
const smallestBinding = 16;

/** A program laid out as dispatches and the words of their parameters. */
export class WebGpuExecutable implements Executable {
  readonly program: Program;
  readonly dispatches: readonly Dispatch[];
  /** Program buffers that callers give, in order. */
  readonly external: readonly number[];
  /** Checks in the order of the commands that make them: a kernel reports positions in this list. */
  readonly checks: readonly number[];
  /** Small temporaries share one block of the heap, at these words; large ones have slots, each a buffer. */
  readonly smallTemporaries: ReadonlyMap<number, number>;
  readonly smallWords: number;
  readonly largeTemporaries: SlotPlan;
  readonly parameters: Uint32Array<ArrayBuffer>;
  /** Whether the device took the last launch of which that is known, and launches of which it is not. */
  accepted = false;
  watched = 0;
  #kernels: string | undefined;
  readonly #offsets: OffsetPatch[] = [];
  readonly #arguments: ArgumentPatch[] = [];
  readonly #status: number[] = [];

  /** The program as it is run, and the values of its last arguments, which are the same in every run. */
  readonly #passes: Program;
  readonly #constants: readonly number[];

  /** @param onlyIfFailed whether it is to run only if a check of the run before has failed. */
  constructor(given: Program, facilities: Facilities, onlyIfFailed = false) {
    this.program = given;
    const { program, constants } = withPasses(given, facilities);
    this.#passes = program;
    this.#constants = constants;
    this.external = program.buffers.flatMap((buffer, i) => (buffer.role === "temporary" ? [] : [i]));
    this.checks = [...new Set(program.commands.flatMap(({ calls }) => calls.flatMap((call) => call.checks)))];
    const small = new Map<number, number>();
    const large = new Map<number, number>();
    program.buffers.forEach(({ role, dtype, length }, i) => {
      if (role !== "temporary") return;
      const bytes = heapBytesOf(dtype, length);
      if (bytes <= facilities.heapBytes) small.set(i, Math.max(4, Math.ceil(bytes / 16) * 4));
      else large.set(i, ownBytesOf(dtype, length, facilities.half));
    });
    const smallPlan = planSlots(program.commands, small);
    const starts: number[] = [];
    let at = 0;
    for (const size of smallPlan.sizes) {
      starts.push(at);
      at += size;
    }
    this.smallWords = at;
    this.smallTemporaries = new Map([...smallPlan.slotOf].map(([buffer, slot]) => [buffer, starts[slot]]));
    this.largeTemporaries = planSlots(program.commands, large);
    for (const { kernel, calls } of program.commands)
      for (const buffer of calls.flatMap((call) => call.buffers))
        requireTemporary(kernel, large.get(buffer) ?? 0, facilities);
    const list: number[] = [];
    this.dispatches = this.#layOut(facilities, list, onlyIfFailed);
    this.parameters = Uint32Array.from(list);
  }

  /** The names of its kernels, or of the first few, for people. */
  get kernels(): string {
    if (this.#kernels === undefined) {
      const names = [...new Set(this.dispatches.map(nameOf))];
      this.#kernels =
        names.length <= 4 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
    }
    return this.#kernels;
  }

  /** Whether the device will take the next launch. */
  get proven(): boolean {
    return this.accepted && this.watched === 0;
  }

  /** Pipelines that are still being compiled. */
  get pending(): Promise<unknown> | null {
    let pending: Promise<unknown> | null = null;
    for (const { pipeline } of this.dispatches) pending = both(pending, pipeline.ready);
    return pending;
  }

  #layOut(facilities: Facilities, list: number[], onlyIfFailed: boolean): Dispatch[] {
    const program = this.#passes;
    const groups: Group[] = [];
    const inHeap = program.buffers.map(({ dtype, length }) => heapBytesOf(dtype, length) <= facilities.heapBytes);
    const bytes = program.buffers.map(({ dtype, length }) => ownBytesOf(dtype, length, facilities.half));
    program.commands.forEach(({ kernel, calls }, n) => {
      const unlessFailed = n >= program.stateFrom && this.checks.length > 0;
      const guard: Guard = onlyIfFailed ? "if failed" : unlessFailed ? "unless failed" : "none";
      const layout = callLayout(kernel);
      const together = new Map<string, Group>();
      for (const call of calls) {
        requirePoints(kernel, call.extents, facilities);
        const plan = planKernel(kernel, call.extents, facilities);
        if (plan.workgroups === 0) continue;
        requireSteps(kernel, plan.steps, facilities);
        const operands = kernel.operands.map((operand, i) => ({
          ...operand,
          inHeap: inHeap[call.buffers[i]],
          bytes: bytes[call.buffers[i]],
          fours: takesFours(plan, i),
        }));
        const status = kernel.checks > 0 || guard !== "none" ? 1 : 0;
        const { half, storageBuffers, binding } = facilities;
        const placement = placeOperands(operands, { half, count: storageBuffers - status, bytes: binding.bytes });
        const bound = placement.own + (placement.heap ? 1 : 0) + (placement.packed >= 0 ? 1 : 0) + status;
        const parts = Math.max(...placement.places.map((place) => (place.kind === "own" ? place.parts : 0)));
        requireBindings(kernel, bound, parts, facilities);
        const key = `${plan.key} ${placement.key}`;
        const group = together.get(key);
        const full = group !== undefined && headerWords + (group.calls.length + 1) * layout.words > mostWords;
        if (group === undefined || placement.own > 0 || placement.packed >= 0 || full) {
          const begun: Group = { kernel, layout, guard, placement, plan, calls: [call], plans: [plan] };
          together.set(key, begun);
          groups.push(begun);
        } else {
          group.calls.push(call);
          group.plans.push(plan);
        }
      }
    });
    // A kernel that is sometimes called alone and sometimes not is compiled once.
    const keyOf = ({ kernel, plan, placement, guard }: Group): string =>
      `${plan.key} ${placement.key} ${guard} ${kernel.key}`;
    const several = new Set(groups.filter(({ calls }) => calls.length > 1).map(keyOf));
    return groups.map((group) =>
      this.#dispatch(facilities, list, group, several.has(keyOf(group)) ? "several" : "one"),
    );
  }

  #dispatch(facilities: Facilities, list: number[], group: Group, count: Calls): Dispatch {
    const { kernel, layout, guard, placement, plan, calls, plans } = group;
    while (list.length % (alignment / 4) !== 0) list.push(0);
    const start = list.length;
    const total = plans.reduce((sum, { workgroups }) => sum + workgroups, 0);
    list.push(calls.length, total, 0, 0);
    this.#status.push(start + 2);
    let workgroup = 0;
    const packed: Packed[] = [];
    let packedBytes = 0;
    calls.forEach((call, c) => {
      const base = start + headerWords + c * layout.words;
      for (let i = 0; i < layout.words; i++) list.push(0);
      list[base + layout.workgroup] = workgroup;
      workgroup += plans[c].workgroups;
      placement.places.forEach((place, i) => {
        const buffer = call.buffers[i];
        if (place.kind === "heap") this.#offsets.push({ word: base + layout.operand(i), buffer });
        if (place.kind !== "packed") return;
        const { access, dtype } = kernel.operands[i];
        const bytes = heapBytesOf(dtype, this.#passes.buffers[buffer].length);
        list[base + layout.operand(i)] = packedBytes / 4;
        packed.push({ buffer, start: packedBytes, bytes, read: access !== "write", written: access !== "read" });
        packedBytes += bytes;
      });
      call.extents.forEach((extent, axis) => {
        list[base + layout.extent(axis)] = extent;
      });
      call.checks.forEach((check, i) => {
        list[base + layout.check(i)] = this.checks.indexOf(check);
      });
      for (const { slot, dtype, word } of layout.arguments) {
        const from = call.arguments[slot];
        const given = this.program.arguments;
        if (from < given) this.#arguments.push({ word: base + word, slot: from, dtype });
        else list[base + word] = this.#constants[from - given];
      }
    });
    const rangesOf = ({ parts, storage, partLength }: OwnPlace, buffer: number): Range[] => {
      const { dtype, length } = this.#passes.buffers[buffer];
      const most = partLength * bytesOfStorage(storage);
      const bytes = ownBytesOf(dtype, length, facilities.half);
      return Array.from({ length: parts }, (_, part) => {
        const start = part * most;
        return { buffer, start, bytes: Math.min(bytes - start, most) || smallestBinding };
      });
    };
    requirePacked(kernel, packedBytes, facilities);
    requireWorkgroups(kernel, total, facilities);
    const width = Math.min(total, facilities.workgroupsPerDimension);
    const height = Math.ceil(total / width);
    return {
      kernel,
      calls: calls.length,
      pipeline: facilities.pipeline(kernel, plan, placement, guard, count),
      own: placement.places.flatMap((place, i) => (place.kind === "own" ? rangesOf(place, calls[0].buffers[i]) : [])),
      heap: placement.heap,
      packed,
      packedBytes: packedBytes || smallestBinding,
      status: kernel.checks > 0 || guard !== "none",
      offset: 4 * start,
      workgroups: [width, height],
      groups: [],
    };
  }

  /** Writes what differs from run to run. */
  fill(offsetOf: (buffer: number) => number, args: readonly Argument[], status: number): void {
    const { parameters } = this;
    for (const word of this.#status) parameters[word] = status;
    for (const { word, buffer } of this.#offsets) parameters[word] = offsetOf(buffer);
    for (const { word, slot, dtype } of this.#arguments) {
      const value = args[slot];
      switch (dtype) {
        case "float64":
        case "float32":
        case "float16":
          singles[0] = Number(castArgument(value, dtype === "float64" ? "float32" : dtype));
          parameters[word] = words[0];
          break;
        case "int64":
          longs[0] = BigInt(castArgument(value, dtype));
          parameters[word] = words[0];
          parameters[word + 1] = words[1];
          break;
        default:
          parameters[word] = Number(castArgument(value, dtype));
      }
    }
  }
}

export const nameOf = ({ kernel }: Dispatch): string => `the kernel ${kernel.name} (${kernel.kind})`;

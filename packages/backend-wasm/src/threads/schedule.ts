/** Which thread does what of a program. */
import type { Call, Command, Kernel, Program } from "@cresset/core/backend";
import { bytesOf } from "@cresset/core/backend";
import { axesToCut, type Part } from "../lowering/ranges.ts";
import { callTime } from "./work.ts";

/** A call of the program by its number, whole or a part of it; "barrier": wait for all threads. */
export type Step = "barrier" | { readonly call: number; readonly part: Part | undefined };

export interface Schedule {
  /** Steps of each thread: of the commands before `stateFrom`, and of those from there on. Each ends with a barrier. */
  readonly before: readonly (readonly Step[])[];
  readonly state: readonly (readonly Step[])[];
  /** Nanoseconds that it should take, and that it should save against one thread. */
  readonly time: number;
  readonly gain: number;
}

/** What work is worth sharing, in nanoseconds. */
export interface Thresholds {
  /** Of a call that is worth cutting. */
  readonly cutting: number;
  /** Of a call that is worth giving to another thread. */
  readonly giving: number;
  /** What it costs that all threads wait for each other. */
  readonly barrier: number;
  /** What a program must save: where workers are awake, and where they have to be woken. */
  readonly awake: number;
  readonly asleep: number;
  /** Whether that is all that counts, whatever the clock says. */
  readonly always: boolean;
}

export const large: Thresholds = {
  cutting: 4000,
  giving: 1000,
  barrier: 500,
  awake: 20_000,
  asleep: 50_000,
  always: false,
};
/** Everything is shared that can be: for tests. */
export const everything: Thresholds = {
  cutting: 0,
  giving: 0,
  barrier: 0,
  awake: -1e12,
  asleep: -1e12,
  always: true,
};
/** Accesses that are remembered between barriers. */
const mostAccesses = 256;

interface Access {
  /** The buffer, or −1 for the arena, and the bytes there. */
  readonly place: number;
  readonly start: number;
  readonly end: number;
  readonly writes: boolean;
  /** The one thread that does it; −1: several. */
  readonly thread: number;
}

/** What is being done between two barriers. */
class Phase {
  loads: number[];
  readonly #threads: number;
  #accesses: Access[] = [];

  constructor(threads: number) {
    this.#threads = threads;
    this.loads = new Array<number>(threads).fill(0);
  }

  /** Whether these accesses may happen beside those so far, or after them on the same thread. */
  admits(accesses: readonly Access[]): boolean {
    if (this.#accesses.length + accesses.length > mostAccesses) return this.#accesses.length === 0;
    return accesses.every((one) =>
      this.#accesses.every(
        (other) =>
          (one.thread === other.thread && one.thread >= 0) ||
          (!one.writes && !other.writes) ||
          one.place !== other.place ||
          one.end <= other.start ||
          other.end <= one.start,
      ),
    );
  }

  add(accesses: readonly Access[]): void {
    this.#accesses.push(...accesses);
  }

  get time(): number {
    return Math.max(...this.loads);
  }

  clear(): void {
    this.#accesses = [];
    this.loads = new Array<number>(this.#threads).fill(0);
  }
}

/**
 * Shares a program among threads: large calls are cut, the others given to whoever has least to do, and a barrier stands
 * wherever a command needs what another thread has done. Undefined where one thread is as fast.
 *
 * @param stateFrom the first command that runs only if no check before it has failed.
 * @param thresholds what work is worth sharing.
 */
export function schedule(
  program: Program,
  stateFrom: number,
  threads: number,
  thresholds: Thresholds,
): Schedule | undefined {
  const alone = program.commands.reduce(
    (sum, { kernel, calls }) => sum + calls.reduce((time, { extents }) => time + callTime(kernel, extents), 0),
    0,
  );
  if (alone < thresholds.awake) return undefined;
  const sharing: Sharing = { program, threads, thresholds, nextCall: 0 };
  const before = commandSteps(sharing, program.commands.slice(0, stateFrom));
  const state = commandSteps(sharing, program.commands.slice(stateFrom));
  const time = before.time + state.time;
  const gain = alone - time;
  return gain >= thresholds.awake ? { before: before.lists, state: state.lists, time, gain } : undefined;
}

interface Sharing {
  readonly program: Program;
  readonly threads: number;
  readonly thresholds: Thresholds;
  /** The number of the next call. */
  nextCall: number;
}

function commandSteps(sharing: Sharing, commands: readonly Command[]): { lists: Step[][]; time: number } {
  const { program, threads, thresholds } = sharing;
  const lists: Step[][] = Array.from({ length: threads }, () => []);
  const phase = new Phase(threads);
  let time = 0;
  const barrier = (): void => {
    for (const list of lists) list.push("barrier");
    time += phase.time + thresholds.barrier;
    phase.clear();
  };
  for (const { kernel, calls } of commands) {
    const planned = plan(sharing, kernel, calls, phase.loads);
    const accesses = calls.flatMap((call, i) => accessesOf(program, kernel, call, planned[i].thread));
    if (!phase.admits(accesses)) barrier();
    phase.add(accesses);
    for (const { thread, cut, time: needed } of planned) {
      const call = sharing.nextCall++;
      if (cut === undefined) {
        lists[thread].push({ call, part: undefined });
        phase.loads[thread] += needed;
        continue;
      }
      for (const [i, part] of partsOf(cut, threads).entries()) {
        if (part.start === part.end) continue;
        lists[i].push({ call, part });
        phase.loads[i] += (needed * (part.end - part.start)) / cut.extent;
      }
    }
  }
  barrier();
  return { lists, time };
}

/** An axis to cut at multiples of `grain`. */
interface Cut {
  readonly axis: number;
  readonly extent: number;
  readonly grain: number;
}

interface Planned {
  /** The thread that does it alone, −1 if it is cut. */
  readonly thread: number;
  readonly cut: Cut | undefined;
  readonly time: number;
}

/** Who does the calls of a command, given what the threads have to do already. */
function plan(sharing: Sharing, kernel: Kernel, calls: readonly Call[], before: readonly number[]): Planned[] {
  const { threads, thresholds } = sharing;
  const loads = [...before];
  return calls.map(({ extents }) => {
    const time = callTime(kernel, extents);
    const cut = time >= thresholds.cutting ? cutOf(kernel, extents, threads) : undefined;
    if (cut) return { thread: -1, cut, time };
    const thread = time >= thresholds.giving ? loads.indexOf(Math.min(...loads)) : 0;
    loads[thread] += time;
    return { thread, cut: undefined, time };
  });
}

/** Elements that a vector loop takes without leaving a rest, and that fill a cache line. */
const vectorGrain = 16;

/** Where a call is cut: along its batch, or a contraction's longer side; else the outermost axis that is long enough. */
function cutOf(kernel: Kernel, extents: readonly number[], threads: number): Cut | undefined {
  const axes = axesToCut(kernel, extents);
  const atLeast = (extent: number): number | undefined => axes.find((axis) => extents[axis] >= extent);
  let axis = atLeast(4 * threads) ?? atLeast(threads);
  if (kernel.kind === "contraction" && axis !== undefined && axis >= kernel.batch)
    axis = axes.reduce((longest, one) => (extents[one] > extents[longest] ? one : longest), axis);
  if (axis === undefined) return undefined;
  const extent = extents[axis];
  return { axis, extent, grain: extent >= 2 * threads * vectorGrain ? vectorGrain : 1 };
}

/** A part for each thread, as equal as the grain allows. */
function partsOf({ axis, extent, grain }: Cut, threads: number): Part[] {
  const at = (thread: number): number =>
    thread === threads ? extent : Math.min(extent, Math.round((extent * thread) / threads / grain) * grain);
  return Array.from({ length: threads }, (_, thread) => ({ axis, start: at(thread), end: at(thread + 1) }));
}

function accessesOf(program: Program, kernel: Kernel, call: Call, thread: number): Access[] {
  return call.buffers.map((buffer, i) => {
    const { role, offset, length, dtype } = program.buffers[buffer];
    const bytes = length * bytesOf(dtype);
    const writes = kernel.operands[i].access !== "read";
    return role === "temporary"
      ? { place: -1, start: offset, end: offset + bytes, writes, thread }
      : { place: buffer, start: 0, end: bytes, writes, thread };
  });
}

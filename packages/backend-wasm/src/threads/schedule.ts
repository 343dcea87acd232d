/** Which thread does what of a program. */
import type { Call, Command, Kernel, Program } from "@cresset/core/backend";
import { bytesOf } from "@cresset/core/backend";
import { axesToCut, type Part } from "../lowering/ranges.ts";
import { callTime } from "./work.ts";

/** A call of the program by its number, whole or a part of it. */
export interface Step {
  readonly call: number;
  readonly part: Part | undefined;
}

/** Shares of work that threads may do side by side, one for each thread; all wait at its end until all of them are done. */
export type Phase = readonly (readonly Step[])[];

export interface Schedule {
  /** The commands before `stateFrom`, and those from there on. */
  readonly before: readonly Phase[];
  readonly state: readonly Phase[];
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
  /** What it costs that all threads wait for each other at the end of a phase. */
  readonly waiting: number;
  /** What a program must save: where workers are awake, and where they have to be woken. */
  readonly awake: number;
  readonly asleep: number;
  /** Whether that is all that counts, and every thread does its own share: nothing depends on the clock. */
  readonly always: boolean;
}

export const large: Thresholds = {
  cutting: 4000,
  giving: 1000,
  waiting: 500,
  awake: 20_000,
  asleep: 50_000,
  always: false,
};
/** Everything is shared that can be: for tests. */
export const everything: Thresholds = {
  cutting: 0,
  giving: 0,
  waiting: 0,
  awake: -1e12,
  asleep: -1e12,
  always: true,
};
/** Accesses that are remembered in a phase. */
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

/** A phase that is being filled. */
class OpenPhase {
  readonly shares: Step[][];
  /** Nanoseconds of each share. */
  readonly loads: number[];
  readonly #accesses: Access[] = [];

  constructor(threads: number) {
    this.shares = Array.from({ length: threads }, () => []);
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

  /** Adds a step to a thread's share. */
  give(thread: number, step: Step, time: number): void {
    this.shares[thread].push(step);
    this.loads[thread] += time;
  }

  get time(): number {
    return Math.max(...this.loads);
  }
}

/**
 * Shares a program among threads: large calls are cut, the others given to whoever has least to do, and a phase ends
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
  const before = phasesOf(sharing, program.commands.slice(0, stateFrom));
  const state = phasesOf(sharing, program.commands.slice(stateFrom));
  const time = before.time + state.time;
  const gain = alone - time;
  return gain >= thresholds.awake ? { before: before.phases, state: state.phases, time, gain } : undefined;
}

interface Sharing {
  readonly program: Program;
  readonly threads: number;
  readonly thresholds: Thresholds;
  /** The number of the next call. */
  nextCall: number;
}

function phasesOf(sharing: Sharing, commands: readonly Command[]): { phases: Phase[]; time: number } {
  const { program, threads, thresholds } = sharing;
  const phases: Phase[] = [];
  let open = new OpenPhase(threads);
  let time = 0;
  const close = (): void => {
    phases.push(open.shares);
    time += open.time + thresholds.waiting;
    open = new OpenPhase(threads);
  };
  for (const { kernel, calls } of commands) {
    const planned = plan(sharing, kernel, calls, open.loads);
    const accesses = calls.flatMap((call, i) => accessesOf(program, kernel, call, planned[i].thread));
    if (!open.admits(accesses)) close();
    open.add(accesses);
    for (const { thread, cut, time: needed } of planned) {
      const call = sharing.nextCall++;
      if (cut === undefined) {
        open.give(thread, { call, part: undefined }, needed);
        continue;
      }
      for (const [i, part] of partsOf(cut, threads).entries())
        if (part.start < part.end) open.give(i, { call, part }, (needed * (part.end - part.start)) / cut.extent);
    }
  }
  if (commands.length > 0) close();
  return { phases, time };
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

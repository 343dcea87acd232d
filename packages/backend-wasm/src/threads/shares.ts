/** Where the shares of a program's phases lie in its memory. */
import type { List } from "../engine.ts";
import { entryBytes } from "./control.ts";
import type { Phase, Schedule, Step } from "./schedule.ts";

/** What there is of the commands before those that write state, and of those. */
export interface Halves<T> {
  readonly before: T;
  readonly state: T;
}

/** Phases of a program in memory: the address of their table, and how many. */
export interface Phases {
  readonly table: number;
  readonly count: number;
}

/** How threads run a program together. */
export interface SharedWay extends Halves<Phases> {
  /** Scratch memory of all threads, in bytes. */
  readonly scratchBytes: number;
  /** Milliseconds that it should take. */
  readonly time: number;
  /** Nanoseconds that it saves against one thread. */
  readonly gain: number;
}

/** Where in a program's memory a list of steps lies, and the record of each. */
export interface PlacedSteps {
  readonly at: number;
  readonly steps: readonly { readonly step: Step; readonly at: number }[];
}

/** A program's memory while it is planned. */
export interface Plan {
  /** Takes so many bytes; gives where they begin. */
  place(bytes: number): number;
  placeSteps(steps: readonly Step[]): PlacedSteps;
  /** Bytes of scratch memory that a call needs. */
  scratchOf(call: number): number;
}

/** The same when it is there. */
export interface Writing {
  readonly base: number;
  write(address: number, word: number): void;
  writeSteps(steps: PlacedSteps): List;
}

/** Takes memory for the shares of a program; what is returned writes them. */
export function placeShares(schedule: Schedule, plan: Plan): (writing: Writing) => SharedWay {
  let scratchBytes = 0;
  const placed = (phases: readonly Phase[]) => {
    const table = plan.place(entryBytes * phases.flat().length);
    const shares = phases.flatMap((phase) => {
      let end = 0;
      return phase.map((steps) => {
        const scratch = end;
        end += steps.reduce((most, { call }) => Math.max(most, plan.scratchOf(call)), 0);
        scratchBytes = Math.max(scratchBytes, end);
        return { steps: plan.placeSteps(steps), scratch };
      });
    });
    return { table, count: phases.length, shares };
  };
  const [before, state] = [placed(schedule.before), placed(schedule.state)];
  return ({ base, write, writeSteps }) => {
    const written = ({ table, count, shares }: typeof before): Phases => {
      for (const [i, { steps, scratch }] of shares.entries()) {
        const { first, end } = writeSteps(steps);
        for (const [n, word] of [first, end, scratch].entries()) write(base + table + entryBytes * i + 4 * n, word);
      }
      return { table: base + table, count };
    };
    const { time, gain } = schedule;
    return { before: written(before), state: written(state), scratchBytes, time: time / 1e6, gain };
  };
}

/** What the lanes of a row know, joined in a tree whose shape depends on their number alone. */
import type { Writer } from "./writer.ts";

/** Variables of each lane, and how to join those of another into them. */
export interface Joined {
  readonly types: readonly string[];
  readonly names: readonly string[];
  /** Joins the state `other` (one text for each variable) into the variables. */
  join(other: readonly string[]): void;
}

export interface TreeVariant {
  /** Rows that a workgroup takes. Where there are several, each thread knows its `place` among them. */
  readonly rows: number;
  /** Threads of each row, a power of two; each knows its `lane`. */
  readonly lanes: number;
  /** Whether the last levels are done by a subgroup, without memory or barriers. */
  readonly subgroups: boolean;
}

/** Whether subgroups are worth it: each of them joins the last levels of all rows of its workgroup. */
export const joinsBySubgroups = (rows: number, lanes: number): boolean => rows <= 2 && lanes >= 8;

/**
 * Joins the states of the lanes of each row, so that all of them have the whole: lane i joins that of lane i + half, for half the
 * lanes, a quarter … The same lanes meet in the same order whether they meet in shared memory or in a subgroup of whatever size,
 * which an adapter may choose for each kernel anew; so results do not depend on it.
 */
export function writeTree(writer: Writer, state: Joined, variant: TreeVariant): void {
  const { rows, lanes, subgroups } = variant;
  const shared = state.types.map((type, i) => writer.workgroupArray(`${type}_${i}`, type, rows * lanes));
  const at = rows === 1 ? "lane" : writer.name("p", `place * ${lanes} + lane`);
  const keep = (): void =>
    shared.forEach((array, i) => {
      writer.line(`${array}[${at}] = ${state.names[i]};`);
    });
  keep();
  writer.line("workgroupBarrier();");
  const levels = subgroups ? `half >= i32(${writer.subgroupSize()})` : "half > 0";
  writer.open(`for (var half = ${lanes / 2}; ${levels}; half = half / 2)`);
  writer.open("if (lane < half)");
  state.join(shared.map((array) => `${array}[${at} + half]`));
  keep();
  writer.close();
  writer.line("workgroupBarrier();");
  writer.close();
  if (subgroups) writeLastLevels(writer, state, shared, variant);
  else
    shared.forEach((array, i) => {
      writer.line(`${state.names[i]} = ${array}[${rows === 1 ? "0" : `place * ${lanes}`}];`);
    });
  writer.line("workgroupBarrier();");
}

/**
 * Every subgroup joins what is left of each row, whichever threads it is made of: its first invocations take what the row's first
 * lanes left in shared memory. What comes from beyond the subgroup only reaches invocations whose states nobody looks at.
 */
function writeLastLevels(writer: Writer, state: Joined, shared: readonly string[], { rows, lanes }: TreeVariant): void {
  const left = writer.name("left", `min(${lanes}, i32(${writer.subgroupSize()}))`);
  const own = writer.name("p", `min(i32(${writer.subgroupInvocation()}), ${left} - 1)`);
  const wholes = Array.from({ length: rows }, (_, row) => {
    state.names.forEach((name, i) => {
      writer.line(`${name} = ${shared[i]}[${row === 0 ? own : `${row * lanes} + ${own}`}];`);
    });
    writer.open(`for (var half = ${left} / 2; half > 0; half = half / 2)`);
    state.join(
      state.names.map((name, i) =>
        writer.name(
          "x",
          exchanged(state.types[i], (text) => `subgroupShuffleDown(${text}, u32(half))`, name),
        ),
      ),
    );
    writer.close();
    return state.names.map((name, i) =>
      writer.name(
        "whole",
        exchanged(state.types[i], (text) => `subgroupBroadcastFirst(${text})`, name),
      ),
    );
  });
  state.names.forEach((name, i) => {
    const [first, second] = wholes.map((whole) => whole[i]);
    writer.line(`${name} = ${rows === 1 ? first : `select(${first}, ${second}, place == 1)`};`);
  });
}

/** Subgroups exchange numbers only. */
const exchanged = (type: string, exchange: (text: string) => string, name: string): string =>
  type === "bool" ? `(${exchange(`select(0u, 1u, ${name})`)} != 0u)` : exchange(name);

/**
 * Segments of a loop that differ in nothing but numbers, and these by equal steps: parts of equal size in a concatenation.
 * They become one loop over segments, however many there are.
 */
import {
  type Index,
  type Operand,
  type Rewriting,
  type Statement,
  statementWithParts,
  withParts,
} from "@cresset/core/backend";
import { apart, constantIndex, plus, withValues } from "../indices.ts";
import type { Interval } from "./narrow.ts";

export interface Segment extends Interval {
  readonly body: readonly Statement[];
}

/** Segments next to each other, each as wide as the one before. */
export interface Run {
  readonly first: Segment;
  /** Its body, without numbers. */
  readonly text: string;
  readonly count: number;
  /** By how much each number of the body grows from one segment to the next. */
  readonly steps: readonly number[];
}

/** What the numbers of a body become: which operand is read, and what is added to an index. */
interface Numbers {
  operand(operand: number): number;
  index(rest: Index, constant: number): Index;
}

/** A body with its numbers rewritten, in the order in which they stand in it. Operands that are written stay what they are. */
function renumbered(body: readonly Statement[], operands: readonly Operand[], numbers: Numbers): Statement[] {
  const all: Rewriting = {
    expression(e) {
      const made = withParts(e, all);
      if (made.kind !== "load" || operands[made.operand]?.access !== "read") return made;
      return { ...made, operand: numbers.operand(made.operand) };
    },
    index(index) {
      const { rest, constant } = apart(withValues(index, all.expression));
      return numbers.index(rest ?? constantIndex(0), constant);
    },
  };
  return body.map((statement) => statementWithParts(statement, all));
}

/** A body as text without its numbers, and these. */
function outlineOf(body: readonly Statement[], operands: readonly Operand[]): { text: string; numbers: number[] } {
  const numbers: number[] = [];
  const plain = renumbered(body, operands, {
    operand(operand) {
      numbers.push(operand);
      return -1;
    },
    index(rest, constant) {
      numbers.push(constant);
      return rest;
    },
  });
  const names = new Map<unknown, number>();
  const text = JSON.stringify(plain, (key, value: unknown) => {
    if (key === "register") {
      if (!names.has(value)) names.set(value, names.size);
      return names.get(value);
    }
    if (typeof value === "bigint") return `${value}n`;
    return Object.is(value, -0) ? "-0" : typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
  });
  return { text, numbers };
}

/** A body as text: how much there is to be written. */
export const textOf = (body: readonly Statement[], operands: readonly Operand[]): string =>
  outlineOf(body, operands).text;

/** Segments in order, as few runs. */
export function runsOf(segments: readonly Segment[], operands: readonly Operand[]): Run[] {
  const runs: Run[] = [];
  let before: { text: string; numbers: number[]; width: number } | undefined;
  for (const segment of segments) {
    const width = segment.end - segment.from;
    const { text, numbers } = outlineOf(segment.body, operands);
    const run = runs.at(-1);
    const steps = numbers.map((number, i) => number - (before?.numbers[i] ?? 0));
    const goesOn =
      run !== undefined &&
      before?.text === text &&
      before.width === width &&
      (run.count === 1 || steps.every((step, i) => step === run.steps[i]));
    if (goesOn) runs.splice(-1, 1, { ...run, count: run.count + 1, steps });
    else runs.push({ first: segment, text, count: 1, steps: [] });
    before = { text, numbers, width };
  }
  return runs;
}

/**
 * The body of all segments of a run.
 *
 * @param counter the axis along which segments are counted.
 * @param moved the operand that is as many operands further at each segment.
 */
export function bodyOf(
  { first, count, steps }: Run,
  operands: readonly Operand[],
  counter: number,
  moved: (operand: number, step: number) => number,
): readonly Statement[] {
  if (count === 1) return first.body;
  let next = 0;
  return renumbered(first.body, operands, {
    operand(operand) {
      const step = steps[next++];
      return step === 0 ? operand : moved(operand, step);
    },
    index(rest, constant) {
      const step = steps[next++];
      const start = constant === 0 ? rest : plus(rest, constantIndex(constant));
      return step === 0 ? start : plus(start, { kind: "product", input: { kind: "axis", axis: counter }, by: step });
    },
  });
}

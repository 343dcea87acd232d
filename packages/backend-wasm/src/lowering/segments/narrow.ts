/**
 * What is left of a body where one coordinate lies between two numbers: conditions that are then settled pick an arm of a
 * `where`, or a guard's value, and what nobody needs any more is gone.
 */
import {
  type Bound,
  type Expression,
  type Index,
  type Rewriting,
  type Statement,
  statementWithParts,
  withParts,
} from "@cresset/core/backend";
import { operandsOf } from "../accesses.ts";
import { withValues } from "../indices.ts";

/** The coordinates from `from` up to `end`, which may be infinite. */
export interface Interval {
  readonly from: number;
  readonly end: number;
}

/** by · coordinate + constant. */
interface Line {
  readonly by: number;
  readonly constant: number;
}

/** An index as a line along an axis; undefined where it depends on anything else, or not on that. */
function lineAlong(index: Index, axis: number): Line | undefined {
  const line = (part: Index): Line | undefined => {
    switch (part.kind) {
      case "constant":
        return { by: 0, constant: part.value };
      case "axis":
        return part.axis === axis ? { by: 1, constant: 0 } : undefined;
      case "sum": {
        const left = line(part.left);
        const right = left && line(part.right);
        return left && right && { by: left.by + right.by, constant: left.constant + right.constant };
      }
      case "product": {
        const input = line(part.input);
        return input && { by: input.by * part.by, constant: input.constant * part.by };
      }
      default:
        return undefined;
    }
  };
  const found = line(index);
  return found?.by === 0 ? undefined : found;
}

/** The coordinate at which a line gets to `value`, or past it. */
const reaches = ({ by, constant }: Line, value: number): number =>
  by > 0 ? Math.ceil((value - constant) / by) : Math.floor((constant - value) / -by) + 1;

/** Whether a line is at least `value` everywhere in an interval; undefined where that depends. */
function isAtLeast(line: Line, value: number, { from, end }: Interval): boolean | undefined {
  const at = reaches(line, value);
  return at <= from ? line.by > 0 : at >= end ? line.by < 0 : undefined;
}

/** Whether a bound holds everywhere in an interval; undefined where that depends. */
function holds({ index, extent, step }: Bound, axis: number, interval: Interval): boolean | undefined {
  const line = lineAlong(index, axis);
  if (line === undefined) return undefined;
  const isLow = isAtLeast(line, 0, interval);
  const isHigh = isAtLeast(line, extent, interval);
  if (isLow === false || isHigh === true) return false;
  return isLow && isHigh === false && step === 1 ? true : undefined;
}

/** What registers stand for, as far as it was looked at. */
type Definitions = ReadonlyMap<number, Expression>;

/** `cat` asks whether a coordinate is not before a number. Narrower integers could wrap. */
function comparison(e: Expression, axis: number, registers: Definitions): { line: Line; value: number } | undefined {
  if (e.kind !== "apply" || e.op !== "ge") return undefined;
  const [left, right] = e.inputs.map((input) => (input.kind === "register" ? registers.get(input.register) : input));
  if (left?.kind !== "index" || left.dtype !== "int64" || right?.kind !== "constant") return undefined;
  const line = lineAlong(left.index, axis);
  return line && { line, value: Number(right.value) };
}

/** The coordinates within an interval where a condition of the body changes, in order. */
export function cutsOf(body: readonly Statement[], axis: number, { from, end }: Interval): number[] {
  const registers = new Map<number, Expression>();
  const cuts = new Set<number>();
  const add = (line: Line, value: number): void => {
    const at = reaches(line, value);
    if (at > from && at < end) cuts.add(at);
  };
  const visit = (e: Expression): void => {
    const compared = comparison(e, axis, registers);
    if (compared) add(compared.line, compared.value);
    if (e.kind === "guard")
      for (const { index, extent } of e.bounds) {
        const line = lineAlong(index, axis);
        if (line === undefined) continue;
        add(line, 0);
        add(line, extent);
      }
    operandsOf(e).forEach(visit);
  };
  for (const statement of body) {
    if (statement.kind === "inner") return [];
    visit(statement.kind === "check" ? statement.condition : statement.value);
    if (statement.kind === "let") registers.set(statement.register, statement.value);
  }
  return [...cuts].sort((a, b) => a - b);
}

const truth = (value: boolean): Expression => ({ kind: "constant", dtype: "bool", value: value ? 1 : 0 });

/** The body for coordinates of one axis in an interval. */
export function narrowed(body: readonly Statement[], axis: number, interval: Interval): Statement[] {
  const registers = new Map<number, Expression>();
  const expression = (e: Expression): Expression => {
    if (e.kind === "register") {
      const known = registers.get(e.register);
      return known?.kind === "register" || known?.kind === "constant" ? known : e;
    }
    const compared = comparison(e, axis, registers);
    const known = compared && isAtLeast(compared.line, compared.value, interval);
    if (known !== undefined) return truth(known);
    if (e.kind === "apply" && e.op === "where") {
      const condition = expression(e.inputs[0]);
      if (condition.kind === "constant") return expression(e.inputs[Number(condition.value) === 0 ? 2 : 1]);
    }
    if (e.kind === "guard") {
      const settled = e.bounds.map((bound) => holds(bound, axis, interval));
      if (settled.includes(false)) return expression(e.otherwise);
      const bounds = e.bounds.filter((_, i) => settled[i] === undefined);
      return bounds.length === 0 ? expression(e.value) : withParts({ ...e, bounds }, all);
    }
    return withParts(e, all);
  };
  const all: Rewriting = { expression, index: (index) => withValues(index, expression) };
  return needed(
    body.map((statement) => {
      const made = statementWithParts(statement, all);
      if (made.kind === "let") registers.set(made.register, made.value);
      return made;
    }),
  );
}

/** Statements without values that nobody uses. */
function needed(body: readonly Statement[]): Statement[] {
  const used = new Set<number>();
  const use: Rewriting = {
    expression(e) {
      if (e.kind === "register") used.add(e.register);
      return withParts(e, use);
    },
    index: (index) => withValues(index, use.expression),
  };
  return body
    .toReversed()
    .filter((statement) => {
      if (statement.kind === "let" && !used.has(statement.register)) return false;
      statementWithParts(statement, use);
      return true;
    })
    .toReversed();
}

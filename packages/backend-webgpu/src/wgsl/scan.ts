import { isFloat, type ScanKernel } from "@cresset/core/backend";
import { literal, roundText, value, writeStore } from "./expression.ts";
import { indexText } from "./index-math.ts";
import { operationText } from "./operations.ts";
import type { Machine, Plan } from "./plan.ts";
import { extentText, writeCoordinates } from "./points.ts";
import { combineText, identityText } from "./reduction.ts";
import { valueType } from "./types.ts";
import type { Writer } from "./writer.ts";

export interface ScanVariant {
  /** Threads that share a row; 1: each thread of a workgroup takes a row of its own. */
  readonly lanes: 1 | 256;
  /** Elements, one after another, that a thread takes at a time. */
  readonly items: number;
}

/** Threads in a workgroup. */
export const scanThreads = ({ lanes }: ScanVariant): number => (lanes === 1 ? 64 : lanes);

export function planScan(
  _: ScanKernel,
  extents: readonly number[],
  machine: Machine,
): Plan & { readonly scan: ScanVariant } {
  const rows = extents.slice(0, -1).reduce((a, b) => a * b, 1);
  const length = extents[extents.length - 1];
  // Many short rows fill the machine by themselves.
  if (!machine.cooperative || length < 64 || (length < 256 && rows >= 4096))
    return { key: "", workgroups: Math.ceil(rows / 64), steps: length, scan: { lanes: 1, items: 1 } };
  const items = length <= 256 ? 1 : length <= 1024 ? 4 : 8;
  const steps = Math.ceil(length / (256 * items)) * (2 * items + 8);
  return { key: `256x${items}`, workgroups: rows, steps, scan: { lanes: 256, items } };
}

/** What a scan knows of the elements so far: some variables. */
interface Running {
  readonly types: readonly string[];
  /** Of no elements. */
  readonly start: readonly string[];
  /** Takes the element at `position` (the name of a number) into the variables. */
  add(state: readonly string[], position: string): void;
  /** Puts what is known of the elements before in front. */
  follow(state: readonly string[], before: readonly string[]): void;
  result(state: readonly string[]): string;
}

function running(writer: Writer, kernel: ScanKernel): Running {
  const { op, dtype } = kernel;
  const input = kernel.value.dtype;
  const element = (): string => value(writer, kernel.value);
  if (op === "argmax" || op === "argmin") {
    // Ties count, and from the first NaN on only NaNs do.
    const reaches = (later: string, earlier: string): string => {
      const compared = operationText(writer, op === "argmax" ? "ge" : "le", input, [later, earlier]);
      if (!isFloat(input)) return compared;
      const nan = writer.use("is_nan");
      return `${nan}(${later}) || (!${nan}(${earlier}) && ${compared})`;
    };
    return {
      types: [valueType(input), "i32"],
      start: [identityText(writer, op === "argmax" ? "max" : "min", input), "0"],
      add([best, at], position) {
        const x = writer.name("v", element());
        writer.open(`if (${reaches(x, best)})`);
        writer.line(`${best} = ${x};`);
        writer.line(`${at} = ${position};`);
        writer.close();
      },
      follow([best, at], [earlier, earlierAt]) {
        writer.open(`if (!(${reaches(best, earlier)}))`);
        writer.line(`${best} = ${earlier};`);
        writer.line(`${at} = ${earlierAt};`);
        writer.close();
      },
      result: ([, at]) => `${writer.use("int64_of")}(${at})`,
    };
  }
  if (op === "sum" && isFloat(dtype))
    return {
      types: ["vec2f"],
      start: ["vec2f(0.0f, 0.0f)"],
      add: ([sum]) => writer.line(`${sum} = ${writer.use("add_compensated")}(${sum}, ${element()});`),
      follow: ([sum], [before]) => writer.line(`${sum} = ${writer.use("join_compensated")}(${before}, ${sum});`),
      result: ([sum]) => roundText(writer, dtype, `${writer.use("sum_of_parts")}(${sum})`),
    };
  const combined = (a: string, b: string): string =>
    op === "logsumexp" ? `${writer.use("log_add_exp")}(${a}, ${b})` : combineText(writer, op, dtype, a, b);
  return {
    types: [valueType(dtype)],
    start: [op === "logsumexp" ? literal(writer, dtype, Number.NEGATIVE_INFINITY) : identityText(writer, op, dtype)],
    add: ([state]) => writer.line(`${state} = ${combined(state, element())};`),
    follow: ([state], [before]) => writer.line(`${state} = ${combined(before, state)};`),
    result: ([state]) => roundText(writer, dtype, state),
  };
}

/** Running reductions along the last axis. */
export function writeScan(writer: Writer, kernel: ScanKernel, variant: ScanVariant): void {
  if (variant.lanes === 1) writeRowOfThread(writer, kernel);
  else writeRowOfWorkgroup(writer, kernel, variant);
}

const rowsOf = (kernel: ScanKernel): number[] => Array.from({ length: kernel.axes - 1 }, (_, axis) => axis);

function store(writer: Writer, kernel: ScanKernel, position: string, text: string): void {
  writer.axes.set(kernel.axes - 1, position);
  writeStore(writer, kernel.target, indexText(writer, kernel.index), text);
}

function writeRowOfThread(writer: Writer, kernel: ScanKernel): void {
  const last = kernel.axes - 1;
  const rows = rowsOf(kernel);
  writer.line("let row = workgroup * 64 + thread;");
  writer.line(`if (row >= ${extentText(rows)}) { return; }`);
  writeCoordinates(writer, rows, "row");
  const { start, add, result } = running(writer, kernel);
  const state = start.map((text, i) => {
    writer.line(`var state${i} = ${text};`);
    return `state${i}`;
  });
  writer.open(`for (var i${last} = 0; i${last} < n${last}; i${last}++)`);
  writer.axes.set(last, `i${last}`);
  add(state, `i${last}`);
  store(writer, kernel, `i${last}`, result(state));
  writer.close();
}

/**
 * The threads of a workgroup take a block of the row at a time, each some elements of it one after another; then they learn
 * from each other what comes before theirs. What comes before the block is carried on.
 */
function writeRowOfWorkgroup(writer: Writer, kernel: ScanKernel, { lanes, items }: ScanVariant): void {
  const length = `n${kernel.axes - 1}`;
  writer.line("let row = workgroup;");
  writeCoordinates(writer, rowsOf(kernel), "row");
  const { types, start, add, follow, result } = running(writer, kernel);
  const each = (of: (i: number) => string): string[] => types.map((_, i) => of(i));
  const [carry, own, before, kept] = ["carry", "own", "before", "kept"].map((name) => each((i) => `${name}${i}`));
  const shared = each((i) => writer.workgroupArray(`${types[i]}_${i}`, types[i], lanes));
  const at = (arrays: readonly string[], index: string): string[] => arrays.map((array) => `${array}[${index}]`);
  const assign = (keyword: string, to: readonly string[], from: readonly string[]): void =>
    to.forEach((name, i) => {
      writer.line(`${keyword}${name} = ${from[i]};`);
    });
  assign("var ", carry, start);
  writer.open(`for (var block = 0; block < ${length}; block += ${lanes * items})`);
  writer.line(`let first = block + thread * ${items};`);
  assign("var ", own, start);
  kept.forEach((name, i) => {
    writer.line(`var ${name}: array<${types[i]}, ${items}>;`);
  });
  writer.open(`for (var item = 0; item < ${items}; item++)`);
  // Behind the end nothing is stored, and nothing comes after.
  writer.line(`let position = min(first + item, ${length} - 1);`);
  writer.axes.set(kernel.axes - 1, "position");
  add(own, "position");
  assign("", at(kept, "item"), own);
  writer.close();
  assign("", at(shared, "thread"), own);
  writer.line("workgroupBarrier();");
  writer.open(`for (var reach = 1; reach < ${lanes}; reach *= 2)`);
  assign("let ", before, at(shared, "max(thread - reach, 0)"));
  writer.line("workgroupBarrier();");
  writer.open("if (thread >= reach)");
  follow(own, before);
  assign("", at(shared, "thread"), own);
  writer.close();
  writer.line("workgroupBarrier();");
  writer.close();
  assign("var ", before, carry);
  writer.open("if (thread > 0)");
  assign("", before, at(shared, "thread - 1"));
  follow(before, carry);
  writer.close();
  assign("", own, at(shared, `${lanes - 1}`));
  follow(own, carry);
  assign("", carry, own);
  // All have read before the next block is written.
  writer.line("workgroupBarrier();");
  writer.open(`for (var item = 0; item < ${items} && first + item < ${length}; item++)`);
  assign("", own, at(kept, "item"));
  follow(own, before);
  writer.line("let place = first + item;");
  store(writer, kernel, "place", result(own));
  writer.close();
  writer.close();
}

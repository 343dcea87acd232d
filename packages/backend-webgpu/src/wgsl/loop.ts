import type { Expression, Index, Kernel, LoopKernel, Statement } from "@cresset/core/backend";
import { mostPoints } from "../limits.ts";
import { loadText, writeStore } from "./expression.ts";
import { foursOf, writeFours } from "./fours.ts";
import type { Machine, Plan } from "./plan.ts";
import { extentText, writeCoordinates } from "./points.ts";
import { type Accumulator, accumulator } from "./reduction.ts";
import { type Surroundings, writeStatements } from "./statement.ts";
import { joinsBySubgroups, type TreeVariant, writeTree } from "./tree.ts";
import type { Writer } from "./writer.ts";

type Inner = Extract<Statement, { kind: "inner" }>;

/** `rows` are points of the outer axes, `lanes` share the inner loops of one of them. */
export interface LoopVariant extends TreeVariant {
  /** Whether neighbouring threads are lanes of one row, or take neighbouring rows. */
  readonly lanesFirst: boolean;
  /** Whether each row is reduced in chunks, whose results are joined then. */
  readonly chunked: boolean;
  /** Operands of which a thread takes four elements at a time, for four points; none: a thread for each point. */
  readonly fours: readonly number[];
}

/**
 * One of two passes of a reduction of few long rows (`reduction-passes.ts`): a workgroup for each chunk of a row keeps what
 * it knows, then one for each row joins it and goes on.
 */
export interface LoopPass extends LoopKernel {
  readonly pass: "chunks" | "join";
  /** The first operand of those that hold what is known of chunks. */
  readonly states: number;
}

const passOf = (kernel: Kernel): LoopPass | null =>
  kernel.kind === "loop" && "pass" in kernel ? (kernel as LoopPass) : null;

/** Elements that are worth a workgroup; workgroups that fill a machine; threads that join chunks. */
const [chunkElements, enoughWorkgroups, mostChunks] = [8192, 512, 256];

/**
 * Chunks in which each row is reduced. They depend on the extents only, so that results do not depend on what else a kernel
 * does: one that cannot be split goes through the chunks one after another.
 */
export function chunksOf(kernel: LoopKernel, extents: readonly number[]): number {
  const rows = product(extents.slice(0, kernel.outer));
  const inner = product(extents.slice(kernel.outer));
  if (rows === 0 || kernel.axes === kernel.outer) return 1;
  return Math.max(1, Math.min(Math.floor(inner / chunkElements), Math.floor(enoughWorkgroups / rows), mostChunks));
}

const product = (extents: readonly number[]): number => extents.reduce((a, b) => a * b, 1);

/** Chooses by extents how many threads share a row. */
export function planLoop(
  kernel: LoopKernel,
  extents: readonly number[],
  machine: Machine,
): Plan & { readonly loop: LoopVariant } {
  const rows = product(extents.slice(0, kernel.outer));
  const inner = product(extents.slice(kernel.outer));
  const chunks = chunksOf(kernel, extents);
  const loop: LoopVariant =
    kernel.axes === kernel.outer
      ? { ...alone, rows: 256, fours: machine.cooperative ? foursOf(kernel, extents, machine.heapBytes) : [] }
      : machine.cooperative && inner <= mostPoints
        ? { ...rowVariant(kernel, rows, inner, machine.subgroups), chunked: chunks > 1 }
        : alone;
  return {
    key: `${loop.rows}x${loop.lanes}${loop.lanesFirst ? "" : "t"}${loop.chunked ? "c" : ""}${loop.subgroups ? "s" : ""}${loop.fours.map((operand) => `v${operand}`).join("")}`,
    workgroups:
      passOf(kernel)?.pass === "chunks"
        ? rows * chunks
        : Math.ceil(rows / (loop.fours.length > 0 ? 4 * loop.rows : loop.rows)),
    steps: kernel.axes === kernel.outer ? 1 : stepsOf(kernel, inner, chunks, loop),
    loop,
  };
}

function stepsOf(kernel: LoopKernel, inner: number, chunks: number, { lanes, chunked }: LoopVariant): number {
  const loops = kernel.body.filter(({ kind }) => kind === "inner").length;
  const share = (length: number): number => Math.ceil(length / lanes) + Math.log2(lanes);
  if (!chunked) return loops * share(inner);
  const each = share(inner / chunks);
  return loops * (passOf(kernel) === null ? chunks * each : each);
}

/** A thread for each row. */
const alone: LoopVariant = { rows: 64, lanes: 1, lanesFirst: true, chunked: false, subgroups: false, fours: [] };

function rowVariant(kernel: LoopKernel, rows: number, inner: number, subgroups: boolean): LoopVariant {
  if (inner <= 4 || (inner <= 32 && rows >= 32768)) return alone;
  const lanesFirst = !readsAlongRows(kernel);
  let lanes = 1;
  while (lanes < 256 && lanes * 4 < inner) lanes *= 2;
  // Many rows fill the machine by themselves.
  const most = rows >= 4096 ? 32 : rows >= 512 ? 64 : 256;
  lanes = Math.max(Math.min(lanes, most), 1);
  const smallest = lanesFirst ? 64 : 32 * Math.min(lanes, 8);
  const together = Math.max(1, Math.floor(Math.max(smallest, lanes) / lanes));
  const bySubgroups = subgroups && joinsBySubgroups(together, lanes);
  return { rows: together, lanes, lanesFirst, chunked: false, subgroups: bySubgroups, fours: [] };
}

/** Whether the first load inside of the inner loops walks through memory along the last outer axis, not along the inner ones. */
function readsAlongRows(kernel: LoopKernel): boolean {
  if (kernel.outer === 0) return false;
  for (const statement of kernel.body) {
    if (statement.kind !== "inner") continue;
    for (const { value } of statement.reductions) {
      const load = firstLoad(value, kernel.outer);
      if (load === undefined) continue;
      return step(load, kernel.axes - 1) !== 1 && step(load, kernel.outer - 1) === 1;
    }
  }
  return false;
}

function firstLoad(e: Expression, outer: number): Index | undefined {
  switch (e.kind) {
    case "load":
      return dependsFrom(e.index, outer) ? e.index : undefined;
    case "cast":
      return firstLoad(e.input, outer);
    case "guard":
      return firstLoad(e.value, outer) ?? firstLoad(e.otherwise, outer);
    case "apply":
      for (const input of e.inputs) {
        const found = firstLoad(input, outer);
        if (found !== undefined) return found;
      }
      return undefined;
    default:
      return undefined;
  }
}

function dependsFrom(index: Index, first: number): boolean {
  switch (index.kind) {
    case "axis":
      return index.axis >= first;
    case "sum":
      return dependsFrom(index.left, first) || dependsFrom(index.right, first);
    case "product":
    case "quotient":
    case "remainder":
      return dependsFrom(index.input, first);
    default:
      return false;
  }
}

/** How far a step along an axis moves an index, where that is the same everywhere; else NaN. */
export function step(index: Index, axis: number): number {
  switch (index.kind) {
    case "axis":
      return index.axis === axis ? 1 : 0;
    case "sum":
      return step(index.left, axis) + step(index.right, axis);
    case "product":
      return step(index.input, axis) * index.by;
    case "quotient":
    case "remainder":
      return dependsFrom(index.input, axis) ? Number.NaN : 0;
    case "value":
      return Number.NaN;
    default:
      return 0;
  }
}

export function writeLoop(writer: Writer, kernel: LoopKernel, variant: LoopVariant): void {
  const { rows, lanes, lanesFirst, chunked, fours } = variant;
  if (fours.length > 0) {
    writeFours(writer, kernel, rows);
    return;
  }
  const outer = Array.from({ length: kernel.outer }, (_, axis) => axis);
  writer.line(`let rows = ${extentText(outer)};`);
  if (lanes === 1) {
    writer.line(`let row = workgroup * ${rows} + thread;`);
    writer.line("if (row >= rows) { return; }");
    writeCoordinates(writer, outer, "row");
    writeStatements(writer, kernel.body, { only: null, inner: (statement) => writeSerial(writer, statement) });
    return;
  }
  if (rows === 1) {
    writer.line("let lane = thread;");
    if (chunked) writeChunks(writer, kernel);
    writer.line(passOf(kernel)?.pass === "chunks" ? "let row = workgroup / chunks;" : "let row = workgroup;");
  } else {
    writer.line(lanesFirst ? `let lane = thread % ${lanes};` : `let lane = thread / ${rows};`);
    writer.line(lanesFirst ? `let place = thread / ${lanes};` : `let place = thread % ${rows};`);
    writer.line(`let own = workgroup * ${rows} + place;`);
    // Threads without a row take part in barriers, on the last row.
    writer.line("let row = min(own, rows - 1);");
  }
  writeCoordinates(writer, outer, "row");
  const within = rows === 1 ? "" : " && own < rows";
  const around: Surroundings = {
    only: `lane == 0${within}`,
    inner: (statement) =>
      chunked && statement.reductions.length > 0
        ? writeChunkedLanes(writer, statement, variant)
        : writeLanes(writer, statement, variant),
  };
  const pass = passOf(kernel);
  const end = pass?.pass === "chunks" ? kernel.body.findIndex(({ kind }) => kind === "inner") + 1 : kernel.body.length;
  writeStatements(writer, kernel.body.slice(0, end), around);
}

/** See `chunksOf`. */
function writeChunks(writer: Writer, kernel: LoopKernel): void {
  const inner = Array.from({ length: kernel.axes - kernel.outer }, (_, i) => kernel.outer + i);
  writer.line(`let inner = ${extentText(inner)};`);
  writer.line(
    `let chunks = max(1, min(min(inner / ${chunkElements}, ${enoughWorkgroups} / max(rows, 1)), ${mostChunks}));`,
  );
  writer.line("let chunk_length = (inner + chunks - 1) / chunks;");
}

function writeSerial(writer: Writer, statement: Inner): void {
  const { axes } = statement;
  const accumulators = statement.reductions.map((reduction) => accumulator(writer, reduction, positionText(axes)));
  for (const one of accumulators) one.start();
  for (const axis of axes) {
    writer.open(`for (var i${axis} = 0; i${axis} < n${axis}; i${axis}++)`);
    writer.axes.set(axis, `i${axis}`);
  }
  const inside: Surroundings = { only: null, inner: (nested) => writeSerial(writer, nested) };
  writeStatements(writer, statement.body, inside);
  for (const one of accumulators) one.add();
  for (const _ of axes) writer.close();
  define(writer, statement, accumulators);
}

/** The number of the element at hand within `axes`, whose variables are named after them. */
function positionText(axes: readonly number[]): string {
  return axes.reduce((text, axis) => (text === "" ? `i${axis}` : `(${text}) * n${axis} + i${axis}`), "");
}

function define(writer: Writer, statement: Inner, accumulators: readonly Accumulator[]): void {
  statement.reductions.forEach(({ register }, i) => {
    writer.line(`let r${register} = ${accumulators[i].result()};`);
    writer.registers.set(register, `r${register}`);
  });
}

function writeLanes(writer: Writer, statement: Inner, variant: LoopVariant): void {
  const accumulators = writeShare(writer, statement, variant, "0", extentText(statement.axes));
  // What the inner loop stored, a later one may load.
  if (writer.kernel.operands.some(({ access }) => access === "update")) writer.line("storageBarrier();");
  define(writer, statement, accumulators);
}

/** The lanes go through elements from `first` on, up to `end`, and join what they know of them. */
function writeShare(writer: Writer, statement: Inner, variant: LoopVariant, first: string, end: string): Accumulator[] {
  const { rows, lanes } = variant;
  const counter = writer.fresh("e");
  const accumulators = statement.reductions.map((reduction) => accumulator(writer, reduction, counter));
  for (const one of accumulators) one.start();
  const begin = first === "0" ? "lane" : `${first} + lane`;
  writer.open(`for (var ${counter} = ${begin}; ${counter} < ${end}; ${counter} += ${lanes})`);
  writeCoordinates(writer, statement.axes, counter);
  writeStatements(writer, statement.body, { only: rows === 1 ? null : "own < rows", inner: () => undefined });
  for (const one of accumulators) one.add();
  writer.close();
  for (const one of accumulators) writeTree(writer, one, variant);
  return accumulators;
}

/** The same in chunks of the row, whose results are joined like those of lanes. */
function writeChunkedLanes(writer: Writer, statement: Inner, variant: LoopVariant): void {
  const pass = passOf(writer.kernel);
  const state = (chunk: string): string => `(row * chunks + ${chunk})`;
  if (pass?.pass === "chunks") {
    writer.line("let chunk = workgroup % chunks;");
    const end = "min((chunk + 1) * chunk_length, inner)";
    const known = writeShare(writer, statement, variant, "chunk * chunk_length", end);
    writer.open("if (lane == 0)");
    known
      .flatMap(({ names, types }) => names.map((name, i) => (types[i] === "vec2f" ? `bitcast<vec2u>(${name})` : name)))
      .forEach((text, i) => {
        writeStore(writer, pass.states + i, state("chunk"), text);
      });
    writer.close();
    return;
  }
  const joined = statement.reductions.map((reduction) => accumulator(writer, reduction, "0"));
  for (const one of joined) one.start();
  if (pass === null) {
    writer.open("for (var chunk = 0; chunk < chunks; chunk++)");
    const end = "min((chunk + 1) * chunk_length, inner)";
    const known = writeShare(writer, statement, variant, "chunk * chunk_length", end);
    writer.open("if (lane == chunk)");
    joined.forEach(({ names }, i) => {
      names.forEach((name, k) => {
        writer.line(`${name} = ${known[i].names[k]};`);
      });
    });
    writer.close();
    writer.close();
  } else {
    writer.open("if (lane < chunks)");
    let operand = pass.states;
    for (const { names, types } of joined)
      names.forEach((name, i) => {
        const loaded = loadText(writer, operand++, state("lane"));
        writer.line(`${name} = ${types[i] === "vec2f" ? `bitcast<vec2f>(${loaded})` : loaded};`);
      });
    writer.close();
  }
  for (const one of joined) writeTree(writer, one, variant);
  if (writer.kernel.operands.some(({ access }) => access === "update")) writer.line("storageBarrier();");
  define(writer, statement, joined);
}

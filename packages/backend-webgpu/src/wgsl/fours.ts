/** Loops over many points in which a thread takes four neighbours, whose operands it loads and stores as vectors; and which operands of tiles are loaded so. */
import type { ContractionKernel, Expression, Index, LoopKernel, Statement } from "@cresset/core/backend";
import { loadedText, storedText } from "./expression.ts";
import { indexText } from "./index-math.ts";
import { extentText, writeCoordinates } from "./points.ts";
import { noInner, writeStatements } from "./statement.ts";
import type { Writer } from "./writer.ts";

interface Access {
  readonly operand: number;
  readonly index: Index;
}

/** The text is written four times: what computes more is not waiting for memory. */
const mostOperations = 24;

/** What of the operands a kernel touches; `anywhere` are those of loads that some points must not do, or by which others are found. */
interface Accesses {
  readonly loads: Access[];
  readonly stores: Access[];
  readonly anywhere: Set<number>;
  operations: number;
}

/**
 * Operands that threads may load and store four elements at a time; none if the kernel is to go point by point.
 *
 * @param heapBytes up to which size values share the heap, which is words. Of fewer points, threads are too few to take four each.
 */
export function foursOf(kernel: LoopKernel, extents: readonly number[], heapBytes: number): readonly number[] {
  const last = kernel.outer - 1;
  if (kernel.axes !== kernel.outer || last < 0 || extents[last] % 4 !== 0) return [];
  if (4 * extents.reduce((a, b) => a * b, 1) <= heapBytes) return [];
  const { loads, stores, anywhere, operations } = accessesOf(kernel.body);
  if (operations > mostOperations) return [];
  const scalar = new Set(anywhere);
  for (const { operand, index } of [...loads, ...stores]) if (!isVector(index, last)) scalar.add(operand);
  // Of int64, four do not fit into a vector.
  kernel.operands.forEach(({ dtype }, n) => {
    if (dtype === "int64") scalar.add(n);
  });
  const used = new Set([...loads, ...stores].map(({ operand }) => operand));
  return [...used].filter((operand) => !scalar.has(operand)).sort((a, b) => a - b);
}

/**
 * An operand of a contraction that is loaded four elements at a time, along the last of the axes of its side; -1 if none is.
 *
 * @param side the left or the right expression.
 */
export function foursOfSide(
  kernel: ContractionKernel,
  side: "left" | "right",
  axes: readonly number[],
  extents: readonly number[],
): number {
  const value = kernel[side];
  const last = axes[axes.length - 1];
  if (value.kind !== "load" || extents[last] % 4 !== 0 || !isVector(value.index, last)) return -1;
  const other: Statement = { kind: "let", register: -1, value: side === "left" ? kernel.right : kernel.left };
  const { loads, stores, anywhere } = accessesOf([other, ...kernel.body]);
  const elsewhere = [...[...loads, ...stores].map(({ operand }) => operand), ...anywhere];
  return elsewhere.includes(value.operand) ? -1 : value.operand;
}

/** Whether the index of four neighbours along an axis begins at a multiple of four and goes on by one. */
function isVector(index: Index, axis: number): boolean {
  const steps = new Map<number, number>();
  const collect = (part: Index, by: number): boolean => {
    switch (part.kind) {
      case "constant":
        return (by * part.value) % 4 === 0;
      case "axis":
        steps.set(part.axis, (steps.get(part.axis) ?? 0) + by);
        return true;
      case "sum":
        return collect(part.left, by) && collect(part.right, by);
      case "product":
        return collect(part.input, by * part.by);
      default:
        return false;
    }
  };
  if (!collect(index, 1) || steps.get(axis) !== 1) return false;
  return [...steps].every(([other, by]) => other === axis || by % 4 === 0);
}

function accessesOf(body: readonly Statement[]): Accesses {
  const found: Accesses = { loads: [], stores: [], anywhere: new Set(), operations: 0 };
  const ofIndex = (index: Index): void => {
    switch (index.kind) {
      case "sum":
        ofIndex(index.left);
        ofIndex(index.right);
        break;
      case "product":
      case "quotient":
      case "remainder":
        ofIndex(index.input);
        break;
      case "value":
        ofValue(index.value, false);
        break;
    }
  };
  const ofValue = (e: Expression, always: boolean): void => {
    switch (e.kind) {
      case "load":
        ofIndex(e.index);
        // What the point has stored already is not what lay there before.
        if (!always || found.stores.some(({ operand }) => operand === e.operand)) found.anywhere.add(e.operand);
        else found.loads.push(e);
        break;
      case "index":
        ofIndex(e.index);
        break;
      case "apply":
        found.operations++;
        for (const input of e.inputs) ofValue(input, always);
        break;
      case "cast":
        ofValue(e.input, always);
        break;
      case "guard":
        for (const { index } of e.bounds) ofIndex(index);
        ofValue(e.value, false);
        ofValue(e.otherwise, false);
        break;
    }
  };
  for (const statement of body) {
    if (statement.kind === "let") ofValue(statement.value, true);
    if (statement.kind === "check") ofValue(statement.condition, true);
    if (statement.kind !== "store") continue;
    ofIndex(statement.index);
    ofValue(statement.value, true);
    found.stores.push(statement);
  }
  return found;
}

const components = ["x", "y", "z", "w"];

/** A thread for four neighbours along the last axis: vectors are loaded, the points computed one by one, vectors stored. */
export function writeFours(writer: Writer, kernel: LoopKernel, threads: number): void {
  const outer = Array.from({ length: kernel.outer }, (_, axis) => axis);
  const last = kernel.outer - 1;
  writer.line(`let point = 4 * (workgroup * ${threads} + thread);`);
  writer.line(`if (point >= ${extentText(outer)}) { return; }`);
  writeCoordinates(writer, outer, "point");
  const first = writer.name("c", writer.axes.get(last) ?? "point");
  const { loads, stores } = accessesOf(kernel.body);
  const placeOf = (operand: number) => {
    const place = writer.placement.places[operand];
    return place.kind === "own" && place.fours ? place : null;
  };
  const vectorAt = ({ operand, index }: Access): string => `b${operand}[(${indexText(writer, index)}) >> 2u]`;
  const loaded = new Map<string, string>();
  for (const access of loads) {
    const place = placeOf(access.operand);
    if (place === null || loaded.has(keyOf(access))) continue;
    loaded.set(keyOf(access), writer.name("four", vectorAt(access)));
  }
  const stored = new Map<string, { readonly name: string; readonly at: string }>();
  for (const access of stores) {
    const place = placeOf(access.operand);
    if (place === null || stored.has(keyOf(access))) continue;
    const name = writer.fresh("four");
    writer.line(`var ${name}: vec4<${place.storage}>;`);
    stored.set(keyOf(access), { name, at: vectorAt(access) });
  }
  components.forEach((component, i) => {
    writer.open("");
    writer.axes.set(last, i === 0 ? first : writer.name("c", `${first} + ${i}`));
    writer.fours = {
      load: (operand, index) => {
        if (placeOf(operand) === null) return null;
        const name = loaded.get(keyOf({ operand, index }));
        return name === undefined ? null : loadedText(writer, operand, `${name}.${component}`);
      },
      store: (operand, index, text) => {
        if (placeOf(operand) === null) return false;
        const vector = stored.get(keyOf({ operand, index }));
        if (vector === undefined) return false;
        writer.line(`${vector.name}.${component} = ${storedText(writer, operand, text)};`);
        return true;
      },
    };
    writeStatements(writer, kernel.body, { only: null, inner: noInner });
    writer.close();
  });
  writer.fours = null;
  for (const { name, at } of stored.values()) writer.line(`${at} = ${name};`);
}

const keyOf = ({ operand, index }: Access): string => `${operand} ${JSON.stringify(index)}`;

import { bytesOf, type Expression, type Reduction, type ScalarOp, type Statement } from "@cresset/core/backend";
import { storeFour, storeOne } from "./access.ts";
import type { Value } from "./emitter.ts";
import { value } from "./expression.ts";
import { addressOf, strideOf } from "./index-math.ts";
import { accumulator, copies } from "./reduction.ts";
import type { KernelWriter } from "./writer.ts";

type Inner = Statement & { kind: "inner" };
type Store = Statement & { kind: "store" };

/** Writes statements at the present point. `rows`: inner loops compute four neighbouring points of their last axis at once. */
export function statements(w: KernelWriter, body: readonly Statement[], rows: boolean): void {
  for (const statement of body) {
    switch (statement.kind) {
      case "let":
        w.define(statement.register, value(w, statement.value));
        break;
      case "store":
        store(w, statement);
        break;
      case "check": {
        const holds = w.m.all(value(w, statement.condition));
        const address = w.checkAddress(statement.check);
        w.e.branch(w.e.op("i32.eqz", holds), () => w.e.store("i32.store8", address, w.e.i32(1)));
        break;
      }
      case "inner":
        inner(w, statement, rows);
        break;
    }
  }
}

function store(w: KernelWriter, { operand, index, value: what }: Store): void {
  const { dtype } = w.operand(operand);
  const x = value(w, what);
  const address = (): Value => addressOf(w, operand, index, bytesOf(dtype));
  if (w.vectorAxis === undefined) storeOne(w, dtype, address(), x);
  else if (strideOf(w, index) === 1) storeFour(w, dtype, address(), x);
  else for (let lane = 0; lane < 4; lane++) w.atLane(lane, () => storeOne(w, dtype, address(), w.m.extract(x, lane)));
}

/** Nested loops over the ranges of axes, each around the next. */
export function nested(w: KernelWriter, axes: readonly number[], body: () => void): void {
  if (axes.length === 0) {
    body();
    return;
  }
  const [axis, ...rest] = axes;
  w.e.loop(w.e.variable("i32", w.from(axis)), w.until(axis), 1, (i) => {
    w.setAxis(axis, i);
    nested(w, rest, body);
  });
}

function inner(w: KernelWriter, { axes, body, reductions }: Inner, rows: boolean): void {
  const accumulators = reductions.map((reduction) => accumulator(w, reduction));
  const last = axes[axes.length - 1];
  const point = (copy?: number): void => {
    statements(w, body, false);
    for (const one of accumulators) {
      if (copy === undefined) one.add();
      else one.addVector(copy);
    }
  };
  if (last === undefined) {
    point();
  } else {
    nested(w, axes.slice(0, -1), () => {
      const counter = w.e.variable("i32", w.e.i32(0));
      if (rows && w.vectorAxis === undefined) {
        const limit = vectorLimit(w, w.extent(last), axes.length > 1 && accumulators.some((one) => one.ordered));
        for (const one of accumulators) one.enterVector();
        const vectors =
          (count: number) =>
          (i: Value): void => {
            w.vectorAxis = last;
            for (let copy = 0; copy < count; copy++) {
              w.setAxis(last, w.plus(i, w.e.i32(4 * copy)));
              point(copy);
            }
            w.vectorAxis = undefined;
          };
        if (isSmall(body, reductions)) {
          const whole = w.e.op("i32.sub", limit, w.e.i32(4 * copies - 4));
          w.e.loop(counter, whole, 4 * copies, vectors(copies));
        }
        w.e.loop(counter, limit, 4, vectors(1));
        for (const one of accumulators) one.leaveVector();
      }
      w.e.loop(counter, w.extent(last), 1, (i) => {
        w.setAxis(last, i);
        point();
      });
    });
  }
  for (const one of accumulators) one.finish();
}

/** Whether an inner loop only waits for its reductions: repeated, independent ones overlap. */
function isSmall(body: readonly Statement[], reductions: readonly Reduction[]): boolean {
  const all = [
    ...body.flatMap((statement) => (statement.kind === "let" ? [statement.value] : [])),
    ...reductions.map((one) => one.value),
  ];
  return (
    reductions.length > 0 &&
    body.every((statement) => statement.kind === "let") &&
    all.every(isCheap) &&
    all.length <= 6
  );
}

const cheap: ReadonlySet<ScalarOp> = new Set<ScalarOp>(["add", "sub", "mul", "max", "min", "neg", "abs"]);

function isCheap(e: Expression): boolean {
  if (e.kind === "apply") return cheap.has(e.op) && e.inputs.every(isCheap);
  if (e.kind === "load") return e.dtype === "float32" || e.dtype === "float64" || e.dtype === "int32";
  return e.kind === "constant" || e.kind === "register";
}

/** How many points of a row vectors cover. In rows that go on where the last ended, all or none: positions count through. */
export function vectorLimit(w: KernelWriter, extent: Value, continued: boolean): Value {
  const multiple = w.e.op("i32.and", extent, w.e.i32(-4));
  return continued ? w.e.select(extent, w.e.i32(0), w.e.op("i32.eq", extent, multiple)) : multiple;
}

import { bytesOf, type Statement } from "@cresset/core/backend";
import { storeFour, storeOne } from "./access.ts";
import type { Value } from "./code/emitter.ts";
import { value } from "./expression.ts";
import { addressOf, strideOf } from "./index-math.ts";
import { writeInner } from "./products/inner.ts";
import type { KernelWriter } from "./writer.ts";

type Store = Statement & { kind: "store" };

/** Writes statements at the present point. `rows`: inner loops compute four neighbouring points of their last axis at once. */
export function statements(w: KernelWriter, body: readonly Statement[], rows: boolean): void {
  for (const statement of body) {
    if (statement.kind === "inner") writeInner(w, statement, rows);
    else w.eachCopy(() => one(w, statement));
  }
}

function one(w: KernelWriter, statement: Exclude<Statement, { kind: "inner" }>): void {
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

import type { Operand, Statement } from "@cresset/core/backend";
import { type Evaluate, type Frame, interpretExpression, interpretIndex, storer } from "./expression.ts";
import { accumulating } from "./reduction.ts";

/** Runs `body` at every point of `axes`, in row-major order. */
export function forEach(frame: Frame, axes: readonly number[], body: () => void, from = 0): void {
  if (from === axes.length) {
    body();
    return;
  }
  const axis = axes[from];
  const extent = frame.call.extents[axis];
  for (let i = 0; i < extent; i++) {
    frame.axes[axis] = i;
    forEach(frame, axes, body, from + 1);
  }
}

function interpretStatement(operands: readonly Operand[], statement: Statement): Evaluate<void> {
  switch (statement.kind) {
    case "let": {
      const value = interpretExpression(statement.value);
      return (frame) => {
        frame.registers[statement.register] = value(frame);
      };
    }
    case "store": {
      const value = interpretExpression(statement.value);
      const index = interpretIndex(statement.index);
      const store = storer(operands[statement.operand].dtype);
      return (frame) => store(frame.memory[frame.call.buffers[statement.operand]], index(frame), value(frame));
    }
    case "check": {
      const condition = interpretExpression(statement.condition);
      return (frame) => {
        if (!condition(frame)) frame.failed[frame.call.checks[statement.check]] = 1;
      };
    }
    case "inner": {
      const body = interpretStatements(operands, statement.body);
      const reductions = statement.reductions.map((reduction) => ({
        register: reduction.register,
        start: accumulating(reduction),
      }));
      return (frame) => {
        const accumulators = reductions.map(({ start }) => start());
        forEach(frame, statement.axes, () => {
          body(frame);
          for (const accumulator of accumulators) accumulator.add(frame);
        });
        accumulators.forEach((accumulator, i) => {
          frame.registers[reductions[i].register] = accumulator.result();
        });
      };
    }
  }
}

export function interpretStatements(operands: readonly Operand[], body: readonly Statement[]): Evaluate<void> {
  const steps = body.map((statement) => interpretStatement(operands, statement));
  return (frame) => {
    for (const step of steps) step(frame);
  };
}

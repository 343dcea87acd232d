import type { Statement } from "@cresset/core/backend";
import { bare, condition, expression, storedText, value } from "./expression.ts";
import { indexCode } from "./index-math.ts";
import { accumulator } from "./reduction.ts";
import type { Writer } from "./writer.ts";

/** Writes statements into the innermost block. */
export function writeStatements(writer: Writer, body: readonly Statement[]): void {
  for (const statement of body) {
    switch (statement.kind) {
      case "let":
        writer.define(statement.register, bare(value(writer, statement.value)));
        break;
      case "store": {
        const stored = storedText(
          writer,
          writer.kernel.operands[statement.operand].dtype,
          expression(writer, statement.value),
        );
        writer.line(`m${statement.operand}[${indexCode(writer, statement.index)}] = ${stored};`);
        break;
      }
      case "check":
        writer.line(`if (!(${condition(writer, statement.condition)})) failed[call.checks[${statement.check}]] = 1;`);
        break;
      case "inner": {
        const accumulators = statement.reductions.map((reduction) => accumulator(writer, reduction));
        for (const axis of statement.axes) writer.openLoop(axis);
        writeStatements(writer, statement.body);
        for (const one of accumulators) one.add();
        for (const _ of statement.axes) writer.close();
        for (const one of accumulators) one.finish();
        break;
      }
    }
  }
}

import type { Statement } from "@cresset/core/backend";
import { value, writeStore } from "./expression.ts";
import { indexText } from "./index-math.ts";
import { header, parameter } from "./parameters.ts";
import type { Writer } from "./writer.ts";

type Inner = Extract<Statement, { kind: "inner" }>;

/** How statements outside and inside of inner loops are written: by one thread, or by the lanes of a row. */
export interface Surroundings {
  /** A condition for stores and checks, or null. */
  readonly only: string | null;
  inner(statement: Inner): void;
}

/** Writes statements into the block at hand. */
export function writeStatements(writer: Writer, body: readonly Statement[], around: Surroundings): void {
  const effect = (write: () => void): void => {
    if (around.only === null) {
      write();
      return;
    }
    writer.open(`if (${around.only})`);
    write();
    writer.close();
  };
  for (const statement of body) {
    switch (statement.kind) {
      case "let": {
        const name = `r${statement.register}`;
        writer.line(`let ${name} = ${value(writer, statement.value)};`);
        writer.registers.set(statement.register, name);
        break;
      }
      case "store":
        effect(() => {
          const { operand, index } = statement;
          const text = value(writer, statement.value);
          if (writer.fours?.store(operand, index, text)) return;
          writeStore(writer, operand, indexText(writer, index), text);
        });
        break;
      case "check":
        effect(() => {
          writer.open(`if (!(${value(writer, statement.condition)}))`);
          writer.line(`atomicMin(&status[${header(2)}], ${parameter(writer.layout.check(statement.check))});`);
          writer.close();
        });
        break;
      case "inner":
        around.inner(statement);
        break;
    }
  }
}

/** For bodies that have no inner loops. */
export function noInner(): never {
  throw new Error("webgpu: an inner loop where there can be none");
}

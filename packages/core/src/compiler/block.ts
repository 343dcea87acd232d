import type { Expression, Statement } from "../backend/program.ts";

/** Statements under construction, and the values that they have named. */
export class Block {
  readonly statements: Statement[] = [];
  readonly known = new Map<string, Expression>();
  /** The block around it, whose names it sees. */
  readonly outer: Block | null;

  constructor(outer: Block | null = null) {
    this.outer = outer;
  }

  find(key: string): Expression | undefined {
    return this.known.get(key) ?? this.outer?.find(key);
  }
}

/** Numbers what a kernel refers to: buffers as operands, program arguments as slots, checks. */
export class Binding {
  readonly buffers: number[] = [];
  readonly dtypes: Expression["dtype"][] = [];
  readonly access: ("read" | "write" | "update")[] = [];
  readonly arguments: number[] = [];
  readonly checks: number[] = [];
  registers = 0;

  operand(buffer: number, dtype: Expression["dtype"], access: "read" | "write" | "update"): number {
    const at = this.buffers.indexOf(buffer);
    if (at < 0) {
      this.buffers.push(buffer);
      this.dtypes.push(dtype);
      this.access.push(access);
      return this.buffers.length - 1;
    }
    if (this.access[at] !== access) this.access[at] = "update";
    return at;
  }

  argument(slot: number): number {
    const at = this.arguments.indexOf(slot);
    return at >= 0 ? at : this.arguments.push(slot) - 1;
  }

  check(number: number): number {
    return this.checks.push(number) - 1;
  }
}

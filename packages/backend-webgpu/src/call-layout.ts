import type { DType, Expression, Index, Kernel, Statement } from "@cresset/core/backend";

/**
 * What a dispatch tells its kernel, in one uniform buffer of 32-bit words: a header, then a record for each call. A record
 * holds the first workgroup of the call, where each operand begins, extents, checks and arguments, in this order.
 */
export interface CallLayout {
  /** Words of a record, a multiple of 4. */
  readonly words: number;
  readonly workgroup: number;
  readonly operand: (n: number) => number;
  readonly extent: (axis: number) => number;
  readonly check: (n: number) => number;
  /** Each argument once for each dtype that the kernel reads it as. */
  readonly arguments: readonly { readonly slot: number; readonly dtype: DType; readonly word: number }[];
  readonly argument: (slot: number, dtype: DType) => number;
}

/** Words of the header: number of calls, number of workgroups, where the run's status lies. */
export const headerWords = 4;

/** Arguments that an expression, an index or a statement reads. */
class ArgumentUses {
  readonly uses = new Map<string, { slot: number; dtype: DType }>();

  add(slot: number, dtype: DType): void {
    this.uses.set(`${slot}:${dtype}`, { slot, dtype });
  }

  index(index: Index): void {
    switch (index.kind) {
      case "argument":
        this.add(index.slot, "int32");
        break;
      case "sum":
        this.index(index.left);
        this.index(index.right);
        break;
      case "product":
      case "quotient":
      case "remainder":
        this.index(index.input);
        break;
      case "value":
        this.expression(index.value);
        break;
    }
  }

  expression(e: Expression): void {
    switch (e.kind) {
      case "argument":
        this.add(e.slot, e.dtype);
        break;
      case "index":
      case "load":
        this.index(e.index);
        break;
      case "cast":
        this.expression(e.input);
        break;
      case "apply":
        for (const input of e.inputs) this.expression(input);
        break;
      case "guard":
        for (const { index } of e.bounds) this.index(index);
        this.expression(e.value);
        this.expression(e.otherwise);
        break;
    }
  }

  statements(body: readonly Statement[]): void {
    for (const statement of body) {
      switch (statement.kind) {
        case "let":
          this.expression(statement.value);
          break;
        case "store":
          this.index(statement.index);
          this.expression(statement.value);
          break;
        case "check":
          this.expression(statement.condition);
          break;
        case "inner":
          this.statements(statement.body);
          for (const { value } of statement.reductions) this.expression(value);
          break;
      }
    }
  }
}

function usesOf(kernel: Kernel): ArgumentUses {
  const uses = new ArgumentUses();
  switch (kernel.kind) {
    case "loop":
      uses.statements(kernel.body);
      break;
    case "contraction":
      uses.expression(kernel.left);
      uses.expression(kernel.right);
      uses.statements(kernel.body);
      break;
    case "scatter":
    case "scan":
    case "sort":
      uses.index(kernel.index);
      uses.expression(kernel.value);
      break;
  }
  return uses;
}

export function callLayout(kernel: Kernel): CallLayout {
  const workgroup = 0;
  const operands = workgroup + 1;
  const extents = operands + kernel.operands.length;
  const checks = extents + kernel.axes;
  let next = checks + kernel.checks;
  const args = [...usesOf(kernel).uses.values()].map(({ slot, dtype }) => {
    const word = next;
    next += dtype === "int64" ? 2 : 1;
    return { slot, dtype, word };
  });
  return {
    words: Math.ceil(next / 4) * 4,
    workgroup,
    operand: (n) => operands + n,
    extent: (axis) => extents + axis,
    check: (n) => checks + n,
    arguments: args,
    argument: (slot, dtype) => args.find((one) => one.slot === slot && one.dtype === dtype)?.word ?? 0,
  };
}

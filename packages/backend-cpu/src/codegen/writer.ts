import type { Kernel } from "@cresset/core/backend";

interface Block {
  readonly header: string;
  readonly lines: string[];
  /** Names of values computed in this block, by the code that computes them. */
  readonly names: Map<string, string>;
}

const simple = /^[\w$]+$/;

/**
 * Writes the body of a kernel's function as nested blocks. Code that depends only on outer loops is named in their
 * blocks (`hoist`): the block of depth d may use the variables of all blocks up to d.
 */
export class Writer {
  readonly kernel: Kernel;
  /** Functions of `helpers` that the code calls. */
  readonly helpers = new Set<string>();
  /** Positive inside a guard, whose value must not be evaluated where the guard does not hold. */
  lazy = 0;
  readonly #blocks: Block[] = [{ header: "", lines: [], names: new Map() }];
  readonly #axes = new Map<number, number>();
  readonly #registers = new Map<number, number>();
  #names = 0;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** The depth of the innermost open block; 0 is the function's body. */
  get depth(): number {
    return this.#blocks.length - 1;
  }

  get text(): string {
    return this.#blocks[0].lines.join("\n");
  }

  line(text: string): void {
    this.#blocks[this.depth].lines.push(text);
  }

  open(header: string): void {
    this.#blocks.push({ header, lines: [], names: new Map() });
  }

  close(): void {
    const block = this.#blocks.pop();
    if (!block) return;
    this.line(`${block.header} {`);
    for (const text of block.lines) this.line(`  ${text}`);
    this.line("}");
  }

  /** A loop over one axis of the kernel. */
  openLoop(axis: number): void {
    this.open(`for (let i${axis} = 0; i${axis} < n${axis}; i${axis}++)`);
    this.placeAxis(axis);
  }

  /** Says that the variable of `axis` belongs to the innermost block. */
  placeAxis(axis: number): void {
    this.#axes.set(axis, this.depth);
  }

  axisDepth(axis: number): number {
    return this.#axes.get(axis) ?? this.depth;
  }

  /** Names `code` as the value of a register of the program. */
  define(register: number, code: string): void {
    this.line(`const r${register} = ${code};`);
    this.#registers.set(register, this.depth);
  }

  registerDepth(register: number): number {
    return this.#registers.get(register) ?? this.depth;
  }

  /** A name for the value of `code`, computed once in the block of `depth`. */
  hoist(depth: number, code: string): string {
    if (simple.test(code)) return code;
    const block = this.#blocks[depth];
    let name = block.names.get(code);
    if (name === undefined) {
      name = this.fresh("p");
      block.lines.push(`const ${name} = ${code};`);
      block.names.set(code, name);
    }
    return name;
  }

  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  /** The name of a helper, noted as used. */
  helper(name: string): string {
    this.helpers.add(name);
    return name;
  }
}

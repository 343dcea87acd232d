import type { DType, Index, Kernel } from "@cresset/core/backend";
import type { CallLayout } from "../call-layout.ts";
import { allFunctions } from "./functions/index.ts";
import { declarationsOf } from "./functions/library.ts";
import type { Placement } from "./placement.ts";

/** Names that the text of a kernel uses: the variables of axes and registers. */
export interface Scope {
  readonly axes: Map<number, string>;
  readonly registers: Map<number, string>;
}

/** One of four neighbouring points, whose operands are loaded and stored together (`fours.ts`). */
export interface FourthPoint {
  /** The value of an element; null where it is loaded by itself. */
  load(operand: number, index: Index): string | null;
  /** Whether it keeps the value of an element, to be stored with the others. */
  store(operand: number, index: Index, text: string): boolean;
}

/** Writes the text of a kernel: lines of the body, declarations before it, and which library functions they call. */
export class Writer {
  readonly kernel: Kernel;
  readonly placement: Placement;
  readonly layout: CallLayout;
  readonly axes = new Map<number, string>();
  readonly registers = new Map<number, string>();
  readonly #functions = new Set<string>();
  readonly #declarations: string[] = [];
  readonly #arrays = new Map<string, { readonly type: string; readonly length: number }>();
  #lines: string[] = [];
  #indent = 1;
  #names = 0;
  /** Whether the kernel exchanges values within subgroups. */
  subgroups = false;
  /** Whether a load within bounds, else a constant, is a choice of two values: what is loaded elsewhere is anything, and not looked at. */
  branchless = false;
  /** The point at hand, where it is one of four. */
  fours: FourthPoint | null = null;

  constructor(kernel: Kernel, placement: Placement, layout: CallLayout) {
    this.kernel = kernel;
    this.placement = placement;
    this.layout = layout;
  }

  line(text: string): void {
    this.#lines.push("  ".repeat(this.#indent) + text);
  }

  open(header: string): void {
    this.line(`${header} {`);
    this.#indent++;
  }

  /** Ends a block and begins the other branch. */
  otherwise(): void {
    this.#indent--;
    this.line("} else {");
    this.#indent++;
  }

  close(): void {
    this.#indent--;
    this.line("}");
  }

  /** Runs `write` and gives the lines that it wrote, instead of adding them. */
  capture(write: () => void): string[] {
    const before = this.#lines;
    this.#lines = [];
    write();
    const written = this.#lines;
    this.#lines = before;
    return written;
  }

  append(lines: readonly string[]): void {
    this.#lines.push(...lines);
  }

  declare(text: string): void {
    this.#declarations.push(text);
  }

  /** A workgroup array that all uses of one name share; the largest length asked for counts. */
  workgroupArray(name: string, type: string, length: number): string {
    const known = this.#arrays.get(name);
    this.#arrays.set(name, { type, length: Math.max(length, known?.length ?? 0) });
    return `shared_${name}`;
  }

  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  /** The name of how many invocations a subgroup has: a power of two, the same in all of a workgroup. */
  subgroupSize(): string {
    this.subgroups = true;
    return "subgroup_size";
  }

  /** The name of an invocation's number in its subgroup. */
  subgroupInvocation(): string {
    this.subgroups = true;
    return "subgroup_invocation";
  }

  /** The name of a library function, noted as used. */
  use(name: string): string {
    this.#functions.add(name);
    return name;
  }

  /** A name for the value of `text`, computed here. */
  name(prefix: string, text: string): string {
    if (/^\w+$/.test(text)) return text;
    const name = this.fresh(prefix);
    this.line(`let ${name} = ${text};`);
    return name;
  }

  dtypeOf(operand: number): DType {
    return this.kernel.operands[operand].dtype;
  }

  /** Whether the text has 16-bit floats of the adapter. */
  get half(): boolean {
    return (
      this.#functions.has("native_half") ||
      this.placement.places.some((place) => place.kind === "own" && place.storage === "f16")
    );
  }

  get body(): readonly string[] {
    return this.#lines;
  }

  get declarations(): readonly string[] {
    const arrays = [...this.#arrays].map(
      ([name, { type, length }]) => `var<workgroup> shared_${name}: array<${type}, ${length}>;`,
    );
    return [...this.#declarations, ...arrays];
  }

  get functions(): readonly string[] {
    return declarationsOf(this.#functions, allFunctions);
  }
}

import { RecentMap } from "../backend/recent-map.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Recording } from "./recording.ts";
import type { Term } from "./term.ts";

/** Structure of an operation: what its template depends on besides the operands' types. JSON values. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Where a view's elements lie in its storage: sizes, strides and offset in elements. */
export interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** What a hand-written derivative may use; each access is recorded as a saved value. */
export interface DerivativeContext<A extends Attributes = Attributes> {
  input(index: number): Term;
  /** Of an input that need not be saved for it. */
  shape(index: number): readonly number[];
  output(index?: number): Term;
  scalar(index: number): Term;
  /** Gradient of an output; zeros where nothing depends on it. */
  grad(index?: number): Term;
  /** Whether anything depends on an output. */
  given(index: number): boolean;
  /** Whether the gradient of an input is wanted. */
  needs(index: number): boolean;
  readonly attributes: A;
}

export interface OperationOptions<A extends Attributes> {
  /** PyTorch's name of the backward node, or how it is made of the operation's; default: `${Name}Backward0`. */
  readonly gradName?: string | ((name: string) => string);
  /**
   * The gradient of each tensor input, where PyTorch's differs from the mechanical one or saves less. null stands for
   * zeros, or for what is not wanted; inputs past the end of the list get no gradient at all (PyTorch's None).
   */
  readonly derivative?: (context: DerivativeContext<A>) => readonly (Term | null)[];
  /**
   * For functions of each element of one tensor: the factor of the gradient. It is computed beside the result, with which it
   * shares most of the work, and saved instead of the operand.
   */
  readonly slope?: (inputs: readonly Term[], scalars: readonly Term[], attributes: A) => Term;
  /** Whether a gradient that is recorded requires grad because the operand does, though it only says where: as PyTorch has it for some. */
  readonly linked?: boolean;
  /** Whether inputs that the derivative does not reach get no gradient instead of zeros: it is itself a derivative of several inputs. */
  readonly separate?: boolean;
  /** Of a view that must not be written: throws. The tensor shows what the recorded operation has made, or a part of that. */
  readonly refuses?: (tensor: Tensor, made: Recording) => never;
  /** Marks a view: the layout of the result, which aliases the first input's storage. */
  readonly view?: (layout: Layout, attributes: A, scalars: readonly number[]) => Layout;
  /**
   * float16 inputs are computed in float32 and results rounded once, as PyTorch does. "keep" traces them as they are
   * (movement, casts).
   */
  readonly half?: "widen" | "keep";
}

/** Traces an operation: tensor operands, scalar operands (weak terms), attributes → results. */
export type Body<A extends Attributes> = (
  inputs: readonly Term[],
  scalars: readonly Term[],
  attributes: A,
) => Term | readonly Term[];

/** An operation of PyTorch: a body over terms, traced once per operand types, scalar kinds, attributes. */
export class Operation<A extends Attributes = Attributes> {
  readonly id: number;
  readonly name: string;
  readonly body: Body<A>;
  readonly options: OperationOptions<A>;
  /** Templates by signature; owned by `template.ts`. */
  readonly templates = new RecentMap<string, unknown>(1024);
  /** The signatures that were asked for last; likewise. */
  readonly lately: unknown[] = [];

  constructor(id: number, name: string, body: Body<A>, options: OperationOptions<A>) {
    this.id = id;
    this.name = name;
    this.body = body;
    this.options = options;
  }

  /** Made when it is asked for: hundreds of operations are defined when a program starts. */
  get gradName(): string {
    const { gradName } = this.options;
    if (typeof gradName === "string") return gradName;
    return gradName ? gradName(this.name) : `${pascal(this.name)}Backward0`;
  }
}

let operations = 0;

/**
 * Defines an operation.
 *
 * @example
 * const softsign = operation("softsign", ([x]) => div(x, add(abs(x), 1)));
 */
export function operation<A extends Attributes = Attributes>(
  name: string,
  body: Body<A>,
  options: OperationOptions<A> = {},
): Operation<A> {
  return new Operation(operations++, name, body, options);
}

function pascal(name: string): string {
  const start = name.replace(/^_+/, "");
  return start.charAt(0).toUpperCase() + start.slice(1);
}

import { type DType, isFloat, isInteger } from "../dtype/dtype.ts";
import type { Primitive, PrimitiveOp } from "./primitive.ts";
import { numelOf, sameItems } from "./type.ts";

/**
 * A value inside a template: a primitive applied to terms. Terms exist while an operation is traced and in its
 * template; user code never sees one.
 */
export class Term {
  /** Position in its trace; operands come before. */
  readonly id: number;
  readonly primitive: Primitive;
  readonly inputs: readonly Term[];
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** A JavaScript number: takes part in promotion by its kind only. */
  readonly weak: boolean;

  constructor(
    id: number,
    primitive: Primitive,
    inputs: readonly Term[],
    dtype: DType,
    shape: readonly number[],
    weak: boolean,
  ) {
    this.id = id;
    this.primitive = primitive;
    this.inputs = inputs;
    this.dtype = dtype;
    this.shape = shape;
    this.weak = weak;
  }

  get rank(): number {
    return this.shape.length;
  }

  get numel(): number {
    return numelOf(this.shape);
  }

  get isFloat(): boolean {
    return isFloat(this.dtype);
  }

  get isInteger(): boolean {
    return isInteger(this.dtype);
  }
}

/** The attributes of a term whose primitive is known. */
export function attributesOf<Op extends PrimitiveOp>(term: Term, op: Op): Extract<Primitive, { op: Op }> {
  if (term.primitive.op !== op) throw new Error(`${term.primitive.op} is not ${op}`);
  return term.primitive as Extract<Primitive, { op: Op }>;
}

/** Terms under construction: the same primitive of the same operands is the same term. */
export class Trace {
  readonly terms: Term[] = [];
  /** Terms by their first operand; those without operands by their primitive. */
  readonly #known = new Map<Term | PrimitiveOp, Term[]>();

  add(primitive: Primitive, inputs: readonly Term[], dtype: DType, shape: readonly number[], weak = false): Term {
    const place = inputs.length > 0 ? inputs[0] : primitive.op;
    const others = this.#known.get(place);
    const known = others?.find(
      (other) =>
        isSame(other.primitive, primitive) &&
        sameItems(other.inputs, inputs) &&
        other.dtype === dtype &&
        other.weak === weak &&
        sameItems(other.shape, shape),
    );
    if (known !== undefined) return known;
    const term = new Term(this.terms.length, primitive, inputs, dtype, shape, weak);
    this.terms.push(term);
    if (others) others.push(term);
    else this.#known.set(place, [term]);
    return term;
  }
}

/** Whether primitives have the same attributes: plain values, of which 0 and −0 differ, or lists. */
function isSame(a: { readonly [name: string]: unknown }, b: typeof a): boolean {
  return Object.keys({ ...a, ...b }).every((name) => {
    const [x, y] = [a[name], b[name]];
    return Object.is(x, y) || (Array.isArray(x) && Array.isArray(y) && sameItems(x, y));
  });
}

let current: Trace | undefined;

/** Runs `body` with a new trace that the term functions add to. */
export function tracing<T>(body: (trace: Trace) => T): T {
  const outer = current;
  const trace = new Trace();
  current = trace;
  try {
    return body(trace);
  } finally {
    current = outer;
  }
}

export function currentTrace(): Trace {
  if (current === undefined) throw new Error("a term was made outside of a trace");
  return current;
}

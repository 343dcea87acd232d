import { type DType, isFloat, isInteger } from "../dtype/dtype.ts";
import type { Primitive, PrimitiveOp } from "./primitive.ts";
import { numelOf } from "./type.ts";

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

/** Terms under construction, hash-consed: the same primitive of the same operands is the same term. */
export class Trace {
  readonly terms: Term[] = [];
  readonly #known = new Map<string, Term>();

  add(primitive: Primitive, inputs: readonly Term[], dtype: DType, shape: readonly number[], weak = false): Term {
    const key = `${describe(primitive)}(${inputs.map((t) => t.id).join(",")})${dtype}[${shape.join(",")}]${weak ? "w" : ""}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const term = new Term(this.terms.length, primitive, inputs, dtype, shape, weak);
    this.terms.push(term);
    this.#known.set(key, term);
    return term;
  }
}

function describe(primitive: Primitive): string {
  return JSON.stringify(primitive, (_, v) =>
    typeof v === "bigint"
      ? `${v}n`
      : typeof v === "number" && (!Number.isFinite(v) || Object.is(v, -0))
        ? `#${Object.is(v, -0) ? "-0" : v}`
        : v,
  );
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

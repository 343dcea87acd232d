import { type DType, isFloat } from "../dtype/dtype.ts";
import { getDefaultDtype, resultType } from "../dtype/promotion.ts";
import { CressetError, ValueError } from "../errors.ts";
import type { ScalarKind } from "../runtime/scalar.ts";
import * as build from "./build.ts";
import type { Attributes, Operation } from "./operation.ts";
import { type Term, tracing } from "./term.ts";
import { sameItems, type TensorType, tensorType } from "./type.ts";

/** Where a backward template's input comes from: a node's input or output, or the gradient of one of its results. */
export interface BackwardSource {
  readonly kind: "input" | "output" | "gradient";
  readonly index: number;
}

/** A vector-Jacobian product as a template, with what to feed it. */
export interface Backward {
  readonly template: Template;
  readonly sources: readonly BackwardSource[];
  /** Which input of the forward operation each result is the gradient of. */
  readonly targets: readonly number[];
}

/**
 * An operation traced for given operand types: its primitives, its result types, and (made when first asked for) its
 * vector-Jacobian products.
 */
export class Template {
  readonly id: number;
  readonly operation: Operation;
  readonly attributes: Attributes;
  readonly inputTypes: readonly TensorType[];
  /** All terms that the results and the slope need, operands before uses. */
  readonly terms: readonly Term[];
  /** The operation's slope, for operations that have one. */
  readonly slope: Term | null;
  readonly inputs: readonly Term[];
  /** The inputs as the body saw them: float16 widened. */
  readonly operands: readonly Term[];
  readonly scalars: readonly Term[];
  /** The operation's results; `hidden` values that the derivative saves come after them in a node's outputs. */
  readonly results: readonly Term[];
  readonly resultTypes: readonly TensorType[];
  readonly hidden: Term[] = [];
  readonly hiddenTypes: TensorType[] = [];
  /** Whether its result is a view of its first input, or a copy with elements in other places. */
  readonly moves: boolean;
  /** The dtypes of the device that was last found to have the results'; not the device, which may be replaced by another one. */
  fitting: ReadonlySet<DType> | null = null;
  /** Vector-Jacobian products by what is wanted and given; filled by `autograd/derive.ts`. */
  readonly backwards = new Map<number | string, Backward>();
  /** What those save, by which inputs need gradients. */
  readonly saved = new Map<number | string, readonly BackwardSource[]>();

  constructor(
    id: number,
    operation: Operation,
    attributes: Attributes,
    inputTypes: readonly TensorType[],
    inputs: readonly Term[],
    operands: readonly Term[],
    scalars: readonly Term[],
    terms: readonly Term[],
    results: readonly Term[],
    slope: Term | null = null,
  ) {
    this.operands = operands;
    this.slope = slope;
    this.id = id;
    this.operation = operation;
    this.attributes = attributes;
    this.inputTypes = inputTypes;
    this.inputs = inputs;
    this.scalars = scalars;
    this.terms = terms;
    this.results = results;
    this.resultTypes = results.map((t) => tensorType(t.dtype, t.shape));
    this.moves = results.length === 1 && (operation.options.view !== undefined || isMoved(results[0]));
  }

  /** Output number of a value that a derivative saves; hidden ones are added on first use. */
  outputOf(term: Term): number {
    const at = this.results.indexOf(term);
    if (at >= 0) return at;
    let hidden = this.hidden.indexOf(term);
    if (hidden < 0) {
      hidden = this.hidden.push(term) - 1;
      this.hiddenTypes.push(tensorType(term.dtype, term.shape));
    }
    return this.results.length + hidden;
  }
}

const moving: ReadonlySet<string> = new Set(["reshape", "permute", "expand", "slice"]);

/** Whether a term shows elements of the first input and computes nothing. */
function isMoved(term: Term): boolean {
  let at = term;
  while (moving.has(at.primitive.op)) at = at.inputs[0];
  return at.primitive.op === "input" && at.primitive.index === 0;
}

let templates = 0;

export function makeTemplate(
  operation: Operation,
  attributes: Attributes,
  inputTypes: readonly TensorType[],
  scalarKinds: readonly ScalarKind[],
): Template {
  return tracing((trace) => {
    const inputs = inputTypes.map((type, i) => build.input(i, type.dtype, type.shape));
    const scalars = scalarKinds.map((kind, slot) => build.argument(slot, scalarDtype(kind), [], true));
    const widen = operation.options.half !== "keep" && widens(inputs, scalars);
    // Floats of no dimension beside float16 are rounded to it first.
    const operands = widen
      ? inputs.map((t) => (isFloat(t.dtype) ? build.cast(build.cast(t, "float16"), "float32") : t))
      : inputs;
    const traced = bodyOf(operation, operands, scalars, attributes);
    let results: readonly Term[] = Array.isArray(traced) ? traced : [traced as Term];
    if (widen) results = results.map((t) => (t.dtype === "float32" ? build.cast(t, "float16") : t));
    results = results.map((t) => (t.weak ? build.cast(t, t.dtype) : t));
    const slope = operation.options.slope?.(operands, scalars, attributes) ?? null;
    const terms = needed(trace.terms, slope === null ? results : [...results, slope]);
    return new Template(
      templates++,
      operation,
      attributes,
      inputTypes,
      inputs,
      operands,
      scalars,
      terms,
      results,
      slope,
    );
  });
}

/** Runs the body; what the operation's own checks let through is still an error that names the operation. */
function bodyOf(
  operation: Operation,
  operands: readonly Term[],
  scalars: readonly Term[],
  attributes: Attributes,
): ReturnType<Operation["body"]> {
  try {
    return operation.body(operands, scalars, attributes);
  } catch (error) {
    if (error instanceof CressetError || !(error instanceof Error)) throw error;
    const types = operands.map((t) => `${t.dtype} [${t.shape.join(", ")}]`).join(" and ");
    throw new ValueError(
      `${operation.name}: cannot be applied to ${types} with ${JSON.stringify(attributes)}: ${error.message}`,
      { cause: error },
    );
  }
}

const scalarDtype = (kind: ScalarKind) => (kind === "int" ? "int64" : kind === "bool" ? "bool" : getDefaultDtype());

/** Whether the operands promote to float16 and some of them are. */
function widens(inputs: readonly Term[], scalars: readonly Term[]): boolean {
  if (!inputs.some((t) => t.dtype === "float16")) return false;
  const floats = [...inputs, ...scalars].filter((t) => isFloat(t.dtype));
  return resultType(floats) === "float16";
}

/** The terms that `results` depend on, in order. */
export function needed(terms: readonly Term[], results: readonly Term[]): Term[] {
  const marked = new Set<Term>(results);
  for (let i = terms.length - 1; i >= 0; i--) {
    const term = terms[i];
    if (marked.has(term)) for (const operand of term.inputs) marked.add(operand);
  }
  return terms.filter((t) => marked.has(t));
}

/** Wraps terms as a template of their own (a backward pass is one). */
export function templateOf(
  operation: Operation,
  attributes: Attributes,
  inputs: readonly Term[],
  scalars: readonly Term[],
  terms: readonly Term[],
  results: readonly Term[],
): Template {
  const types = inputs.map((t) => tensorType(t.dtype, t.shape));
  return new Template(
    templates++,
    operation,
    attributes,
    types,
    inputs,
    inputs,
    scalars,
    needed(terms, results),
    results,
  );
}

/** A template with what it was asked for by. */
interface Signature {
  readonly attributesKey: string;
  readonly inputTypes: readonly TensorType[];
  readonly scalarKinds: readonly ScalarKind[];
  /** Whether float64 was the default dtype, which changes what JavaScript numbers and integers become. */
  readonly wide: boolean;
  readonly template: Template;
}

/** Signatures of an operation that are compared before a key is written: the layers of a small model. */
const mostRecent = 4;

/** The template for a call, from the operation's cache. */
export function templateFor(
  operation: Operation,
  attributes: Attributes,
  attributesKey: string,
  inputTypes: readonly TensorType[],
  scalarKinds: readonly ScalarKind[],
): Template {
  const wide = getDefaultDtype() === "float64";
  const { lately } = operation;
  for (let i = 0; i < lately.length; i++) {
    const one = lately[i] as Signature;
    if (
      one.wide === wide &&
      one.attributesKey === attributesKey &&
      sameItems(one.inputTypes, inputTypes) &&
      sameItems(one.scalarKinds, scalarKinds)
    )
      return one.template;
  }
  let key = wide ? `d${attributesKey}` : attributesKey;
  for (const type of inputTypes) key += `,${type.id}`;
  for (const kind of scalarKinds) key += kind;
  let template = operation.templates.get(key) as Template | undefined;
  if (template === undefined) {
    template = makeTemplate(operation, attributes, inputTypes, scalarKinds);
    operation.templates.set(key, template);
  }
  lately.unshift({ attributesKey, inputTypes, scalarKinds, wide, template } satisfies Signature);
  if (lately.length > mostRecent) lately.pop();
  return template;
}

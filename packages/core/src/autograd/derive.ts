import { isCompare } from "../backend/scalar.ts";
import { isFloat } from "../dtype/dtype.ts";
import * as build from "../graph/build.ts";
import * as m from "../graph/math.ts";
import { type Attributes, operation } from "../graph/operation.ts";
import type { PrimitiveOp } from "../graph/primitive.ts";
import type { Edge } from "../graph/recording.ts";
import { type Backward, type BackwardSource, type Template, templateOf } from "../graph/template.ts";
import { type Term, tracing } from "../graph/term.ts";
import { derivatives } from "./derivatives.ts";

/** What there is of two lists, as a map's key: bits where they fit a number. */
function presence(first: readonly unknown[], second: readonly unknown[]): number | string {
  if (first.length + second.length > 48) return `${first.map(Boolean).join()}:${second.map(Boolean).join()}`;
  // Ones in front of each list tell lists of different lengths apart.
  let bits = 1;
  for (let i = 0; i < first.length; i++) bits = 2 * bits + (first[i] ? 1 : 0);
  bits = 2 * bits + 1;
  for (let i = 0; i < second.length; i++) bits = 2 * bits + (second[i] ? 1 : 0);
  return bits;
}

/**
 * The product of given gradients of a template's results with its Jacobian, for the inputs that gradients flow to; cached.
 *
 * @param edges of each input, null where no gradient is wanted.
 * @param given the gradient of each result, null where there is none.
 */
export function backwardOf(template: Template, edges: readonly unknown[], given: readonly unknown[]): Backward {
  const key = presence(edges, given);
  let backward = template.backwards.get(key);
  if (backward === undefined) {
    backward = derive(template, edges.map(Boolean), given.map(Boolean));
    template.backwards.set(key, backward);
  }
  return backward;
}

const nothing: readonly unknown[] = [];

/** The inputs and outputs of a node that its derivative will ask for, for the inputs that gradients flow to. */
export function savedSources(template: Template, edges: readonly (Edge | null)[]): readonly BackwardSource[] {
  const key = presence(edges, nothing);
  let saved = template.saved.get(key);
  if (saved === undefined) {
    const given = template.results.map((t) => isFloat(t.dtype));
    saved =
      template.slope !== null
        ? [{ kind: "output", index: template.outputOf(template.slope) }]
        : backwardOf(template, edges, given).sources.filter((source) => source.kind !== "gradient");
    template.saved.set(key, saved);
  }
  return saved;
}

const noAttributes: Attributes = Object.freeze({});

function derive(template: Template, needs: readonly boolean[], given: readonly boolean[]): Backward {
  return tracing((trace) => {
    const sources: BackwardSource[] = [];
    const source = (from: BackwardSource, like: Term): Term =>
      build.input(sources.push(from) - 1, like.dtype, like.shape);
    // Derivatives of derivatives may need gradients of hidden values, too.
    const outputs = [...template.results, ...template.hidden];
    const gradients = outputs.map((output, index) =>
      given[index] ? source({ kind: "gradient", index }, output) : null,
    );
    const refer = referring(template, source);
    const asOutput = (term: Term): Term => source({ kind: "output", index: template.outputOf(term) }, term);
    const found =
      template.slope !== null
        ? bySlope(template, template.slope, gradients, refer, asOutput)
        : template.operation.options.derivative
          ? custom(template, needs, gradients, refer, asOutput)
          : mechanical(template, needs, gradients, refer);
    const { separate, linked } = template.operation.options;
    // A derivative without an entry for an input gives it no gradient at all; null gives it zeros.
    const targets = needs.flatMap((need, i) => (need && (separate ? found[i] : found[i] !== undefined) ? [i] : []));
    const results = targets.map((i) => {
      const { dtype, shape } = template.inputs[i];
      const gradient = found[i];
      return gradient
        ? build.cast(m.sumTo(m.broadcastTo(gradient, m.broadcastShapes(gradient.shape, shape)), shape), dtype)
        : m.zerosLike({ dtype, shape });
    });
    const inputs = trace.terms.filter((t) => t.primitive.op === "input");
    const name = template.operation.gradName;
    const backward = operation(name, () => results, {
      gradName: `${name.replace(/0$/, "")}Backward0`,
      separate: linked !== true,
    });
    return {
      template: templateOf(backward, noAttributes, inputs, template.scalars, trace.terms, results),
      sources,
      targets,
    };
  });
}

/**
 * Brings forward terms into the backward trace. Inputs, results and what is expensive are saved values; constants,
 * movement and cheap arithmetic are made again from them, bit for bit.
 */
function referring(template: Template, source: (from: BackwardSource, like: Term) => Term): (term: Term) => Term {
  const known = new Map<Term, Term>();
  const refer = (term: Term): Term => {
    let here = known.get(term);
    if (here === undefined) {
      here = again(term);
      known.set(term, here);
    }
    return here;
  };
  const again = (term: Term): Term => {
    const p = term.primitive;
    if (p.op === "input") return source({ kind: "input", index: p.index }, term);
    if (template.results.includes(term)) return source({ kind: "output", index: template.results.indexOf(term) }, term);
    if (p.op === "check") return refer(term.inputs[0]);
    if (isCheap(p.op)) return build.like(term, term.inputs.map(refer));
    return source({ kind: "output", index: template.outputOf(term) }, term);
  };
  return refer;
}

const cheap: ReadonlySet<string> = new Set([
  "argument",
  "constant",
  "iota",
  "cast",
  "reshape",
  "permute",
  "expand",
  "slice",
  "pad",
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "abs",
  "sign",
  "floor",
  "ceil",
  "round",
  "trunc",
  "sqrt",
  "not",
  "max",
  "min",
  "and",
  "or",
  "xor",
  "fma",
  "where",
  "copysign",
]);

const isCheap = (op: PrimitiveOp): boolean => isCompare(op) || cheap.has(op);

type Found = (Term | null)[];

function custom(
  template: Template,
  needs: readonly boolean[],
  gradients: readonly (Term | null)[],
  refer: (t: Term) => Term,
  asOutput: (term: Term) => Term,
): Found {
  const derivative = template.operation.options.derivative;
  if (derivative === undefined) throw new Error("no derivative");
  // Results may have been narrowed to float16 at the end; the derivative sees float32, as the body did.
  const wide = (t: Term): Term =>
    template.operands[0] !== template.inputs[0] && t.dtype === "float16" ? build.cast(t, "float32") : t;
  return [
    ...derivative({
      attributes: template.attributes,
      input: (i) => refer(template.operands[i]),
      shape: (i) => template.operands[i].shape,
      // A result that is one of the inputs (what the host computed) depends on the other inputs all the same.
      output: (i = 0) => {
        const result = template.results[i];
        return wide(result.primitive.op === "input" ? asOutput(result) : refer(result));
      },
      scalar: (i) => refer(template.scalars[i]),
      grad: (i = 0) => wide(gradients[i] ?? m.zerosLike(template.results[i])),
      given: (i) => gradients[i] !== null,
      needs: (i) => needs[i],
    }),
  ];
}

/** The gradient times the saved slope; what flows to the slope itself (in derivatives of derivatives) goes through its terms. */
function bySlope(
  template: Template,
  slope: Term,
  gradients: readonly (Term | null)[],
  refer: (t: Term) => Term,
  asOutput: (term: Term) => Term,
): Found {
  const [gradient] = gradients;
  const first = gradient === null ? null : m.mul(build.cast(gradient, slope.dtype), asOutput(slope));
  if (gradients.every((given, i) => i === 0 || given === null)) return [first];
  const [second] = mechanical(template, [true], [null, ...gradients.slice(1)], refer);
  return [first !== null && second !== null ? m.add(first, second) : (first ?? second)];
}

/** The terms that some inputs have a derivative in: whatever a comparison or a position decides has none. */
export function dependents(template: Template, inputs: readonly unknown[]): ReadonlySet<Term> {
  const live = new Set<Term>();
  for (const term of template.terms) {
    const p = term.primitive;
    const on = p.op === "input" ? inputs[p.index] : term.inputs.some((t) => live.has(t));
    if (on && isFloat(term.dtype)) live.add(term);
  }
  return live;
}

function mechanical(
  template: Template,
  needs: readonly boolean[],
  gradients: readonly (Term | null)[],
  refer: (t: Term) => Term,
): Found {
  const live = dependents(template, needs);
  const adjoint = new Map<Term, Term>();
  const accumulate = (term: Term, gradient: Term): void => {
    const sofar = adjoint.get(term);
    adjoint.set(term, sofar === undefined ? gradient : m.add(sofar, gradient));
  };
  for (const [i, result] of [...template.results, ...template.hidden].entries()) {
    const gradient = gradients[i];
    if (gradient && live.has(result)) accumulate(result, gradient);
  }
  for (let i = template.terms.length - 1; i >= 0; i--) {
    const term = template.terms[i];
    const g = adjoint.get(term);
    if (g === undefined || term.primitive.op === "input") continue;
    const parts = derivatives[term.primitive.op]({
      term,
      g,
      x: (k) => refer(term.inputs[k]),
      y: () => refer(term),
      needs: (k) => live.has(term.inputs[k]),
    });
    for (const [k, part] of parts.entries()) if (part && live.has(term.inputs[k])) accumulate(term.inputs[k], part);
  }
  return template.inputs.map((t) => adjoint.get(t) ?? null);
}

import { givesPositions } from "../graph/build.ts";
import type { Node, Value } from "../graph/node.ts";
import { needed } from "../graph/template.ts";
import { type Term, Trace } from "../graph/term.ts";
import { isLeaf } from "./realize.ts";

/** The graph of an evaluation as one trace: leaves are inputs, arguments are numbered through, equal terms are one. */
export interface Inlined {
  readonly terms: readonly Term[];
  /** One per requested output, in order; distinct terms, none of them a leaf. */
  readonly outputs: readonly Term[];
  readonly arguments: number;
  /** For each check, the node that it belongs to. */
  readonly checkOf: ReadonlyMap<Term, number>;
}

export function inline(order: readonly Node[], outputs: readonly Value[]): Inlined {
  const trace = new Trace();
  const results: Map<Term, Term>[] = [];
  const checkOf = new Map<Term, number>();
  let slots = 0;
  for (const [n, node] of order.entries()) {
    const { template, inputs } = node;
    const here = new Map<Term, Term>();
    for (const term of template.terms) here.set(term, translate(term, here));
    slots += node.args.length;
    results.push(here);

    function translate(term: Term, known: ReadonlyMap<Term, Term>): Term {
      const p = term.primitive;
      switch (p.op) {
        case "input": {
          const value = inputs[p.index];
          if (value.slot !== null) return trace.add({ op: "input", index: value.local }, [], term.dtype, term.shape);
          const producer = value.node as Node;
          return resultOf(results[producer.local], producer, value.index);
        }
        case "argument":
          return trace.add({ op: "argument", slot: slots + p.slot }, [], term.dtype, term.shape);
        case "reduce":
          if (p.dims.every((d) => term.inputs[0].shape[d] === 1)) return ofOne(known.get(term.inputs[0]) as Term, term);
          return trace.add(p, [known.get(term.inputs[0]) as Term], term.dtype, term.shape);
        default: {
          const made = trace.add(
            p,
            term.inputs.map((t) => known.get(t) as Term),
            term.dtype,
            term.shape,
          );
          if (p.op === "check" && !checkOf.has(made)) checkOf.set(made, n);
          return made;
        }
      }
    }
  }
  /** A reduction over dimensions of size 1: the element itself, at position 0. */
  function ofOne(operand: Term, term: Term): Term {
    const p = term.primitive;
    if (p.op === "reduce" && givesPositions(p.reduce))
      return trace.add({ op: "constant", value: 0n }, [], term.dtype, term.shape);
    return trace.add({ op: "reshape" }, [operand], term.dtype, term.shape);
  }
  const given = new Set<Term>();
  const latest = new Map<Term, { term: Term; copies: number }>();
  const wanted = outputs.map((value) => {
    const node = value.node as Node;
    const result = sameElements(resultOf(results[node.local], node, value.index));
    // A second buffer for the same term, or a copy of a leaf, is a term of its own: a copy of the copy before it. So is the
    // value that a check passes on, of which the check itself stores nothing.
    let { term, copies } = latest.get(result) ?? { term: result, copies: 0 };
    for (; given.has(term) || term.primitive.op === "input" || term.primitive.op === "check"; copies++)
      term = trace.add({ op: "cast" }, [term], term.dtype, term.shape, copies > 0);
    given.add(term);
    latest.set(result, { term, copies });
    return term;
  });
  return { terms: needed(trace.terms, wanted), outputs: wanted, arguments: slots, checkOf };
}

function resultOf(known: ReadonlyMap<Term, Term>, node: Node, index: number): Term {
  const { results, hidden } = node.template;
  const term = index < results.length ? results[index] : hidden[index - results.length];
  const here = known.get(term);
  if (here === undefined) throw new Error(`${node.template.operation.name} has no output ${index}`);
  return here;
}

/** A buffer has no shape: what is reshaped for an output is stored as it is. */
function sameElements(term: Term): Term {
  let at = term;
  while (at.primitive.op === "reshape" && !isLeaf(at.inputs[0])) at = at.inputs[0];
  return at;
}

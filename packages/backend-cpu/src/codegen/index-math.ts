import type { Bound, Expression, Index } from "@cresset/core/backend";
import { numberValue } from "./expression.ts";
import type { Writer } from "./writer.ts";

/** Code for an integer, and the depth of the outermost block where it can be computed. */
interface Place {
  readonly code: string;
  readonly depth: number;
  /** Whether the code must stay where it is used. */
  readonly inline: boolean;
}

interface Term extends Place {
  factor: number;
}

/** The index as a sum of terms, constants in `constant`. */
class Sum {
  constant = 0;
  readonly terms: Term[] = [];

  add(place: Place, factor: number): void {
    const same = this.terms.find((term) => term.code === place.code);
    if (same) same.factor += factor;
    else this.terms.push({ ...place, factor });
  }
}

function collect(writer: Writer, index: Index, factor: number, sum: Sum): void {
  switch (index.kind) {
    case "constant":
      sum.constant += factor * index.value;
      break;
    case "axis":
      sum.add({ code: `i${index.axis}`, depth: writer.axisDepth(index.axis), inline: false }, factor);
      break;
    case "argument":
      sum.add({ code: writer.hoist(0, `Number(a${index.slot})`), depth: 0, inline: false }, factor);
      break;
    case "sum":
      collect(writer, index.left, factor, sum);
      collect(writer, index.right, factor, sum);
      break;
    case "product":
      collect(writer, index.input, factor * index.by, sum);
      break;
    case "quotient":
      sum.add(quotient(place(writer, index.input), index.by), factor);
      break;
    case "remainder":
      sum.add(remainder(place(writer, index.input), index.by), factor);
      break;
    case "value":
      sum.add(fromData(writer, index.value, index.extent), factor);
      break;
  }
}

const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

function quotient(input: Place, by: number): Place {
  const code = isPowerOfTwo(by) ? `(${input.code}) >> ${31 - Math.clz32(by)}` : `((${input.code}) / ${by}) | 0`;
  return { ...input, code: `(${code})` };
}

function remainder(input: Place, by: number): Place {
  const code = isPowerOfTwo(by) ? `(${input.code}) & ${by - 1}` : `(${input.code}) % ${by}`;
  return { ...input, code: `(${code})` };
}

/** An index read from data, moved out of the loops it does not depend on. It is kept in range whatever the data say. */
function fromData(writer: Writer, value: Expression, extent: number): Place {
  const depth = expressionDepth(writer, value);
  const code = `${writer.helper("clampIndex")}(${numberValue(writer, value)}, ${extent})`;
  return { code: writer.lazy > 0 ? code : writer.hoist(depth, code), depth, inline: writer.lazy > 0 };
}

/** The depth of the outermost block where an expression can be computed. */
function expressionDepth(writer: Writer, e: Expression): number {
  switch (e.kind) {
    case "constant":
    case "argument":
      return 0;
    case "index":
      return indexDepth(writer, e.index);
    case "load":
      // What the kernel itself writes is read at its place.
      return writer.kernel.operands[e.operand].access === "read" ? indexDepth(writer, e.index) : writer.depth;
    case "register":
      return writer.registerDepth(e.register);
    case "apply":
      return e.inputs.reduce((depth, input) => Math.max(depth, expressionDepth(writer, input)), 0);
    case "cast":
      return expressionDepth(writer, e.input);
    case "guard":
      return e.bounds.reduce(
        (depth, bound) => Math.max(depth, indexDepth(writer, bound.index)),
        Math.max(expressionDepth(writer, e.value), expressionDepth(writer, e.otherwise)),
      );
  }
}

function indexDepth(writer: Writer, index: Index): number {
  switch (index.kind) {
    case "constant":
    case "argument":
      return 0;
    case "axis":
      return writer.axisDepth(index.axis);
    case "sum":
      return Math.max(indexDepth(writer, index.left), indexDepth(writer, index.right));
    case "product":
    case "quotient":
    case "remainder":
      return indexDepth(writer, index.input);
    case "value":
      return expressionDepth(writer, index.value);
  }
}

function termCode(term: Term): string {
  return Math.abs(term.factor) === 1 ? term.code : `${term.code} * ${Math.abs(term.factor)}`;
}

function addTerms(start: string, terms: readonly Term[]): string {
  return terms.reduce((text, term) => {
    if (text === "") return term.factor < 0 ? `-${termCode(term)}` : termCode(term);
    return `${text} ${term.factor < 0 ? "-" : "+"} ${termCode(term)}`;
  }, start);
}

/** Adds up the terms from the outermost loop inwards, each partial sum named in the block where it is known. */
function place(writer: Writer, index: Index): Place {
  const sum = new Sum();
  collect(writer, index, 1, sum);
  const terms = sum.terms.filter((term) => term.factor !== 0);
  terms.sort((a, b) => Number(a.inline) - Number(b.inline) || a.depth - b.depth);
  let code = sum.constant === 0 && terms.length > 0 ? "" : String(sum.constant);
  let depth = 0;
  let at = 0;
  while (at < terms.length) {
    const { depth: here, inline } = terms[at];
    let end = at + 1;
    while (end < terms.length && terms[end].depth === here && terms[end].inline === inline) end++;
    // A partial sum becomes a name before the terms of an inner loop are added.
    if (at > 0) code = writer.hoist(depth, code);
    code = addTerms(code, terms.slice(at, end));
    if (inline) return { code: addTerms(code, terms.slice(end)), depth: writer.depth, inline };
    depth = here;
    at = end;
  }
  return { code, depth, inline: false };
}

/** Code for an index, with everything that outer loops fix computed there. */
export function indexCode(writer: Writer, index: Index): string {
  const { code, depth, inline } = place(writer, index);
  return inline || /^[\w]+( [+] \w+)?$/.test(code) ? code : writer.hoist(depth, code);
}

/** Code for whether all bounds hold. */
export function boundsCode(writer: Writer, bounds: readonly Bound[]): string {
  if (bounds.length === 0) return "true";
  const places = bounds.map((bound) => {
    const { code, depth, inline } = place(writer, bound.index);
    return { code: inline ? `(${code})` : writer.hoist(depth, code), depth, inline };
  });
  const test = (i: number, code: string): string => (places[i].inline ? code : writer.hoist(places[i].depth, code));
  const ranges = bounds.map((bound, i) => test(i, `${places[i].code} >= 0 && ${places[i].code} < ${bound.extent}`));
  const multiples = bounds.flatMap((bound, i) =>
    bound.step === 1 ? [] : [test(i, `${places[i].code} % ${bound.step} === 0`)],
  );
  return [...ranges, ...multiples].join(" && ");
}

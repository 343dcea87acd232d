/** Which terms get a place of their own; everything else is computed where it is used. */
import { isScalarOp, transcendentalOps } from "../backend/scalar.ts";
import type { PrimitiveOp } from "../graph/primitive.ts";
import type { Term } from "../graph/term.ts";

/** Operations that cost too much to be repeated. */
const costly: ReadonlySet<PrimitiveOp> = new Set<PrimitiveOp>([
  ...transcendentalOps,
  "pow",
  "atan2",
  "polygamma",
  "gcd",
  "fmod",
]);

const movement: ReadonlySet<PrimitiveOp> = new Set<PrimitiveOp>([
  "reshape",
  "permute",
  "expand",
  "slice",
  "pad",
  "window",
]);

const isElementwise = (op: PrimitiveOp): boolean => isScalarOp(op) || op === "cast";

const kernels: ReadonlySet<PrimitiveOp> = new Set<PrimitiveOp>([
  "reduce",
  "contract",
  "scatter",
  "scan",
  "sort",
  "check",
]);

export const isMovement = (term: Term): boolean => movement.has(term.primitive.op);

export const isLeaf = (term: Term): boolean =>
  term.primitive.op === "input" ||
  term.primitive.op === "constant" ||
  term.primitive.op === "argument" ||
  term.primitive.op === "iota";

/** How much may be computed again for a second user, inside a guard, and in one kernel at all. */
const cheapToRepeat = 12;
const smallEnoughToGuard = 6;
const largestKernel = 200;
/** How many times as large padding may make what windows of a contraction reach into. */
const mostPadding = 8;
/** How long a chain of terms may be that are computed where they are used: expressions are walked by recursion. */
const longestChain = 300;

/** @param cutsLoops whether the backend does (`Backend.cutsLoops`). */
export function chooseRealized(terms: readonly Term[], outputs: readonly Term[], cutsLoops = false): Set<Term> {
  const users = new Map<Term, number>();
  for (const term of terms)
    for (const operand of new Set(term.inputs)) users.set(operand, (users.get(operand) ?? 0) + 1);
  const realized = new Set<Term>(outputs);
  for (const term of terms) {
    const { op } = term.primitive;
    if (kernels.has(op)) realized.add(term);
    if (op === "contract") for (const operand of term.inputs) addBase(operand, realized);
    // A position that is only wanted as a narrow integer is stored as one.
    if (op === "cast" && term.inputs[0].primitive.op === "reduce" && users.get(term.inputs[0]) === 1)
      realized.add(term);
  }
  for (const slope of slopesBesideExpm1(terms, users, realized)) realized.add(slope);
  // Operands come before uses, so costs below are final when they are read.
  const cost = new Map<Term, number>();
  const heavy = new Map<Term, boolean>();
  const chain = new Map<Term, number>();
  const costOf = (t: Term): number => (realized.has(t) || isLeaf(t) ? 0 : (cost.get(t) ?? 0));
  const isHeavy = (t: Term): boolean => !realized.has(t) && (heavy.get(t) ?? false);
  for (const term of terms) {
    if (isLeaf(term)) continue;
    const { op } = term.primitive;
    if (op === "pad" || op === "window" || op === "gather" || op === "expand") {
      const base = baseOf(term.inputs[0]);
      const repeats = op === "expand" && term.numel <= 2 * term.inputs[0].numel;
      const limit = op === "expand" ? cheapToRepeat : smallEnoughToGuard;
      const isPart = cutsLoops && op === "pad" && isJoin(base);
      if (!isLeaf(base) && !repeats && (isHeavy(base) || (costOf(base) > limit && !isPart))) realized.add(base);
    }
    let total = movement.has(op) ? 0 : 1;
    let heavyHere = costly.has(op);
    let length = 1;
    for (const operand of term.inputs) {
      if (!realized.has(operand)) length = Math.max(length, 1 + (chain.get(operand) ?? 0));
      total += costOf(operand);
      heavyHere ||= isHeavy(operand);
    }
    cost.set(term, Math.min(total, 1e9));
    heavy.set(term, heavyHere);
    chain.set(term, length);
    const shared = (users.get(term) ?? 0) > 1;
    const worthwhile =
      !movement.has(op) && ((shared && (costly.has(op) || total > cheapToRepeat)) || total > largestKernel);
    if (worthwhile || length > longestChain) realized.add(term);
  }
  return realized;
}

/**
 * Slopes of exponential rectifiers: what is made of exp(x), and of what x is made of, where expm1(x) is computed too. The two
 * share most of their work, so they are computed together, and the derivative reads the slope instead of x.
 */
function* slopesBesideExpm1(
  terms: readonly Term[],
  users: ReadonlyMap<Term, number>,
  realized: ReadonlySet<Term>,
): Iterable<Term> {
  const operands = new Set<Term>();
  const userOf = new Map<Term, Term>();
  for (const term of terms) {
    if (term.primitive.op === "expm1") operands.add(term.inputs[0]);
    for (const operand of term.inputs) userOf.set(operand, term);
  }
  if (operands.size === 0) return;
  for (const term of terms) {
    const [x] = term.inputs;
    if (term.primitive.op !== "exp" || !operands.has(x)) continue;
    const sources = sourcesOf([x], realized);
    let slope = term;
    while (users.get(slope) === 1 && !realized.has(slope)) {
      const user = userOf.get(slope);
      if (user === undefined || !isElementwise(user.primitive.op)) break;
      if (![...sourcesOf(user.inputs, realized)].every((source) => sources.has(source))) break;
      slope = user;
    }
    yield slope;
  }
}

/** What terms are computed from, if only realized ones have a place; without numbers. */
function sourcesOf(roots: readonly Term[], realized: ReadonlySet<Term>): Set<Term> {
  const sources = new Set<Term>();
  const seen = new Set(roots);
  for (const term of seen) {
    const { op } = term.primitive;
    if (realized.has(term) || op === "input") sources.add(term);
    else for (const operand of term.inputs) seen.add(operand);
  }
  return sources;
}

/** Whether a term is a concatenation: every element of it is one of a part. */
const isJoin = ({ primitive, inputs: [condition] }: Term): boolean =>
  primitive.op === "where" && condition.inputs[0]?.primitive.op === "iota";

/** The term that a chain of movement reads. */
export function baseOf(term: Term): Term {
  let at = term;
  while (isMovement(at) || at.primitive.op === "check") at = at.inputs[0];
  return at;
}

function addBase(operand: Term, realized: Set<Term>): void {
  const base = paddedForWindows(operand) ?? baseOf(operand);
  if (!isLeaf(base)) realized.add(base);
}

/**
 * The padded tensor whose windows an operand shows, if it does: each element is read by many windows, and with the padding in
 * memory none of them asks for bounds. Not where padding (between elements, mostly) makes it very much larger.
 */
function paddedForWindows(operand: Term): Term | null {
  const base = baseOf(operand);
  let windowed = false;
  for (let at = operand; at !== base; at = at.inputs[0]) {
    const { op } = at.primitive;
    if (op === "window") windowed = true;
    if (op === "pad" && windowed) return at.numel <= mostPadding * base.numel ? at : null;
  }
  return null;
}

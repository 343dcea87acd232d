import type { Term } from "../graph/term.ts";

/**
 * Scatters whose result only another scatter needs, as what it writes over: that one may write where the first has, so that many
 * writes into one tensor copy it once.
 *
 * @returns for such a scatter the one that takes its place over.
 */
export function takenOver(terms: readonly Term[], outputs: readonly Term[]): Map<Term, Term> {
  /** The one term that needs another, or null where there are several, or what runs the program does. */
  const users = new Map<Term, Term | null>();
  for (const term of terms) for (const operand of term.inputs) users.set(operand, users.has(operand) ? null : term);
  for (const output of outputs) users.set(output, null);
  const over = new Map<Term, Term>();
  for (const term of terms) {
    if (term.primitive.op !== "scatter") continue;
    let at = term;
    let user = users.get(at);
    for (; user?.primitive.op === "reshape"; user = users.get(at)) at = user;
    if (user?.primitive.op === "scatter" && user.inputs[0] === at) over.set(term, user);
  }
  return over;
}

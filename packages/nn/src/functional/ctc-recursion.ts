/**
 * The forward and backward variables of CTC, in logarithms, over labels with blanks between them (Graves et al., 2006,
 * section 4.1). L = 2 S + 1 throughout.
 */

import type { Term } from "@cresset/core/extend";
import * as m from "@cresset/core/terms";
import { joinRows } from "./join-rows.ts";

const impossible = Number.NEGATIVE_INFINITY;

/** Labels [N, L]: a blank, the first label, a blank, the second label, … */
export function extendedLabels(targets: Term, blank: Term): Term {
  const length = 2 * targets.shape[1] + 1;
  const none = m.cast(blank, "int64");
  return m.pad(targets, 1, 1, length, 2, none);
}

/** log Σ exp of terms of which all may be -∞. */
function logSumExp(terms: readonly Term[]): Term {
  const largest = terms.slice(1).reduce((a, b) => m.maximum(a, b), terms[0]);
  const shift = m.where(m.eq(largest, impossible), 0, largest);
  const total = terms.map((t) => m.exp(m.sub(t, shift))).reduce((a, b) => m.add(a, b));
  return m.add(m.log(total), shift);
}

/** x[…, s + by]; where there is none, `fill`. */
function shifted(x: Term, by: number, fill: Term): Term {
  return m.pad(x, 1, -by, x.shape[1], 1, fill);
}

/** The log-probability of every label at every step, [T, N, L]. */
function labelLogProbs(logProbs: Term, labels: Term): Term {
  const [steps] = logProbs.shape;
  return m.gather(logProbs, 2, m.broadcastTo(labels, [steps, ...labels.shape]));
}

const at = (x: Term, step: number): Term => m.squeeze(m.slice(x, 0, step, 1), 0);

/** Whether the label at s differs from the one two places before (by = -2) or after (by = 2). */
function differs(labels: Term, by: number): Term {
  const exists = m.cast(shifted(m.constantLike(labels, 1), by, m.constant(0, "int64")), "bool");
  return m.and(exists, m.ne(labels, shifted(labels, by, m.constant(0, "int64"))));
}

const place = (labels: Term): Term => m.iota(labels.shape, 1);

/** Losses [N], and forward variables [T, N, L]. */
export function alphas(logProbs: Term, labels: Term, inputLengths: Term, targetLengths: Term): [Term, Term] {
  const p = labelLogProbs(logProbs, labels);
  const [steps] = p.shape;
  const none = m.constant(impossible, p.dtype);
  const skips = differs(labels, -2);
  const hasLabel = m.broadcastTo(m.unsqueeze(m.gt(targetLengths, 0), 1), labels.shape);
  const starts = m.or(m.eq(place(labels), 0), m.and(m.eq(place(labels), 1), hasLabel));
  let alpha = m.where(starts, at(p, 0), impossible);
  const all = [alpha];
  for (let t = 1; t < steps; t++) {
    const two = m.where(skips, shifted(alpha, -2, none), impossible);
    const next = m.add(logSumExp([alpha, shifted(alpha, -1, none), two]), at(p, t));
    alpha = m.where(m.unsqueeze(m.gt(inputLengths, t), 1), next, alpha);
    all.push(alpha);
  }
  const last = m.unsqueeze(m.mul(targetLengths, 2), 1);
  const ends = [m.squeeze(m.gather(alpha, 1, last), 1), m.squeeze(m.gather(alpha, 1, m.maximum(m.sub(last, 1), 0)), 1)];
  const atLabel = m.where(m.gt(targetLengths, 0), ends[1], impossible);
  const stacked = joinRows(all.map((x) => m.unsqueeze(x, 0)));
  return [m.neg(logSumExp([ends[0], atLabel])), stacked];
}

/** Backward variables [T, N, L], the probability of the step itself included. */
export function betas(logProbs: Term, labels: Term, inputLengths: Term, targetLengths: Term): Term {
  const p = labelLogProbs(logProbs, labels);
  const [steps] = p.shape;
  const none = m.constant(impossible, p.dtype);
  const skips = differs(labels, 2);
  const last = m.unsqueeze(m.mul(targetLengths, 2), 1);
  const ends = m.or(m.eq(place(labels), last), m.eq(place(labels), m.sub(last, 1)));
  const all = new Array<Term>(steps);
  let beta = m.constant(impossible, p.dtype, labels.shape);
  for (let t = steps - 1; t >= 0; t--) {
    const two = m.where(skips, shifted(beta, 2, none), impossible);
    const before = m.add(logSumExp([beta, shifted(beta, 1, none), two]), at(p, t));
    const first = m.where(ends, at(p, t), impossible);
    beta = m.where(m.unsqueeze(m.eq(inputLengths, t + 1), 1), first, before);
    all[t] = beta;
  }
  return joinRows(all.map((x) => m.unsqueeze(x, 0)));
}

/** The posterior probability of each class at each step, [T, N, C]. */
export function posteriors(logProbs: Term, labels: Term, alpha: Term, beta: Term, loss: Term): Term {
  const p = labelLogProbs(logProbs, labels);
  const possible = m.and(m.gt(alpha, impossible), m.gt(beta, impossible));
  const exponent = m.add(m.sub(m.add(alpha, beta), p), m.reshape(loss, [1, loss.numel, 1]));
  const each = m.where(possible, m.exp(exponent), 0);
  const index = m.broadcastTo(labels, each.shape);
  return m.scatter(m.constant(0, p.dtype, logProbs.shape), 2, index, each, "sum");
}

import { type TranscendentalOp, transcendentalOps } from "../scalar.ts";

/** A table of all transcendental functions that have the same form. */
export function transcendental<T>(form: (op: TranscendentalOp) => T): Readonly<Record<TranscendentalOp, T>> {
  return Object.fromEntries(transcendentalOps.map((op) => [op, form(op)])) as Record<TranscendentalOp, T>;
}

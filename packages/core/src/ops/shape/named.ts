import { keywords } from "../../tensor/keywords.ts";

/** A number in its place, or by name in a record: `cat(tensors, 1)` is `cat(tensors, { dim: 1 })`. */
export type Named<Name extends string> = number | { readonly [N in Name]?: number };

/** The number of a `Named`; what is neither number nor record is given back, for the checks that numbers go through. */
export function numberOf<Name extends string>(given: Named<Name>, name: Name, otherwise: number): number {
  if (!isRecord(given)) return given as number;
  return keywords<Partial<Record<Name, number>>>([name], [given])[name] ?? otherwise;
}

/** Whether something holds arguments by name. */
export function isRecord<T>(given: T): given is Exclude<T, number | readonly unknown[] | undefined> {
  return typeof given === "object" && given !== null && Object.getPrototypeOf(given) === Object.prototype;
}

import type { Catalogue, CatalogueEntry } from "./catalogue.ts";
import type { Description } from "./samples/sample.ts";

/** All about an operation: where users find it, how PyTorch calls it, what it is tried on. */
export interface OperationRecord extends CatalogueEntry, Description {
  /** Its name here, without the underscore of its in-place form. */
  readonly name: string;
  readonly family: string;
}

/** Lines of a catalogue with what is said of them elsewhere: users' programs carry the first part only. */
export function recordsOf(
  family: string,
  entries: Catalogue,
  descriptions: Readonly<Record<string, Description>>,
): OperationRecord[] {
  return Object.entries(entries).map(([name, entry]) => ({ name, family, ...entry, ...descriptions[name] }));
}

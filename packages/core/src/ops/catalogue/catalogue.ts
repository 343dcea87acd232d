/** One line per operation: what it is, and where users find it. */
export interface CatalogueEntry {
  // A parameter list of `never` accepts every function.
  readonly fn: (...args: never[]) => unknown;
  readonly on: readonly Place[];
}

/** "torch": a function of the package; "method": of Tensor, the first argument being `this`; "inplace": also as `name_`; "property": of Tensor; the others are namespaces. */
export type Place =
  | "torch"
  | "method"
  | "inplace"
  | "property"
  | "functional"
  | "special"
  | "linalg"
  | "masked"
  | "fft"
  | "init";

export type Catalogue = Readonly<Record<string, CatalogueEntry>>;

/** One line per operation: what it is, and where users find it. */
export interface CatalogueEntry {
  // A parameter list of `never` accepts every function.
  readonly fn: (...args: never[]) => unknown;
  /** "torch": a function of the package; "method": of Tensor, the first argument being `this`; "inplace": also as `name_`; the others are namespaces. */
  readonly on: readonly ("torch" | "method" | "inplace" | "functional" | "special" | "linalg")[];
}

export type Catalogue = Readonly<Record<string, CatalogueEntry>>;

/** An area of the data, or part of it, that a backend passes completely. */
export interface CompleteArea {
  readonly area: string;
  /** Globs over case ids; default all of the area. */
  readonly cases?: readonly string[];
}

/** Areas that every built-in backend passes completely. */
const everywhere: readonly CompleteArea[] = [
  "repr",
  "creation",
  "unary",
  "binary",
  "promotion",
  "reductions",
  "shape",
  "indexing",
  "linalg",
  "nnfunc",
  "modules",
  "losses",
  "optim",
  "schedulers",
  "init",
  "rng",
  "autograd",
  "e2e",
  "opinfo",
].map((area) => ({ area }));

/** Tests run webgpu on a software GPU, which takes its time: the first case of each operation, of the areas that its kernels are about. */
const sample: readonly CompleteArea[] = ["unary", "binary", "reductions", "indexing", "nnfunc", "losses"].map(
  (area) => ({ area, cases: [`${area}/*/1`] }),
);

/** What each built-in backend passes completely: a test runs it, so that nothing of it regresses. */
export const completeAreas: Readonly<Record<string, readonly CompleteArea[]>> = {
  cpu: everywhere,
  wasm: everywhere,
  webgpu: sample,
};

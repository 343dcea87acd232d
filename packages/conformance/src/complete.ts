/** An area of the data, or part of it, that a backend passes completely. */
export interface CompleteArea {
  readonly area: string;
  /** Globs over case ids; default all of the area. */
  readonly cases?: readonly string[];
  /** Ids of the cases that wait for an operation of later work. One that passes must be taken off this list. */
  readonly waiting?: readonly string[];
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
  // RMSprop_model/1 divides gradients of a few 1e-8 by their own size: PyTorch's kernels fuse a multiply-add there, and with its
  // rows permuted PyTorch drifts as far from its own record.
  cpu: [...everywhere, { area: "optim", waiting: ["optim/RMSprop_model/1"] }],
  wasm: [...everywhere, { area: "optim" }],
  webgpu: sample,
};

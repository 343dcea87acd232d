import type { creation } from "../creation.ts";
import type { random } from "../random.ts";
import {
  as,
  type Description,
  flat,
  given,
  intResult,
  on,
  positive,
  probability,
  real,
  type Sample,
  smooth,
  takes,
  untried,
} from "./sample.ts";

/** A call without operands. */
const call = (...args: readonly unknown[]): Sample => as([], () => args);

const made = "its elements do not depend on operands";
const memory = untried("its elements are what was in memory");

export const creationSamples: Readonly<Record<keyof typeof creation, Description>> = {
  arange: takes(
    ["end# | * dtype device requires_grad?", "start# end# step# | dtype device requires_grad?"],
    flat(made, call(5)),
  ),
  asTensor: takes("data[] | dtype device", flat(made, call([1.5, -2]))),
  asarray: takes("obj[] | dtype device copy? requires_grad?", flat(made, call([1.5, -2]))),
  bartlettWindow: takes("window_length periodic? | dtype device requires_grad?", flat(made, call(5))),
  blackmanWindow: takes("window_length periodic? | dtype device requires_grad?", flat(made, call(5))),
  empty: takes("size... | dtype device requires_grad?", memory),
  emptyLike: takes("input | dtype device requires_grad?", memory),
  eye: takes(
    ["n | * dtype device requires_grad?", "n m | dtype device requires_grad?"],
    flat(made, call(3), call(2, 3)),
  ),
  fill: takes("input value#", smooth(on([real(2, 3)], 1.5))),
  fill_: takes(
    "input value#",
    flat("it changes its operand, and stands for the function without underscore", on([real(2, 3)], 1.5)),
  ),
  fromTypedArray: takes("data | dtype device requires_grad?", flat(made, call(new Float32Array([1.5, -2])))),
  full: takes("size fill_value# | dtype device requires_grad?", flat(made, call([2, 3], 1.5), call([2], true))),
  fullLike: takes("input fill_value# | dtype device requires_grad?", flat(made, on([real(2, 3)], 1.5))),
  hammingWindow: takes(
    "window_length periodic? alpha beta | dtype device requires_grad?",
    flat(made, call(5), call(4, false)),
  ),
  hannWindow: takes("window_length periodic? | dtype device requires_grad?", flat(made, call(5))),
  kaiserWindow: takes(
    "window_length periodic? beta | dtype device requires_grad?",
    flat(made, call(5), call(4, false, 8)),
  ),
  linspace: takes("start# end# steps | dtype device requires_grad?", flat(made, call(-1, 2, 5))),
  logspace: takes("start# end# steps base | dtype device requires_grad?", flat(made, call(-1, 2, 4), call(0, 3, 4, 2))),
  newEmpty: takes("input size... | dtype device requires_grad?", memory),
  newFull: takes("input size fill_value# | dtype device requires_grad?", flat(made, on([real(2, 3)], [2, 2], 1.5))),
  newOnes: takes("input size... | dtype device requires_grad?", flat(made, on([real(2, 3)], [2, 2]))),
  newTensor: takes("input data[] | dtype device requires_grad?", flat(made, on([real(2, 3)], [1.5, -2]))),
  newZeros: takes("input size... | dtype device requires_grad?", flat(made, on([real(2, 3)], [2, 2]))),
  ones: takes("size... | dtype device requires_grad?", flat(made, call([2, 3]))),
  onesLike: takes("input | dtype device requires_grad?", flat(made, on([real(2, 3)]))),
  scalarTensor: takes("s# | dtype device requires_grad?", flat(made, call(1.5))),
  trilIndices: takes("row col offset | dtype device requires_grad?", flat(made, call(3, 3, 1))),
  triuIndices: takes("row col offset | dtype device requires_grad?", flat(made, call(3, 3))),
  vander: takes("x N increasing?", smooth(on([real(3)]), on([real(3)], 4, true))),
  zero: takes("input", flat(made, on([real(2, 3)]))),
  zeros: takes("size... | dtype device requires_grad?", flat(made, call([2, 3]), call([0], { dtype: "int64" }))),
  zerosLike: takes("input | dtype device requires_grad?", flat(made, on([real(2, 3)]))),
};

const drawn = "its elements are drawn, and do not depend on operands";
const state = untried("it is about the generator");

/** Numbers are drawn in the order in which elements lie in memory, as PyTorch draws them. */
const inMemory = (...samples: Sample[]) => ({
  ...flat("what it draws does not depend on its operand", ...samples),
  ofStorage: "it draws in the order of memory",
});

export const randomSamples: Readonly<Record<keyof typeof random, Description>> = {
  manualSeed: takes("seed", state),
  seed: takes("", state),
  initialSeed: takes("", state),
  getRngState: takes("", state),
  setRngState: takes("new_state", state),
  rand: takes("size... | generator dtype device requires_grad?", flat(drawn, call([2, 3]), call([20]))),
  randn: takes("size... | generator dtype device requires_grad?", flat(drawn, call([2, 3]), call([20]))),
  randint: takes(
    ["high size | * generator dtype device requires_grad?", "low high size | generator dtype device requires_grad?"],
    flat(drawn, call(5, [2, 3]), call(-3, 5, [20])),
  ),
  randperm: takes("n | generator dtype device requires_grad?", flat(drawn, call(6))),
  randLike: takes("input | dtype device requires_grad?", inMemory(on([real(2, 3)]))),
  randnLike: takes("input | dtype device requires_grad?", inMemory(on([real(2, 3)]))),
  randintLike: takes(
    ["input high | * dtype device requires_grad?", "input low high | dtype device requires_grad?"],
    inMemory(on([real(2, 3)], 5)),
  ),
  normal: takes(
    ["mean std | * generator", "mean std size | generator dtype device requires_grad?"],
    flat("its derivative is 0 in PyTorch", on([real(2, 3), positive(2, 3)]), on([real(2, 3)], 0.5)),
  ),
  bernoulli: takes("input p | generator", flat("it gives 0 or 1", on([probability(2, 3)]))),
  multinomial: takes(
    "input num_samples replacement? | generator",
    flat(intResult, on([probability(2, 3)], 2), on([probability(3)], 4, true)),
  ),
  binomial: takes(
    "count prob | generator",
    flat("it gives a promise; binomialSync is tried", on([given([3, 20, 40], [3]), given([0.2, 0.5, 0.9], [3])])),
  ),
  binomialSync: takes(
    "count prob | generator",
    flat("it gives counts", on([given([3, 20, 40], [3]), given([0.2, 0.5, 0.9], [3])])),
  ),
  poisson: takes("input | generator", flat("it gives a promise; poissonSync is tried", on([positive(2, 3)]))),
  poissonSync: takes("input | generator", flat("it gives counts", on([positive(2, 3)]))),
  rrelu: takes("input lower upper training? | generator", smooth(on([real(2, 3)]))),
  svdLowrank: takes("A q niter M", untried("the signs of singular vectors are free, and the values near those of svd")),
  pcaLowrank: takes("A q center? niter", untried("the signs of principal directions are free")),
  uniform_: takes("input from to | generator", inMemory(on([real(2, 3)], -1, 2))),
  normal_: takes("input mean std | generator", inMemory(on([real(2, 3)], 1, 2), on([real(20)]))),
  random_: takes(
    ["input to | * generator", "input from to | generator"],
    inMemory(on([real(2, 3)], 5), on([real(2, 3)], 2, 9)),
  ),
  bernoulli_: takes("input p | generator", inMemory(on([real(2, 3)], 0.3))),
  exponential_: takes("input lambd | generator", inMemory(on([real(2, 3)], 2))),
  geometric_: takes("input p | generator", inMemory(on([real(2, 3)], 0.3))),
  cauchy_: takes("input median sigma | generator", inMemory(on([real(2, 3)], 1, 2))),
  logNormal_: takes("input mean std | generator", inMemory(on([real(2, 3)], 0.5, 2))),
};

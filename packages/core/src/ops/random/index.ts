/** The same draws as typed arrays on the host, for samplers and the like. */
export * as draws from "../../runtime/random/index.ts";
export { bernoulli } from "./bernoulli.ts";
export { binomial, binomialSync } from "./binomial.ts";
export {
  type RandomArguments,
  type RandomOptions,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  randperm,
} from "./creation.ts";
export {
  defaultGenerator,
  type GeneratorOption,
  getRngState,
  initialSeed,
  manualSeed,
  seed,
  setRngState,
} from "./default-generator.ts";
export { type MultinomialOptions, multinomial } from "./multinomial.ts";
export * as random from "./namespace.ts";
export { normal } from "./normal.ts";
export { poisson, poissonSync } from "./poisson.ts";
export { type RreluOptions, rrelu } from "./rrelu.ts";

import { pcaLowrank, svdLowrank } from "../linalg/low-rank.ts";
import { bernoulli } from "../random/bernoulli.ts";
import { binomial, binomialSync } from "../random/binomial.ts";
import { rand, randint, randintLike, randLike, randn, randnLike, randperm } from "../random/creation.ts";
import { getRngState, initialSeed, manualSeed, seed, setRngState } from "../random/default-generator.ts";
import {
  bernoulli_,
  cauchy_,
  exponential_,
  geometric_,
  logNormal_,
  normal_,
  random_,
  uniform_,
} from "../random/in-place.ts";
import { multinomial } from "../random/multinomial.ts";
import { normal } from "../random/normal.ts";
import { poisson, poissonSync } from "../random/poisson.ts";
import { rrelu } from "../random/rrelu.ts";
import type { Catalogue } from "./catalogue.ts";

/** Random numbers. */
export const random = {
  manualSeed: { fn: manualSeed, on: ["torch"] },
  seed: { fn: seed, on: ["torch"] },
  initialSeed: { fn: initialSeed, on: ["torch"] },
  getRngState: { fn: getRngState, on: ["torch"] },
  setRngState: { fn: setRngState, on: ["torch"] },
  rand: { fn: rand, on: ["torch"] },
  randn: { fn: randn, on: ["torch"] },
  randint: { fn: randint, on: ["torch"] },
  randperm: { fn: randperm, on: ["torch"] },
  randLike: { fn: randLike, on: ["torch"] },
  randnLike: { fn: randnLike, on: ["torch"] },
  randintLike: { fn: randintLike, on: ["torch"] },
  normal: { fn: normal, on: ["torch"] },
  bernoulli: { fn: bernoulli, on: ["torch", "method"] },
  binomial: { fn: binomial, on: ["torch"] },
  binomialSync: { fn: binomialSync, on: ["torch"] },
  multinomial: { fn: multinomial, on: ["torch", "method"] },
  poisson: { fn: poisson, on: ["torch"] },
  poissonSync: { fn: poissonSync, on: ["torch"] },
  pcaLowrank: { fn: pcaLowrank, on: ["torch"] },
  rrelu: { fn: rrelu, on: ["torch"] },
  svdLowrank: { fn: svdLowrank, on: ["torch"] },
  uniform_: { fn: uniform_, on: ["method"] },
  normal_: { fn: normal_, on: ["method"] },
  random_: { fn: random_, on: ["method"] },
  bernoulli_: { fn: bernoulli_, on: ["method"] },
  exponential_: { fn: exponential_, on: ["method"] },
  geometric_: { fn: geometric_, on: ["method"] },
  cauchy_: { fn: cauchy_, on: ["method"] },
  logNormal_: { fn: logNormal_, on: ["method"] },
} as const satisfies Catalogue;

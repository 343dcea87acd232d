export { bernoulli, bernoulliEach, cauchy, exponential, geometric, multinomial, rreluSlopes } from "./distributions.ts";
export { fillFromUniforms } from "./fill.ts";
export { randint, randomIntegers, randperm, randpermNumbers } from "./integers.ts";
export { logNormal, normal } from "./normal.ts";
export { rand, uniform } from "./uniform.ts";

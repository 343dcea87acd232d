/** `torch.distributions`: probability distributions, with samples and densities through which gradients flow. */

export type { DistributionOptions, Parameter } from "./arguments.ts";
// Discrete
export { Bernoulli, type ProbsOptions } from "./bernoulli.ts";
// Of numbers
export { Beta, type BetaOptions } from "./beta.ts";
export { Binomial, type CountOptions } from "./binomial.ts";
export { Categorical, type CategoricalOptions } from "./categorical.ts";
export { Cauchy, type CauchyOptions } from "./cauchy.ts";
export { Chi2, type Chi2Options } from "./chi2.ts";
// Constraints and transforms
export { bijectTo, type ConstraintClass, ConstraintRegistry, transformTo } from "./constraint-registry.ts";
export * as constraints from "./constraints/index.ts";
export { ContinuousBernoulli, type ContinuousBernoulliOptions } from "./continuous-bernoulli.ts";
// Of vectors and matrices
export { Dirichlet, type DirichletOptions } from "./dirichlet.ts";
// The base
export { type ArgConstraints, Distribution, type DistributionParts, type Sampling } from "./distribution.ts";
export { ExponentialFamily } from "./exp-family.ts";
export { Exponential, type ExponentialOptions } from "./exponential.ts";
export { FisherSnedecor, type FisherSnedecorOptions } from "./fisher-snedecor.ts";
export { Gamma, type GammaOptions } from "./gamma.ts";
export { Geometric } from "./geometric.ts";
export { Gumbel, type GumbelOptions } from "./gumbel.ts";
export { HalfCauchy, type HalfCauchyOptions } from "./half-cauchy.ts";
export { HalfNormal, type HalfNormalOptions } from "./half-normal.ts";
export { Independent, type IndependentOptions } from "./independent.ts";
// Divergences
export { type DistributionType, type Divergence, klDivergence, registerKl } from "./kl/index.ts";
export { Kumaraswamy } from "./kumaraswamy.ts";
export { Laplace, type LaplaceOptions } from "./laplace.ts";
export { LKJCholesky, type LKJCholeskyOptions } from "./lkj-cholesky.ts";
export { LogNormal } from "./log-normal.ts";
export { LogisticNormal } from "./logistic-normal.ts";
export { LowRankMultivariateNormal, type LowRankMultivariateNormalOptions } from "./low-rank-multivariate-normal.ts";
export { MixtureSameFamily } from "./mixture-same-family.ts";
export { Multinomial, type MultinomialOptions } from "./multinomial.ts";
export { MultivariateNormal, type MultivariateNormalOptions } from "./multivariate-normal.ts";
export { NegativeBinomial } from "./negative-binomial.ts";
export { Normal, type NormalOptions } from "./normal.ts";
export { OneHotCategorical, OneHotCategoricalStraightThrough } from "./one-hot-categorical.ts";
export { Pareto, type ParetoOptions } from "./pareto.ts";
export { Poisson, type PoissonOptions } from "./poisson.ts";
export { LogitRelaxedBernoulli, RelaxedBernoulli, type RelaxedOptions } from "./relaxed-bernoulli.ts";
export {
  ExpRelaxedCategorical,
  type RelaxedCategoricalOptions,
  RelaxedOneHotCategorical,
} from "./relaxed-categorical.ts";
export { StudentT, type StudentTOptions } from "./student-t.ts";
export { TransformedDistribution } from "./transformed-distribution.ts";
export * as transforms from "./transforms/index.ts";
export { Uniform, type UniformOptions } from "./uniform.ts";
export { VonMises, type VonMisesOptions } from "./von-mises.ts";
export { Weibull, type WeibullOptions } from "./weibull.ts";
export { Wishart, type WishartOptions } from "./wishart.ts";

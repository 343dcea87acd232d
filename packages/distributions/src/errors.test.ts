/** PyTorch's words, which were seen in PyTorch 1.13; and when they are said. */
import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import * as D from "./index.ts";

beforeAll(() => torch.registerBackend(cpu()));
afterEach(() => D.Distribution.setDefaultValidateArgs(true));

const t = torch.tensor;

/** What a call throws, as "name: message". */
function thrown(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "nothing";
}

describe("of parameters", () => {
  test.each<readonly [() => unknown, string]>([
    [
      () => new D.Normal(0, -1),
      "ValueError: Expected parameter scale (Tensor of shape ()) of distribution Normal(loc: 0.0, scale: -1.0) to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\n-1.0",
    ],
    [
      () => new D.Normal(t([0, 1]), t([1, -2])),
      "ValueError: Expected parameter scale (Tensor of shape (2,)) of distribution Normal(loc: torch.Size([2]), scale: torch.Size([2])) to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\ntensor([ 1., -2.])",
    ],
    [() => new D.Uniform(1, 0), "ValueError: Uniform is not defined when low>= high"],
    [
      () => new D.Categorical(t([0.5, -0.1])),
      "ValueError: Expected parameter probs (Tensor of shape (2,)) of distribution Categorical(probs: torch.Size([2])) to satisfy the constraint Simplex(), but found invalid values:\ntensor([ 1.2500, -0.2500])",
    ],
    [
      () => new D.Bernoulli(1.5),
      "ValueError: Expected parameter probs (Tensor of shape ()) of distribution Bernoulli(probs: 1.5) to satisfy the constraint Interval(lower_bound=0.0, upper_bound=1.0), but found invalid values:\n1.5",
    ],
    [() => new D.Bernoulli(), "ValueError: Either `probs` or `logits` must be specified, but not both."],
    [() => new D.Bernoulli(0.5, 0.5), "ValueError: Either `probs` or `logits` must be specified, but not both."],
    [
      () => new D.Beta(-1, 1),
      "ValueError: Expected parameter concentration (Tensor of shape (2,)) of distribution Dirichlet(concentration: torch.Size([2])) to satisfy the constraint IndependentConstraint(GreaterThan(lower_bound=0.0), 1), but found invalid values:\ntensor([-1.,  1.])",
    ],
    [
      () => new D.HalfNormal(-1),
      "ValueError: Expected parameter scale (Tensor of shape ()) of distribution HalfNormal() to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\n-1.0",
    ],
    [
      () => new D.MultivariateNormal(torch.zeros(2), torch.eye(2).neg()),
      "ValueError: Expected parameter covariance_matrix (Tensor of shape (2, 2)) of distribution MultivariateNormal(loc: torch.Size([2]), covariance_matrix: torch.Size([2, 2])) to satisfy the constraint PositiveDefinite(), but found invalid values:\ntensor([[-1., -0.],\n        [-0., -1.]])",
    ],
    [() => new D.Dirichlet(t(1)), "ValueError: `concentration` parameter must be at least one-dimensional."],
    [
      () => new D.MultivariateNormal(torch.zeros(2)),
      "ValueError: Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.",
    ],
    [
      () => new D.Independent(new D.Normal(0, 1), 1),
      "ValueError: Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual 1 vs 0",
    ],
  ])("%s", (call, message) => {
    expect(thrown(call)).toBe(message);
  });

  test("that are still to be computed are checked when they are", () => {
    const scale = torch.exp(t([0, 1])).sub(2);
    const normal = new D.Normal(0, scale);
    expect(thrown(() => normal.logProb(t([0, 0])).dataSync())).toContain(
      "Expected parameter scale (Tensor of shape (2,)) of distribution Normal(loc: torch.Size([2]), scale: torch.Size([2])) to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values",
    );
    expect(thrown(() => normal.sample().dataSync())).toContain("but found invalid values");
  });

  test.each<readonly [string, (pending: torch.Tensor) => torch.Tensor]>([
    ["Gumbel", (scale) => new D.Gumbel(0, scale).sample()],
    ["Pareto", (scale) => new D.Pareto(scale, 1).sample()],
    ["Weibull", (scale) => new D.Weibull(scale, 1).icdf(t([0.5]))],
    ["Kumaraswamy", (concentration) => new D.Kumaraswamy(concentration, 1).sample()],
    ["HalfNormal", (scale) => new D.HalfNormal(scale).sample()],
    ["Uniform", (high) => new D.Uniform(0, high).sample()],
    ["Beta", (concentration) => new D.Beta(concentration, 1).sample()],
    ["Categorical", (weight) => new D.Categorical(torch.cat([weight, t([1])])).logProb(t([1n]))],
    ["MultivariateNormal", (entry) => new D.MultivariateNormal(t([0]), { scaleTril: entry.reshape(1, 1) }).sample()],
  ])("nothing is computed of invalid ones: %s", (_, compute) => {
    expect(thrown(() => compute(t([-2]).sub(1)).dataSync())).toMatch(/found invalid values|low>= high/);
    expect(thrown(() => compute(t([2]).add(1)).dataSync())).toBe("nothing");
  });

  test("gradients pass the check", () => {
    const x = t([1, 2], { requiresGrad: true });
    new D.Normal(0, x.mul(3))
      .logProb(t([1, 1]))
      .sum()
      .backward();
    const again = t([1, 2], { requiresGrad: true });
    new D.Normal(0, again.mul(3), { validateArgs: false })
      .logProb(t([1, 1]))
      .sum()
      .backward();
    expect(x.grad?.dataSync()).toEqual(again.grad?.dataSync());
  });

  test("may be let through", () => {
    expect(String(new D.Normal(0, -1, { validateArgs: false }))).toBe("Normal(loc: 0.0, scale: -1.0)");
    D.Distribution.setDefaultValidateArgs(false);
    expect(new D.Uniform(1, 0).validateArgs).toBe(false);
    expect(thrown(() => new D.Normal({ loc: 0, scale: -1, validateArgs: true }))).toContain("invalid values");
  });
});

describe("of values", () => {
  test.each<readonly [() => unknown, string]>([
    [
      () => new D.Bernoulli(0.5).logProb(t([0.3])),
      "ValueError: Expected value argument (Tensor of shape (1,)) to be within the support (Boolean()) of the distribution Bernoulli(probs: 0.5), but found invalid values:\ntensor([0.3000])",
    ],
    [
      () => new D.Normal(t([0, 1]), 1).logProb(t([1, 2, 3])),
      "ValueError: Value is not broadcastable with batch_shape+event_shape: torch.Size([3]) vs torch.Size([2]).",
    ],
    [
      () => new D.Dirichlet(t([1, 1])).logProb(t([0.2, 0.3, 0.5])),
      "ValueError: The right-most size of value must match event_shape: torch.Size([3]) vs torch.Size([2]).",
    ],
    [
      () => new D.Normal(0, 1).logProb(1 as unknown as torch.Tensor),
      "ValueError: The value argument to log_prob must be a Tensor",
    ],
  ])("%s", (call, message) => {
    expect(thrown(call)).toBe(message);
  });

  test("of parameters that were computed since", () => {
    const categorical = new D.Categorical(t([0.5, 0.5]));
    expect(thrown(() => categorical.logProb(t([2n])).dataSync())).toContain(
      "to be within the support (IntegerInterval",
    );
  });

  test("that are still to be computed are checked when they are", () => {
    const value = t([0.2]).mul(2);
    expect(thrown(() => new D.Bernoulli(0.5).logProb(value).dataSync())).toContain(
      "Expected value argument (Tensor of shape (1,)) to be within the support (Boolean) of the distribution Bernoulli(probs: torch.Size([])), but found invalid values",
    );
  });
});

describe("of what there is not", () => {
  test.each<readonly [() => unknown, string]>([
    [
      () => D.klDivergence(new D.StudentT(1), new D.Normal(0, 1)),
      "NotImplementedError: No KL(p || q) is implemented for p type StudentT and q type Normal",
    ],
    [
      () => D.bijectTo.of(D.constraints.lowerCholesky),
      "NotImplementedError: Cannot transform _LowerCholesky constraints",
    ],
    [() => new D.Categorical(t([1, 1])).rsample(), "NotImplementedError: Categorical has no rsample"],
  ])("%s", (call, message) => {
    expect(thrown(call)).toBe(message);
  });

  test("samples have no second derivative, and say so", () => {
    const alpha = t([2, 3], { requiresGrad: true });
    const twice = (sample: torch.Tensor): string => {
      const [gradient] = torch.autograd.grad(sample.pow(2).sum(), [alpha], { createGraph: true });
      return thrown(() => gradient?.sum().backward());
    };
    expect(twice(new D.Gamma(alpha, 1).rsample())).toContain(
      "the derivative for '_standard_gamma_grad' is not implemented.",
    );
    expect(twice(new D.Dirichlet(alpha).rsample())).toContain(
      "trying to differentiate twice a function that was marked with @once_differentiable",
    );
  });
});

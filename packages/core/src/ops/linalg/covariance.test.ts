import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const near = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((value) => expect.closeTo(value, 5)));
const x = () =>
  torch.tensor([
    [0, 1, 2, 5],
    [2, 1, 0, -1],
    [1, 1, 2, 2],
  ]);

// The numbers are PyTorch 1.13's.
test("covariances, with and without weights", () => {
  const fweights = torch.tensor([1n, 2n, 1n, 3n]);
  const aweights = torch.tensor([0.5, 1, 0.2, 0.8]);
  const rows = (options?: torch.CovOptions) => x().cov(options).tolistSync();
  expect(rows()).toEqual(
    near([
      [4.666666507720947, -2.6666667461395264, 1],
      [-2.6666667461395264, 1.6666666269302368, -0.6666666865348816],
      [1, -0.6666666865348816, 0.3333333432674408],
    ]),
  );
  expect(rows({ correction: 0 })).toEqual(
    near([
      [3.5, -2, 0.75],
      [-2, 1.25, -0.5],
      [0.75, -0.5, 0.25],
    ]),
  );
  expect(rows({ fweights })).toEqual(
    near([
      [4.904761791229248, -2.6190476417541504, 1.023809552192688],
      [-2.6190476417541504, 1.4761905670166016, -0.5952380895614624],
      [1.023809552192688, -0.5952380895614624, 0.2857142984867096],
    ]),
  );
  expect(rows({ aweights })).toEqual(
    near([
      [5.86574125289917, -3.2361111640930176, 1.2962963581085205],
      [-3.2361111640930176, 1.8657407760620117, -0.7407407760620117],
      [1.2962963581085205, -0.7407407760620117, 0.347222238779068],
    ]),
  );
  expect(rows({ fweights, aweights, correction: 2 })).toEqual(
    near([
      [6.4195556640625, -3.3905622959136963, 1.4667422771453857],
      [-3.3905622959136963, 1.83513343334198, -0.784536600112915],
      [1.4667422771453857, -0.7845365405082703, 0.3695280849933624],
    ]),
  );
  expect(torch.cov(x().index(0)).itemSync()).toBeCloseTo(4.6667, 4);
  expect(
    String(
      torch.cov(
        torch.tensor([
          [1n, 2n],
          [3n, 5n],
        ]),
      ),
    ),
  ).toBe("tensor([[0.5000, 1.0000],\n        [1.0000, 2.0000]])");
});

test("correlations", () => {
  expect(x().corrcoef().tolistSync()).toEqual(
    near([
      [1, -0.9561829566955566, 0.8017837405204773],
      [-0.9561830163002014, 1, -0.8944272994995117],
      [0.8017838001251221, -0.8944272994995117, 1],
    ]),
  );
  expect(x().index(0).corrcoef().itemSync()).toBe(1);
});

test("what does not fit is refused", () => {
  expect(() => torch.cov(torch.ones(1, 2, 3))).toThrow("two or fewer dimensions but got an input with 3 dimensions");
  expect(() => torch.cov(x(), { fweights: torch.tensor([1n]) })).toThrow("in the input but got 1 != 4");
  expect(() => torch.cov(x(), { fweights: torch.ones(4) })).toThrow("integral dtype but got fweights with Float dtype");
  const negative = torch.cov(x(), { fweights: torch.tensor([1n, -1n, 1n, 1n]) });
  expect(() => negative.tolistSync()).toThrow("cov(): fweights cannot be negative");
  const nothing = torch.cov(x(), { aweights: torch.zeros(4) });
  expect(() => nothing.tolistSync()).toThrow("cov(): weights sum to zero, can't be normalized");
});

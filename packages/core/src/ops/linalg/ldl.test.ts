/** LDL decompositions and reflections: numbers of PyTorch 1.13 for the same matrices. */
import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const { linalg } = torch;
const near = (values: readonly number[], digits = 9) => values.map((value) => expect.closeTo(value, digits));

/** Of both signs, with zeros on its diagonal: it needs exchanges and a block of two rows. */
function indefinite(): torch.Tensor {
  torch.manualSeed(4);
  const B = torch.randn([6, 6], { dtype: "float64" });
  const A = B.add(B.T);
  A.index(0, 0).fill_(0);
  A.index(1, 1).fill_(0.01);
  return A;
}

test("blocks of one row and of two, LAPACK's pivots", () => {
  const A = indefinite();
  const { LD, pivots } = linalg.ldlFactor(A);
  expect([pivots.dtype, pivots.tolistSync()]).toEqual(["int32", [-2, -2, 4, 4, 5, 6]]);
  expect(LD.tolistSync()).toEqual([
    [0, 0, 0, 0, 0, 0],
    near([-2.531221234985307, 0.01, 0, 0, 0, 0]),
    near([-0.29877916332594723, -0.5758886371063745, 2.4114863105193955, 0, 0, 0]),
    near([-0.46992891176430757, -0.4148457445679935, 1.502464348963704, -5.197579133650905, 0, 0]),
    near([-0.5537667952757022, 0.21688221539867766, 0.41243829886640376, 0.009510095286610393, 4.017284621357621, 0]),
    near([
      0.8883732712009415, -0.7965559218599061, -1.282238159849894, -0.7002466408783354, 1.1081347779852158,
      -8.188549959935388,
    ]),
  ]);
  const b = torch.arange(6, { dtype: "float64" }).unsqueeze(1);
  const x = linalg.ldlSolve(LD, pivots, b);
  expect(x.flatten().tolistSync()).toEqual(
    near([
      0.9688839356402511, -0.8736965059658024, -0.011329661005148373, -0.029801644488075096, 1.3722975348314923,
      -0.6994887021770961,
    ]),
  );
  expect(A.matmul(x).sub(b).abs().amax().itemSync()).toBeLessThan(1e-12);
});

test("a batch, and right sides that broadcast", () => {
  const { LD, pivots } = linalg.ldlFactor(torch.stack([indefinite(), torch.eye(6, { dtype: "float64" })]));
  const x = linalg.ldlSolve(LD, pivots, torch.ones([6, 1], { dtype: "float64" }));
  expect(x.squeeze(-1).tolistSync()).toEqual([
    near([
      0.18801531889032674, -0.560838972130771, 0.007068598419567029, 0.28255995838723136, 0.41552466462387627,
      -0.24724236030598812,
    ]),
    [1, 1, 1, 1, 1, 1],
  ]);
});

test("reflections, and the matrix that they make", () => {
  const A = torch.tensor([
    [1, 2],
    [3, 4],
    [5, 7],
  ]);
  const { a, tau } = torch.geqrf(A);
  expect(a.tolistSync()).toEqual([
    near([-5.916079521179199, -8.282511711120605], 5),
    near([0.4337717592716217, 0.6324560046195984], 5),
    near([0.7229529619216919, 0.3969659209251404], 5),
  ]);
  expect(tau.tolistSync()).toEqual(near([1.1690309047698975, 1.7277394533157349], 5));
  const { Q } = linalg.qr(A);
  const distance = (x: torch.Tensor, y: torch.Tensor) => x.sub(y).abs().amax().itemSync();
  expect(distance(linalg.householderProduct(a, tau), Q)).toBeLessThan(1e-6);
  const full = linalg.qr(A, "complete").Q;
  const other = torch.tensor([[1, -2, 3]]);
  expect(distance(torch.ormqr(a, tau, other.T), full.matmul(other.T))).toBeLessThan(1e-6);
  expect(distance(torch.ormqr(a, tau, other, false, true), other.matmul(full.T))).toBeLessThan(1e-6);
});

test("what does not fit, or has no derivative, is refused", () => {
  const square = torch.eye(2).requiresGrad_();
  expect(() => torch.geqrf(square)).toThrow("the derivative for 'geqrf' is not implemented.");
  expect(() => linalg.ldlFactor(square)).toThrow("the derivative for 'linalg_ldl_factor_ex' is not implemented.");
  expect(() => linalg.householderProduct(torch.ones([2, 3]), torch.ones([2]))).toThrow(
    "torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1]",
  );
  expect(() => linalg.householderProduct(torch.ones([3, 2]), torch.ones([3]))).toThrow(
    "torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]",
  );
  expect(() => torch.ormqr(torch.ones([4, 2]), torch.ones([2]), torch.ones([3, 2]))).toThrow(
    "torch.ormqr: other.shape[-2] must be equal to input.shape[-2]",
  );
});

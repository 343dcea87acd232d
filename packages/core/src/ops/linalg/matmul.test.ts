import { beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

describe("matmul", () => {
  const counting = (shape: number[]): torch.Tensor =>
    torch
      .arange(shape.reduce((n, s) => n * s, 1))
      .reshape(shape)
      .to("float32");

  test.each([
    [[3], [3], []],
    [[2, 3], [3], [2]],
    [[3], [3, 4], [4]],
    [
      [2, 3],
      [3, 4],
      [2, 4],
    ],
    [[5, 2, 3], [3], [5, 2]],
    [[3], [5, 3, 4], [5, 4]],
    [
      [5, 2, 3],
      [3, 4],
      [5, 2, 4],
    ],
    [
      [2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [
      [5, 1, 2, 3],
      [6, 3, 4],
      [5, 6, 2, 4],
    ],
    [
      [2, 0],
      [0, 3],
      [2, 3],
    ],
  ])("[%s] and [%s] give [%s]", (a, b, shape) => {
    const product = torch.matmul(counting(a), counting(b));
    expect(product.shape).toEqual(shape);
    const letters = { left: a.length === 1 ? "k" : "...nk", right: b.length === 1 ? "k" : "...km" };
    const out = `...${a.length === 1 ? "" : "n"}${b.length === 1 ? "" : "m"}`;
    expect(product.tolistSync()).toEqual(
      torch.einsum(`${letters.left},${letters.right}->${out}`, counting(a), counting(b)).tolistSync(),
    );
  });

  test("numbers", () => {
    const product = torch.matmul(
      torch.tensor([
        [1, 2],
        [3, 4],
      ]),
      torch.tensor([
        [5, 6],
        [7, 8],
      ]),
    );
    expect(product.tolistSync()).toEqual([
      [19, 22],
      [43, 50],
    ]);
    expect(
      torch
        .tensor([2n ** 40n])
        .dot(torch.tensor([2n ** 20n]))
        .dataSync(),
    ).toEqual(BigInt64Array.of(2n ** 60n));
  });

  test("refuses with PyTorch's words", () => {
    const of = (a: number[], b: number[]) => () => torch.matmul(torch.ones(a), torch.ones(b));
    expect(of([2, 3], [4, 5])).toThrow("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)");
    expect(of([2, 3], [4])).toThrow("size mismatch, got 2, 2x3,4");
    expect(of([3], [4])).toThrow(
      "inconsistent tensor size, expected tensor [3] and src [4] to have the same number of elements, but got 3 and 4 elements respectively",
    );
    expect(of([2, 2, 3], [2, 4, 5])).toThrow(
      "Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [2, 4].",
    );
    expect(of([2, 2, 3], [3, 3, 5])).toThrow(
      "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0",
    );
    expect(of([], [1])).toThrow("both arguments to matmul need to be at least 1D, but they are 0D and 1D");
    expect(() => torch.ones([2, 2]).matmul(torch.ones([2, 2], { dtype: "int64" }))).toThrow(
      "expected scalar type Float but found Long",
    );
  });
});

describe("addmm", () => {
  test("scales both parts", () => {
    const [a, b] = [torch.tensor([[1, 2]]), torch.tensor([[3], [4]])];
    expect(torch.addmm(torch.tensor([10]), a, b, { beta: 0.5, alpha: 2 }).itemSync()).toBe(27);
  });

  test("beta 0 drops the input, NaN and all", () => {
    const input = torch.tensor([[Number.NaN]], { requiresGrad: true });
    const y = torch.addmm(input, torch.ones([1, 1]), torch.ones([1, 1]), { beta: 0 });
    expect(y.itemSync()).toBe(1);
    y.backward();
    expect(input.grad?.tolistSync()).toEqual([[0]]);
  });

  test("in place", () => {
    const x = torch.zeros([1, 1]);
    x.addmm_(torch.ones([1, 2]), torch.ones([2, 1]));
    expect(x.itemSync()).toBe(2);
  });
});

describe("einsum", () => {
  test("sums one operand of integers in int64, and products of two in their dtype", () => {
    const of = (equation: string, dtype: torch.DType, ...shapes: number[][]) => {
      const y = torch.einsum(equation, ...shapes.map((shape) => torch.full(shape, 100, { dtype })));
      return [y.dtype, y.tolistSync()];
    };
    expect(of("ab->a", "int8", [1, 2])).toEqual(["int64", [200]]);
    expect(of("ab->a", "uint8", [1, 3])).toEqual(["int64", [300]]);
    expect(of("ab->a", "int8", [2, 1])).toEqual(["int64", [100, 100]]);
    expect(of("ab->", "bool", [2, 2])).toEqual(["int64", 4]);
    expect(of("aa->a", "int8", [2, 2])).toEqual(["int8", [100, 100]]);
    expect(of("a,b->a", "int8", [2], [2])).toEqual(["int64", [20000, 20000]]);
    expect(of("a,b->a", "int8", [2], [1])).toEqual(["int8", [16, 16]]);
    expect(of("ab,b->a", "int8", [2, 2], [2])).toEqual(["int8", [32, 32]]);
    expect(of("ab,ab->a", "int8", [2, 1], [2, 1])).toEqual(["int8", [16, 16]]);
    expect(of("ab,c->", "int8", [2, 2], [2])).toEqual(["int64", 80000]);
    // PyTorch refuses the product of what is summed with what is not.
    expect(of("ab,bc->a", "int8", [2, 2], [2, 2])).toEqual(["int64", [40000, 40000]]);
  });

  test("what is no equation is refused, with the place", () => {
    const x = torch.ones(2, 3);
    const refusals = [
      ["...i...->i", "found '.' for operand 0 for which an ellipsis was already found"],
      ["i.j", "found '.' for operand 0 that is not part of any ellipsis"],
      ["ij->i.", "found '.' for output that is not part of any ellipsis (...)"],
      ["...->...a...", "found '.' for output but an ellipsis (...) was already found"],
      ["ij -> i1", "invalid subscript given at index 7 in the equation string"],
      ["i j - > i", "invalid subscript given at index 4 in the equation string"],
    ];
    for (const [equation, message] of refusals) expect(() => torch.einsum(equation, x)).toThrow(message);
  });

  test("diagonals, sums, transposes, ellipses", () => {
    const x = torch.tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(torch.einsum("ii", x).itemSync()).toBe(5);
    expect(torch.einsum("ii->i", x).tolistSync()).toEqual([1, 4]);
    expect(torch.einsum("ba", x).tolistSync()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(torch.einsum("...i->...", x).tolistSync()).toEqual([3, 7]);
    expect(torch.einsum("ij,j", x, torch.tensor([1, 1])).tolistSync()).toEqual([3, 7]);
    expect(
      torch.einsum("i,j,k->kij", torch.tensor([1, 2]), torch.tensor([3]), torch.tensor([5, 7])).tolistSync(),
    ).toEqual([
      [[15], [30]],
      [[21], [42]],
    ]);
  });

  test("a size of 1 broadcasts", () => {
    expect(torch.einsum("ij,ij->", torch.ones([2, 1]), torch.ones([2, 3])).itemSync()).toBe(6);
  });

  test("equations that do not fit", () => {
    const x = torch.ones([2, 3]);
    expect(() => torch.einsum("ij,jk->ik", x)).toThrow("fewer operands were provided than specified in the equation");
    expect(() => torch.einsum("ij->ik", x)).toThrow(
      "output subscript k does not appear in the equation for any input operand",
    );
    expect(() => torch.einsum("ijk->i", x)).toThrow(
      "the number of subscripts in the equation (3) does not match the number of dimensions (2) for operand 0 and no ellipsis was given",
    );
    expect(() => torch.einsum("ij,jk->ik", x, torch.ones([4, 2]))).toThrow(
      "subscript j has size 4 for operand 1 which does not broadcast with previously seen size 3",
    );
  });
});

test("other products", () => {
  const [a, b] = [torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6])];
  expect(torch.linalg.cross(a, b).tolistSync()).toEqual([-3, 6, -3]);
  expect(torch.outer(a, torch.tensor([1, 10])).tolistSync()).toEqual([
    [1, 10],
    [2, 20],
    [3, 30],
  ]);
  expect(torch.kron(torch.tensor([1, 2]), torch.tensor([1, 1])).tolistSync()).toEqual([1, 1, 2, 2]);
  expect(
    torch.tensordot(torch.ones([3, 4, 5]), torch.ones([4, 3, 2]), [
      [1, 0],
      [0, 1],
    ]).shape,
  ).toEqual([5, 2]);
  expect(torch.linalg.multiDot([a, torch.eye(3), b]).itemSync()).toBe(32);
  expect(
    torch.linalg
      .matrixPower(
        torch.tensor([
          [1, 1],
          [0, 1],
        ]),
        5,
      )
      .tolistSync(),
  ).toEqual([
    [1, 5],
    [0, 1],
  ]);
  expect(torch.linalg.matrixPower(torch.ones([2, 2]), 0).tolistSync()).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(
    torch
      .cdist(
        torch.zeros([1, 2]),
        torch.tensor([
          [3, 4],
          [0, 0],
        ]),
      )
      .tolistSync(),
  ).toEqual([[5, 0]]);
});

test("cdist's gradient is 0 where the distance is", () => {
  const x = torch.zeros([1, 2], { requiresGrad: true });
  torch
    .cdist(
      x,
      torch.tensor([
        [3, 4],
        [0, 0],
      ]),
    )
    .sum()
    .backward();
  expect(x.grad?.tolistSync()).toEqual([[-0.6000000238418579, -0.800000011920929]]);
});

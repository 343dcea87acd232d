import { describe, expect, test } from "vitest";
import * as torch from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

await useCpu();

/** Calls as JavaScript can make them, past the type checker. */
const untyped = torch as unknown as Record<string, (...args: unknown[]) => unknown>;
const x = torch.ones(2, 3);
const method = (name: string, ...args: unknown[]): unknown =>
  (x as unknown as Record<string, (...given: unknown[]) => unknown>)[name](...args);

describe("arguments of the wrong type are errors of this library, which say what was given", () => {
  test.each([
    [
      "an array for a tensor",
      () => untyped.matmul(x, [[1], [2], [3]]),
      "expected a Tensor, but got an array: make one",
    ],
    ["a promise for a tensor", () => untyped.mm(x, Promise.resolve(x)), "but got a promise: await it first"],
    ["nothing for a tensor", () => untyped.exp(undefined), "exp(): expected a Tensor, but got undefined"],
    ["tensors outside a list", () => untyped.cat(x, x), "cat(): expected an array of Tensors, but got Tensor"],
    ["a string in a list", () => untyped.stack([x, "x"]), 'stack(): expected a Tensor, but got the string "x"'],
    ["a string among sizes", () => untyped.zeros("2", 3), "a size must consist of integers"],
    ["null among sizes", () => untyped.zeros(2, null), "a size must consist of integers, but contains null"],
    ["a size beyond counting", () => untyped.randn(1e20, 1e20), "more elements than can be counted"],
    ["a string for a size", () => untyped.rand("2"), "a size must consist of integers"],
    ["numbers after a shape", () => untyped.ones([2], 3), "a size must consist of integers, but contains an array"],
    ["a BigInt for a size", () => untyped.eye(2, 3n), "eye: a size must be an integer"],
    ["a dtype in place of options", () => untyped.randperm(2, "int32"), "int32"],
    ["PyTorch's spelling", () => untyped.zeros([2], { requires_grad: true }), "there are dtype, device, requiresGrad"],
    ["another's option", () => untyped.onesLike(x, { out: x }), "got an unexpected argument 'out'"],
    ["a name in snake case", () => untyped.div(x, 2, { rounding_mode: "floor" }), "there are roundingMode"],
    ["a name in snake case (2)", () => untyped.searchsorted(x, x, { out_int32: true }), "there are outInt32, right"],
    ["a dtype beside data", () => untyped.tensor([1], "int32"), "int32"],
    ["indexing of no tensor", () => untyped.index([1, 2], 0), "index(): expected a Tensor, but got an array"],
    ["a method for a tensor", () => untyped.exp(x.data), "but got a function: for x.data, x.detach()"],
    ["a mode without a function", () => untyped.noGrad(), "noGrad takes a function: noGrad(() => model(x))"],
    ["a tensor in JSON", () => JSON.stringify({ x }), "but got a Tensor: read it first with await x.tolist()"],
    [
      "a mistyped dtype to convert to",
      () => method("to", "flaot32"),
      'no dtype or device "flaot32": registered are "cpu"',
    ],
    ["an unknown dtype", () => untyped.zeros(2, { dtype: "double" }), 'unknown dtype "double": there are float32'],
    ["an unknown dtype of numbers", () => untyped.tensor([1], { dtype: "int" }), 'unknown dtype "int"'],
    ["a fractional piece", () => untyped.split(x, 1.5), "split_size be non-negative, but got split_size=1.5"],
    ["fractional repeats", () => method("repeatInterleaveSync", 1.5), "repeats has to be Long or Int tensor"],
    ["a BigInt to expand to", () => method("expand", 3n, 3), "expected integers, but got the number 3"],
    ["a tensor for an offset", () => untyped.diag(x, torch.tensor(1)), "but got a Tensor: read it first"],
    ["a string for a flag", () => method("sort", 0, "descending"), "argument 'descending' must be a boolean"],
    ["a number for a flag", () => method("sum", 1, 1), "argument 'keepdim' must be a boolean"],
    ["a string for dimensions", () => method("amax", "rows"), 'expected integers, but got the string "rows"'],
    ["nothing for a number", () => method("newFull", [2]), "missing required argument"],
    ["an array for a generator", () => untyped.rand(2, { generator: [] }), "generator must be a torch.Generator"],
    ["nothing for a seed", () => untyped.manualSeed(), "the seed must be an integer, got undefined"],
    ["anything else a method cannot take", () => method("asStrided"), "asStrided(): cannot be called with ()"],
  ])("%s", (_, call, message) => {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(torch.CressetError);
    expect((thrown as Error).message).toContain(message);
  });

  test("a refused call leaves nothing behind that breaks later ones", async () => {
    for (const size of [1.5, Number.NaN, -1]) expect(() => x.split(size)).toThrow(torch.CressetError);
    expect(await torch.ones(2).add(1).tolist()).toEqual([2, 2]);
  });
});

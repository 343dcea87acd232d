/** What Python writes as operators, and what has another calling convention there, in terms of operations. */
import { isTensor } from "../compare/results.ts";
import { IndexTuple } from "../read/values.ts";
import type { Keywords } from "./arguments.ts";
import { methodOf, NoSuchOperation } from "./library.ts";

type At = (path: string) => (positional: readonly unknown[], keywords: Keywords) => unknown;

type PythonOperation = (at: At, positional: readonly unknown[], keywords: Keywords) => unknown;

/** `self op other`. */
const operator =
  (path: string): PythonOperation =>
  (at, operands) =>
    at(path)(operands, {});

/** `other op self`. */
const reflected =
  (path: string): PythonOperation =>
  (at, [self, other]) =>
    at(path)([other, self], {});

/** Python's `__rpow__` makes a new tensor of a base that is one: no gradient reaches it. */
const power: PythonOperation = (at, [self, other]) =>
  at("torch.pow")([isTensor(other) ? methodOf(other, "detach")() : other, self], {});

const division: PythonOperation = (at, [self, other]) =>
  at("torch.mul")([at("torch.reciprocal")([self], {}), other], {});

/** The value of an index: a tuple is several of them. */
const items = (index: unknown): unknown[] => (index instanceof IndexTuple ? index.items : [index]);

const getItem: PythonOperation = (_at, [self, index]) => methodOf(self, "index")(...items(index));

const setItem: PythonOperation = async (at, [self, index, value]) => {
  await at("torch.Tensor.index_put_")([self, items(index), value], {});
  return self;
};

const contains: PythonOperation = (at, [self, element]) =>
  at("torch.Tensor.item")([at("torch.any")([at("torch.eq")([self, element], {})], {})], {});

/** `len(x)`. */
const lengthOf: PythonOperation = (_at, [self]) => {
  if (typeof self !== "object" || self === null || !("length" in self))
    throw new NoSuchOperation("torch.Tensor.__len__");
  return self.length;
};

/** 1.13's private name, which gives the weights, whether they are asked for or not. */
const attention: PythonOperation = (at, positional, keywords) => {
  const path = "torch.nn.functional.scaled_dot_product_attention";
  if (positional.length > 5) return at(path)(positional.with(5, true), keywords);
  return at(path)(positional, { ...keywords, need_attn_weights: true });
};

const binary = {
  add: "add",
  sub: "sub",
  mul: "mul",
  truediv: "div",
  div: "div",
  floordiv: "floor_divide",
  mod: "remainder",
  pow: "pow",
  matmul: "matmul",
  and: "bitwise_and",
  or: "bitwise_or",
  xor: "bitwise_xor",
  lshift: "bitwise_left_shift",
  rshift: "bitwise_right_shift",
} as const;

const comparisons = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
const unary = { neg: "neg", pos: "positive", abs: "abs", invert: "bitwise_not" } as const;

const method = (name: string): string => `torch.Tensor.__${name}__`;

const operators = Object.entries(binary).flatMap(([name, operation]) => [
  [method(name), operator(`torch.${operation}`)] as const,
  [method(`r${name}`), reflected(`torch.${operation}`)] as const,
  // There is no matmul_: Python then writes `x = x @ y`.
  [method(`i${name}`), operator(name === "matmul" ? "torch.matmul" : `torch.Tensor.${operation}_`)] as const,
]);

export const pythonOperations: Readonly<Record<string, PythonOperation | undefined>> = {
  ...Object.fromEntries(operators),
  ...Object.fromEntries(comparisons.map((name) => [method(name), operator(`torch.${name}`)])),
  ...Object.fromEntries(
    Object.entries(unary).map(([name, operation]) => [method(name), operator(`torch.${operation}`)]),
  ),
  [method("rsub")]: operator("torch.rsub"),
  [method("rpow")]: power,
  [method("rtruediv")]: division,
  [method("rdiv")]: division,
  [method("getitem")]: getItem,
  [method("setitem")]: setItem,
  [method("bool")]: operator("torch.Tensor.is_nonzero"),
  [method("len")]: lengthOf,
  [method("contains")]: contains,
  "torch.nn.functional._scaled_dot_product_attention": attention,
};

import { isTensor } from "../compare/results.ts";
import { IndexTuple } from "../read/values.ts";
import { arrange, parseSignature } from "./arguments.ts";
import { type AnyFunction, functionAt, methodOf, NoSuchOperation } from "./library.ts";
import type { Keywords, Operation } from "./operation.ts";

/** `__rop__(self, other)` is `other op self`, as the function that Python ends up in. */
const reflected =
  (name: string, swap: boolean): Operation =>
  ([self, other]) => {
    const [scalar] = arrange(name, [], [other], {});
    return swap ? functionAt(name)(scalar, self) : functionAt(name)(self, scalar);
  };

/** Python's `__rpow__` makes a new tensor of a base that is one: no gradient reaches it. */
const withoutGraph = (x: unknown): unknown => (isTensor(x) ? methodOf(x, "detach")() : x);

const trueDivision: Operation = ([self, other]) => {
  const [scalar] = arrange("mul", [], [other], {});
  return functionAt("mul")(functionAt("reciprocal")(self), scalar);
};

/** `torch.tensor(data)`: without a dtype, Python's ints give int64, which JavaScript's BigInts do here. */
const creation =
  (name: string): Operation =>
  ([data, ...rest], keywords) => {
    const dtyped = keywords.dtype !== undefined;
    const form = parseSignature("data | dtype device requires_grad");
    return functionAt(name)(...arrange(name, [form], [dtyped ? data : pythonNumbers(data), ...rest], keywords));
  };

function pythonNumbers(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(pythonNumbers);
  return typeof data === "number" && Number.isInteger(data) && !Object.is(data, -0) ? BigInt(data) : data;
}

/** The value of an index: a tuple is several of them. */
const items = (index: unknown): unknown[] => (index instanceof IndexTuple ? index.items : [index]);

async function setItem([self, index, value]: readonly unknown[]): Promise<unknown> {
  const [scalar] = arrange("index_put", [], [value], {});
  await methodOf(self, "indexPut_")(items(index), scalar);
  return self;
}

async function contains([self, element]: readonly unknown[]): Promise<unknown> {
  const [scalar] = arrange("eq", [], [element], {});
  const found = methodOf(methodOf(self, "eq")(scalar), "any")();
  return methodOf(found, "item")();
}

function spread(name: string): Operation {
  return ([self, ...sizes]) => methodOf(self, name)(Array.isArray(sizes[0]) ? sizes[0] : sizes);
}

function positionalOnly(call: AnyFunction): Operation {
  return (positional: readonly unknown[], _keywords: Keywords) => call(...positional);
}

/** `len(x)`. */
function lengthOf(self: unknown): unknown {
  if (typeof self !== "object" || self === null || !("length" in self))
    throw new NoSuchOperation("torch.Tensor.__len__");
  return typeof self.length === "function" ? methodOf(self, "length")() : self.length;
}

/** Operations whose Python form has no counterpart of the same name, or another calling convention. */
export const specialOperations: Readonly<Record<string, Operation | undefined>> = {
  "torch.Tensor.__getitem__": ([self, index]) => methodOf(self, "index")(...items(index)),
  "torch.Tensor.__setitem__": setItem,
  "torch.Tensor.__bool__": positionalOnly((self) => methodOf(self, "isNonzero", "torch.Tensor.__bool__")()),
  "torch.Tensor.__len__": positionalOnly(lengthOf),
  "torch.Tensor.__contains__": contains,
  "torch.Tensor.__radd__": reflected("add", false),
  "torch.Tensor.__rsub__": reflected("rsub", false),
  "torch.Tensor.__rmul__": reflected("mul", false),
  "torch.Tensor.__rtruediv__": trueDivision,
  "torch.Tensor.__rdiv__": trueDivision,
  "torch.Tensor.__rmod__": reflected("remainder", true),
  "torch.Tensor.__rpow__": ([self, other]) => reflected("pow", true)([self, withoutGraph(other)], {}),
  "torch.Tensor.__rmatmul__": reflected("matmul", true),
  "torch.Tensor.sum_to_size": spread("sumToSize"),
  "torch.tensor": creation("tensor"),
  "torch.as_tensor": creation("asTensor"),
  "torch.nn.functional._scaled_dot_product_attention": (positional, keywords) => {
    const form = parseSignature("query key value | attn_mask dropout_p need_attn_weights is_causal");
    // Version 1.13 gives the weights whether they are asked for or not.
    const all = { ...keywords, need_attn_weights: true };
    return functionAt("nn.functional.scaledDotProductAttention")(
      ...arrange("scaled_dot_product_attention", [form], positional, all),
    );
  },
};

/** Steps that compute, and the list of all kinds of steps. */
import { type Scalar, scalarMeaning } from "../backend/meaning.ts";
import { dtypeInfo, isFloat } from "../dtype/dtype.ts";
import * as m from "../graph/math.ts";
import { operation } from "../graph/operation.ts";
import { numelOf, sameShape } from "../graph/type.ts";
import { where } from "../ops/elementwise/where.ts";
import { call } from "../tensor/call.ts";
import { fromHost } from "../tensor/creation.ts";
import { elementwise, fold, indicesOf, Naive } from "./naive.ts";
import {
  dtypes,
  type Entry,
  hasDims,
  isFloatEntry,
  isNumber,
  isWide,
  type Kind,
  leaf,
  type RandomProgram,
  sizes,
  together,
} from "./random-program.ts";
import {
  cat,
  clone,
  copyOver,
  expand,
  flip,
  inPlace,
  pad,
  permute,
  read,
  reshape,
  select,
  slice,
  step,
  unfold,
} from "./random-views.ts";

const gatherOp = operation<{ dim: number }>("gather", ([x, index], _, { dim }) => m.gather(x, dim, index), {
  half: "keep",
});
const scatterOp = operation<{ dim: number; mode: "set" | "sum" }>(
  "scatter",
  ([x, index, source], _, { dim, mode }) => m.scatter(x, dim, index, source, mode),
  { half: "keep" },
);

const anyUnary = ["neg", "abs", "sign"] as const;

const floatUnary = ["sqrt", "exp", "tanh", "floor", "sin"] as const;

const unary: Kind = (p, [a, b]) => {
  const x = p.pick(a, isNumber);
  if (x === undefined) return;
  const names = isFloat(x.naive.dtype) ? [...anyUnary, ...floatUnary] : anyUnary;
  const op = names[b % names.length];
  p.add(x.tensor[op](), elementwise(op, x.naive));
};

const binaries = [
  ["add", "add"],
  ["sub", "sub"],
  ["mul", "mul"],
  ["maximum", "max"],
  ["minimum", "min"],
  ["lt", "lt"],
  ["eq", "eq"],
] as const;

const binary: Kind = (p, [a, b, c]) => {
  const x = p.pick(a, isNumber);
  const y = p.pick(b, isNumber);
  const operands = x && y && together(x, y);
  if (!x || !y || !operands) return;
  const [method, op] = binaries[c % binaries.length];
  p.add(x.tensor[method](y.tensor), elementwise(op, ...operands));
};

const scalar: Kind = (p, [a, b, c]) => {
  const x = p.pick(a, isNumber);
  if (x === undefined) return;
  const by = [0, 1, 2, -3, 5][b % 5];
  const op = c % 2 === 0 ? "mul" : "add";
  const { dtype, shape } = x.naive;
  const k = Naive.build(dtype, [], () => (dtype === "int64" ? BigInt(by) : by)).broadcast(shape);
  p.add(x.tensor[op](by), elementwise(op, x.naive, k));
};

const choose: Kind = (p, [a, b, c]) => {
  const condition = p.pick(a, ({ naive }) => naive.dtype === "bool");
  const x = p.pick(
    b,
    ({ naive }) => condition !== undefined && sameShape(naive.shape, condition.naive.shape) && naive.dtype !== "bool",
  );
  const y = x && p.pick(c, ({ naive }) => naive.dtype === x.naive.dtype && sameShape(naive.shape, x.naive.shape));
  if (!condition || !x || !y) return;
  p.add(where(condition.tensor, x.tensor, y.tensor), elementwise("where", condition.naive, x.naive, y.naive));
};

const cast: Kind = (p, [a, b]) => {
  const x = p.pick(a);
  if (x === undefined) return;
  const dtype = dtypes[b % dtypes.length];
  if (dtype !== x.naive.dtype) p.add(x.tensor.to(dtype), x.naive.cast(dtype));
};

const sum: Kind = (p, [a, b, c]) => {
  const x = p.pick(a, isWide);
  if (x === undefined) return;
  const dims = x.naive.shape.flatMap((_, d) => ((b >> d) & 1 ? [] : [d]));
  if (dims.length === 0) return;
  const keepdim = c % 2 === 1;
  const zero: Scalar = x.naive.dtype === "int64" ? 0n : 0;
  const out = fold(x.naive, dims, zero, (s, v) => ((s as number) + (v as number)) as Scalar);
  const shape = x.naive.shape.map((n, d) => (dims.includes(d) ? 1 : n));
  p.addRounded(x.tensor.sum(dims, keepdim), keepdim ? new Naive(out.memory, out.dtype, shape) : out);
};

const extreme: Kind = (p, [a, b, c]) => {
  const x = p.pick(a, (entry) => hasDims(entry) && isNumber(entry) && entry.naive.shape.every((n) => n > 0));
  if (x === undefined) return;
  const dim = b % x.naive.shape.length;
  const range = dtypeInfo(x.naive.dtype).range;
  const lowest: Scalar =
    range === undefined ? Number.NEGATIVE_INFINITY : x.naive.dtype === "int64" ? range[0] : Number(range[0]);
  const max = scalarMeaning("max", x.naive.dtype);
  const best = fold(x.naive, [dim], lowest, max);
  if (c % 2 === 0) {
    p.add(x.tensor.amax(dim), best);
    return;
  }
  const first = Naive.build("int64", best.shape, (index) => {
    const goal = best.get(index);
    let i = 0;
    while (i < x.naive.shape[dim] && !Object.is(Number(x.naive.get(index.toSpliced(dim, 0, i))) + 0, Number(goal) + 0))
      i++;
    return BigInt(i);
  });
  p.add(x.tensor.argmax(dim), first);
};

const matmul: Kind = (p, [a, b, c]) => {
  const x = p.pick(a, (entry) => entry.naive.shape.length === 2 && isNumber(entry));
  if (x === undefined) return;
  const [rows, depth] = x.naive.shape;
  const y =
    p.pick(b, ({ naive }) => naive.shape.length === 2 && naive.shape[0] === depth && naive.dtype === x.naive.dtype) ??
    p.leaf([depth, sizes[c % sizes.length]], x.naive.dtype, c);
  const { dtype } = x.naive;
  const add = scalarMeaning("add", isFloat(dtype) ? "float64" : dtype);
  const products = Naive.build(isFloat(dtype) ? "float64" : dtype, [rows, y.naive.shape[1], depth], ([i, j, k]) =>
    scalarMeaning("mul", isFloat(dtype) ? "float64" : dtype)(x.naive.get([i, k]), y.naive.get([k, j])),
  );
  const out = fold(products, [2], dtype === "int64" ? 0n : 0, add);
  p.addRounded(x.tensor.matmul(y.tensor), out.cast(dtype));
};

/** An index of the shape of `x` but for `dim`, in range. */
function indexFor(p: RandomProgram, x: Entry, dim: number, length: number, seed: number): Entry | undefined {
  const size = x.naive.shape[dim];
  if (size === 0) return undefined;
  const shape = x.naive.shape.with(dim, length);
  const data = new BigInt64Array(numelOf(shape)).map((_, i) => BigInt((seed + i * 7 + ((i * i) >> 2)) % size));
  return p.add(fromHost(data, shape, "int64"), Naive.fromHost(data, "int64", shape));
}

const gather: Kind = (p, [a, b, c, d]) => {
  const x = p.pick(a, hasDims);
  if (x === undefined) return;
  const dim = b % x.naive.shape.length;
  const index = indexFor(p, x, dim, c % 5, d);
  if (index === undefined) return;
  const out = Naive.build(x.naive.dtype, index.naive.shape, (i) =>
    x.naive.get(i.with(dim, Number(index.naive.get(i)))),
  );
  p.add(call(gatherOp, [x.tensor, index.tensor], [], { dim }), out);
};

const scatter: Kind = (p, [a, b, c, d]) => {
  const x = p.pick(a, (entry) => hasDims(entry) && isNumber(entry));
  if (x === undefined) return;
  const dim = b % x.naive.shape.length;
  const index = indexFor(p, x, dim, c % 4, d);
  if (index === undefined) return;
  const source = p.leaf(index.naive.shape, x.naive.dtype, d);
  const mode = d % 2 === 0 ? "set" : "sum";
  const out = x.naive.copy();
  const add = scalarMeaning("add", x.naive.dtype);
  for (const i of indicesOf(index.naive.shape)) {
    const at = i.with(dim, Number(index.naive.get(i)));
    out.memory[out.place(at)] = mode === "set" ? source.naive.get(i) : add(out.get(at), source.naive.get(i));
  }
  p.add(call(scatterOp, [x.tensor, index.tensor, source.tensor], [], { dim, mode }), out);
};

const cumulative: Kind = (p, [a, b]) => {
  const x = p.pick(a, (entry) => hasDims(entry) && entry.naive.dtype === "int64");
  if (x === undefined) return;
  const dim = b % x.naive.shape.length;
  const out = x.naive.copy();
  for (const i of indicesOf(out.shape)) {
    if (i[dim] > 0)
      out.memory[out.place(i)] = BigInt.asIntN(
        64,
        (out.get(i.with(dim, i[dim] - 1)) as bigint) + (out.get(i) as bigint),
      );
  }
  p.add(x.tensor.cumsum(dim), out);
};

const softmax: Kind = (p, [a]) => {
  const x = p.pick(
    a,
    (entry) => isFloatEntry(entry) && entry.naive.shape.length === 2 && numelOf(entry.naive.shape) > 0,
  );
  if (x === undefined) return;
  const shifted = x.tensor.sub(x.tensor.amax(1, true));
  const e = shifted.exp();
  const out = e.div(e.sum(1, true));
  const exact = Naive.build(x.naive.dtype, x.naive.shape, ([i, j]) => {
    const row = Array.from({ length: x.naive.shape[1] }, (_, k) => Number(x.naive.get([i, k])));
    const top = row.includes(Number.NaN) ? Number.NaN : Math.max(...row);
    return Math.exp(row[j] - top) / row.reduce((s, v) => s + Math.exp(v - top), 0);
  });
  p.addRounded(out, exact);
};

const smoothUnary: Kind = (p, [a, b]) => {
  const x = p.pick(a);
  if (x === undefined) return;
  const op = (["neg", "tanh", "sin"] as const)[b % 3];
  p.add(x.tensor[op](), elementwise(op, x.naive));
};

const smoothBinary: Kind = (p, [a, b, c]) => {
  const [x, y] = [p.pick(a), p.pick(b)];
  const operands = x && y && together(x, y);
  if (!x || !y || !operands) return;
  const op = (["add", "sub", "mul"] as const)[c % 3];
  p.add(x.tensor[op](y.tensor), elementwise(op, ...operands));
};

/** Kinds whose results have derivatives everywhere. */
export const smoothKinds: readonly Kind[] = [
  leaf,
  leaf,
  smoothUnary,
  smoothBinary,
  smoothBinary,
  sum,
  matmul,
  permute,
  reshape,
  slice,
  select,
  expand,
  unfold,
  flip,
  pad,
  cat,
  inPlace,
  inPlace,
  copyOver,
  read,
];

export const kinds: readonly Kind[] = [
  leaf,
  leaf,
  unary,
  binary,
  binary,
  scalar,
  choose,
  cast,
  sum,
  extreme,
  matmul,
  permute,
  reshape,
  slice,
  select,
  expand,
  unfold,
  flip,
  pad,
  cat,
  gather,
  scatter,
  cumulative,
  inPlace,
  inPlace,
  copyOver,
  step,
  read,
  clone,
  softmax,
  binary,
  unary,
];

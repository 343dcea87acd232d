/** Steps that move elements: views, copies, and writes through them. */
import * as m from "../graph/math.ts";
import { operation } from "../graph/operation.ts";
import { numelOf, sameShape } from "../graph/type.ts";
import * as ops from "../ops/shape/index.ts";
import { call } from "../tensor/call.ts";
import { commitStates } from "../tensor/states.ts";
import { insideModule } from "./inside-module.ts";
import { elementwise, Naive } from "./naive.ts";
import { type Entry, hasDims, isNumber, type Kind, largest, sizes, together } from "./random-program.ts";

/** What falls outside is dropped only where the start is known; a start that is an argument must be in range. */
const padOp = operation<{ dim: number; size: number; step: number; start: number | null }>(
  "pad",
  ([x], [low, fill], { dim, size, step, start }) => m.pad(x, dim, start ?? low, size, step, fill),
  { half: "keep" },
);

export const permute: Kind = (p, [a, b]) => {
  const x = p.pick(a, hasDims);
  if (x === undefined) return;
  const { shape, strides } = x.naive;
  const order = shape.map((_, d) => d);
  for (let d = order.length - 1; d > 0; d--) {
    const e = (b >> d) % (d + 1);
    [order[d], order[e]] = [order[e], order[d]];
  }
  p.add(
    x.tensor.permute(order),
    x.naive.view(
      order.map((d) => shape[d]),
      order.map((d) => strides[d]),
    ),
  );
};

export const reshape: Kind = (p, [a, b, c]) => {
  const x = p.pick(a);
  if (x === undefined) return;
  const count = numelOf(x.naive.shape);
  const shape: number[] = [];
  let left = count;
  for (const n of [b, c]) {
    const divisors = [1, 2, 3, 4, 5, 6, 7].filter((k) => left > 0 && left % k === 0);
    if (divisors.length === 0) break;
    const size = divisors[n % divisors.length];
    shape.push(size);
    left /= size;
  }
  const to = c % 3 === 0 ? [left, ...shape] : [...shape, left];
  const from = x.naive.isContiguous ? x.naive : x.naive.copy();
  p.add(x.tensor.contiguous().reshape(to), from.view(to, new Naive([], "bool", to).strides));
};

export const slice: Kind = (p, [a, b, c, d]) => {
  const x = p.pick(a, hasDims);
  if (x === undefined) return;
  const { shape, strides, offset } = x.naive;
  const dim = b % shape.length;
  const start = c % (shape[dim] + 1);
  const length = d % (shape[dim] - start + 1);
  p.add(
    x.tensor.narrow(dim, start, length),
    x.naive.view(shape.with(dim, length), strides, offset + start * strides[dim]),
  );
};

export const select: Kind = (p, [a, b, c]) => {
  const x = p.pick(a, (entry) => hasDims(entry) && numelOf(entry.naive.shape) > 0);
  if (x === undefined) return;
  const { shape, strides, offset } = x.naive;
  const dim = b % shape.length;
  const at = c % shape[dim];
  p.add(
    x.tensor.select(dim, at),
    x.naive.view(shape.toSpliced(dim, 1), strides.toSpliced(dim, 1), offset + at * strides[dim]),
  );
};

export const expand: Kind = (p, [a, b]) => {
  const x = p.pick(a);
  if (x === undefined) return;
  const shape = [...(b % 3 === 0 ? [2] : []), ...x.naive.shape.map((n) => (n === 1 ? sizes[b % sizes.length] : n))];
  if (numelOf(shape) > largest) return;
  p.add(x.tensor.expand(shape), x.naive.broadcast(shape));
};

export const unfold: Kind = (p, [a, b, c, d]) => {
  const x = p.pick(a, hasDims);
  if (x === undefined) return;
  const { shape, strides } = x.naive;
  const dim = b % shape.length;
  const size = (c % shape[dim]) + 1;
  if (shape[dim] === 0 || numelOf(shape) * size > largest) return;
  const step = (d % 3) + 1;
  const count = Math.floor((shape[dim] - size) / step) + 1;
  p.add(
    x.tensor.unfold(dim, size, step),
    x.naive.view([...shape.with(dim, count), size], [...strides.with(dim, strides[dim] * step), strides[dim]]),
  );
};

export const flip: Kind = (p, [a, b]) => {
  const x = p.pick(a, hasDims);
  if (x === undefined) return;
  const { shape } = x.naive;
  const dim = b % shape.length;
  p.add(
    x.tensor.flip(dim),
    Naive.build(x.naive.dtype, shape, (i) => x.naive.get(i.with(dim, shape[dim] - 1 - i[dim]))),
  );
};

export const pad: Kind = (p, [a, b, c, d]) => {
  const x = p.pick(a, (entry) => hasDims(entry) && isNumber(entry));
  if (x === undefined) return;
  const { shape, dtype } = x.naive;
  const dim = b % shape.length;
  const low = (c % 7) - 2;
  const step = [1, 2, -1][d % 3];
  const size = c % 9;
  const fill = d % 5;
  const last = low + (shape[dim] - 1) * step;
  const start = Math.min(low, last) >= 0 && Math.max(low, last) < size ? null : low;
  const out = Naive.build(dtype, shape.with(dim, size), (index) => {
    const i = (index[dim] - low) / step;
    const inside = Number.isInteger(i) && i >= 0 && i < shape[dim];
    return inside ? x.naive.get(index.with(dim, i)) : dtype === "int64" ? BigInt(fill) : fill;
  });
  p.add(call(padOp, [x.tensor], [low, fill], { dim, size, step, start }), out);
};

export const cat: Kind = (p, [a, b, c]) => {
  const x = p.pick(a, hasDims);
  if (x === undefined) return;
  const dim = c % x.naive.shape.length;
  const fits = ({ naive }: Entry): boolean =>
    naive.dtype === x.naive.dtype &&
    naive.shape.length === x.naive.shape.length &&
    sameShape(naive.shape.with(dim, 0), x.naive.shape.with(dim, 0));
  const y = p.pick(b, fits) ?? x;
  const first = x.naive.shape[dim];
  const shape = x.naive.shape.with(dim, first + y.naive.shape[dim]);
  if (numelOf(shape) > largest) return;
  const ignored = (n: Naive): boolean => n.shape.length === 1 && n.shape[0] === 0;
  if (ignored(x.naive) || ignored(y.naive)) return;
  const out = Naive.build(x.naive.dtype, shape, (i) =>
    i[dim] < first ? x.naive.get(i) : y.naive.get(i.with(dim, i[dim] - first)),
  );
  p.add(ops.cat([x.tensor, y.tensor], dim), out);
};

export const clone: Kind = (p, [a, b]) => {
  const x = p.pick(a);
  if (x === undefined) return;
  if (b % 2 === 0) p.add(x.tensor.clone(), x.naive.copy());
  else p.add(x.tensor.detach(), x.naive);
};

const writable = ({ naive }: Entry): boolean => naive.dtype !== "bool" && naive.isWritable;

export const inPlace: Kind = (p, [a, b, c]) => {
  const x = p.pick(a, writable);
  if (x === undefined) return;
  const fits = ({ naive }: Entry): boolean => naive.dtype === x.naive.dtype && sameShape(naive.shape, x.naive.shape);
  const y = p.pick(b, fits) ?? x;
  switch (c % 4) {
    case 0:
      x.tensor.add_(y.tensor);
      x.naive.write(elementwise("add", x.naive, y.naive));
      break;
    case 1:
      x.tensor.copy_(y.tensor);
      x.naive.write(y.naive);
      break;
    case 2:
      x.tensor.mul_(-1);
      x.naive.write(
        elementwise(
          "mul",
          x.naive,
          Naive.build(x.naive.dtype, x.naive.shape, () => (x.naive.dtype === "int64" ? -1n : -1)),
        ),
      );
      break;
    default:
      x.tensor.neg_();
      x.naive.write(elementwise("neg", x.naive));
  }
};

export const copyOver: Kind = (p, [a, b]) => {
  const x = p.pick(a, writable);
  const y =
    x &&
    p.pick(
      b,
      ({ naive }) =>
        together(x, { ...x, naive })?.[0].shape.length === x.naive.shape.length &&
        sameShape(together(x, { ...x, naive })?.[0].shape ?? [], x.naive.shape),
    );
  if (!x || !y) return;
  x.tensor.copy_(y.tensor);
  x.naive.write(y.naive.broadcast(x.naive.shape));
};

/** What an optimizer does: new values for whole tensors, computed at once. */
export const step: Kind = (p, [a, b]) => {
  const whole = ({ tensor, naive }: Entry): boolean => tensor.region === null && naive.dtype === "float32";
  const x = p.pick(a, whole);
  if (x === undefined) return;
  const y = p.pick(b, ({ naive }) => naive.dtype === "float32" && sameShape(naive.shape, x.naive.shape)) ?? x;
  const value = insideModule("step", () => x.tensor.sub(y.tensor));
  commitStates([{ tensor: x.tensor, value: value.value }]);
  x.naive.write(elementwise("sub", x.naive, y.naive));
};

export const read: Kind = (p, [a]) => {
  const x = p.pick(a);
  if (x !== undefined) p.read("read", x);
};

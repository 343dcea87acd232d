/** Derivative rules of the primitives that combine elements. */
import * as build from "../graph/build.ts";
import * as m from "../graph/math.ts";
import { add, div, eq, gt, mul, where } from "../graph/math.ts";
import { attributesOf, type Term } from "../graph/term.ts";
import { numelOf } from "../graph/type.ts";
import type { Rule } from "./derivatives.ts";

/** Brings a reduced term back to the operand's shape. */
function unreduce(t: Term, dims: readonly number[], shape: readonly number[]): Term {
  return m.broadcastTo(build.reshape(t, m.keptShape(shape, dims)), shape);
}

export const reduceRule: Rule = ({ term, g, x, y }) => {
  const { reduce, dims } = attributesOf(term, "reduce");
  const shape = term.inputs[0].shape;
  const back = (t: Term): Term => unreduce(t, dims, shape);
  switch (reduce) {
    case "sum":
      return [back(g)];
    case "product": {
      // The product of the others, without dividing by zeros.
      const others = exclusiveProducts(x(0), dims);
      return [mul(back(g), others)];
    }
    case "max":
    case "min": {
      // Evenly among the ties, as PyTorch's amax and amin.
      const hits = build.cast(m.or(eq(x(0), back(y())), m.and(m.isNan(x(0)), m.isNan(back(y())))), g.dtype);
      return [mul(div(back(g), back(m.sum(hits, dims))), hits)];
    }
    case "argmax":
    case "argmin":
      return [null];
  }
};

/** For each element, the product of the other elements along `dims`. */
function exclusiveProducts(x: Term, dims: readonly number[]): Term {
  const kept = m.allDims(x).filter((d) => !dims.includes(d));
  const order = [...kept, ...dims];
  const moved = build.permute(x, order);
  const count = numelOf(dims.map((d) => x.shape[d]));
  const flat = build.reshape(moved, [...kept.map((d) => x.shape[d]), count]);
  const axis = flat.rank - 1;
  if (count === 0) return x;
  const one = build.constant(1, x.dtype);
  const before = build.scan("product", build.pad(flat, axis, 1, count, 1, one), axis);
  const after = m.flip(build.scan("product", build.pad(m.flip(flat, axis), axis, 1, count, 1, one), axis), axis);
  const others = build.reshape(mul(before, after), moved.shape);
  return build.permute(
    others,
    order.map((_, d) => order.indexOf(d)),
  );
}

/** out[b, m, n] = sum_k a[b, m, k] c[b, n, k]: each operand's gradient is a contraction with the other one. */
export const contractRule: Rule = ({ term, g, x, needs }) => {
  const { batch, rows, columns, depth } = attributesOf(term, "contract");
  const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  const leading = range(0, batch);
  // a: g [b, m, n] with c as [b, k, n]; c: g as [b, n, m] with a as [b, k, m].
  const right = (): Term =>
    build.permute(x(1), [...leading, ...range(batch + columns, depth), ...range(batch, columns)]);
  const left = (): Term => build.permute(x(0), [...leading, ...range(batch + rows, depth), ...range(batch, rows)]);
  const turned = (): Term => build.permute(g, [...leading, ...range(batch + rows, columns), ...range(batch, rows)]);
  return [
    needs(0) ? build.contract(g, right(), batch, columns) : null,
    needs(1) ? build.contract(turned(), left(), batch, rows) : null,
  ];
};

export const gatherRule: Rule = ({ term, g, x }) => {
  const { dim } = attributesOf(term, "gather");
  return [build.scatter(m.zerosLike(term.inputs[0]), dim, x(1), g, "sum"), null];
};

export const scatterRule: Rule = ({ term, g, x, y, needs }) => {
  const { dim, mode } = attributesOf(term, "scatter");
  const index = x(1);
  const picked = (t: Term): Term => build.gather(t, dim, index);
  switch (mode) {
    case "set": {
      // Of several sources for one place the last one counts; the others get no gradient.
      const order = positions(index);
      const last = build.scatter(build.constant(-1, "int64", term.shape), dim, index, order, "max");
      const counts = build.cast(eq(picked(last), order), g.dtype);
      return [
        needs(0) ? build.scatter(g, dim, index, m.zerosLike({ dtype: g.dtype, shape: index.shape }), "set") : null,
        null,
        needs(2) ? mul(picked(g), counts) : null,
      ];
    }
    case "sum":
      return [g, null, picked(g)];
    case "max":
    case "min": {
      const out = y();
      const fromBase = build.cast(eq(x(0), out), g.dtype);
      const fromSource = build.cast(eq(x(2), picked(out)), g.dtype);
      const ties = build.scatter(fromBase, dim, index, fromSource, "sum");
      const shared = div(g, ties);
      return [mul(shared, fromBase), null, mul(picked(shared), fromSource)];
    }
    case "product": {
      const out = y();
      return [div(mul(g, out), x(0)), null, div(picked(mul(g, out)), x(2))];
    }
  }
};

/** The row-major position of every element. */
function positions(like: Term): Term {
  return build.reshape(build.iota([like.numel], 0), like.shape);
}

export const scanRule: Rule = ({ term, g, x, y }) => {
  const { scan, dim } = attributesOf(term, "scan");
  switch (scan) {
    case "sum":
      return [scanBack("sum", g, dim)];
    case "product":
      return [productScanGradient(x(0), y(), g, dim)];
    case "logsumexp": {
      // d out_j / d x_i = exp(x_i - out_j) for j >= i; summed as logarithms, which neither overflow nor vanish.
      const part = (positive: Term): Term => {
        const some = gt(positive, 0);
        const logOf = where(some, m.log(where(some, positive, 1)), -m.finfoOf(g.dtype).max);
        return m.exp(add(scanBack("logsumexp", m.sub(logOf, y()), dim), x(0)));
      };
      return [m.sub(part(m.maximum(g, 0)), part(m.maximum(m.neg(g), 0)))];
    }
    case "max":
    case "min": {
      const at = build.scan(scan === "max" ? "argmax" : "argmin", x(0), dim);
      return [build.scatter(m.zerosLike(g), dim, at, g, "sum")];
    }
    case "argmax":
    case "argmin":
      return [null];
  }
};

/** A running reduction from the end. */
const scanBack = (op: "sum" | "logsumexp", x: Term, dim: number): Term =>
  m.flip(build.scan(op, m.flip(x, dim), dim), dim);

/**
 * d/dx_i of running products: sum over j >= i of g_j times the product of the others up to j. That is backward sums of
 * g·y over x, and where x is 0, the product of those before it times a sum that does not divide. Neither leaves out a
 * product for being 0: its derivatives need not be.
 */
function productScanGradient(x: Term, y: Term, g: Term, dim: number): Term {
  const zero = eq(x, 0);
  const size = x.shape[dim];
  const before = size === 0 ? y : build.pad(y, dim, 1, size, 1, build.constant(1, y.dtype));
  const ordinary = div(scanBack("sum", mul(g, y), dim), where(zero, 1, x));
  return where(zero, mul(before, sumOfProductsAfter(x, g, dim)), ordinary);
}

/** Sum over j >= i of g_j x_(i+1) … x_j, from which each turn makes sums of twice as many terms. */
function sumOfProductsAfter(x: Term, g: Term, dim: number): Term {
  const size = x.shape[dim];
  let total = g;
  let product = build.slice(x, dim, 1, Math.max(0, size - 1));
  for (let span = 1; span < size; span *= 2) {
    const later = build.slice(total, dim, span, size - span);
    total = add(total, build.pad(mul(product, later), dim, 0, size));
    const left = Math.max(0, size - 2 * span);
    product = mul(build.slice(product, dim, 0, left), build.slice(product, dim, span, left));
  }
  return total;
}

/** The adjoint of windows: every window element adds to the place it was read from. */
export const windowRule: Rule = ({ term, g }) => {
  const { dim, step, dilation } = attributesOf(term, "window");
  const source = term.inputs[0];
  const size = term.shape[term.rank - 1];
  const axis = term.rank - 1;
  let total: Term | undefined;
  for (let k = 0; k < size; k++) {
    const one = m.squeeze(build.slice(g, axis, k, 1), axis);
    const placed = build.pad(one, dim, k * dilation, source.shape[dim], step);
    total = total === undefined ? placed : add(total, placed);
  }
  return [total ?? m.zerosLike(source)];
};

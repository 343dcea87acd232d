/** Elements combined at places that index tensors name. */
import type { ScatterMode } from "../../backend/program.ts";
import { dtypeInfo } from "../../dtype/dtype.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { type DerivativeContext, operation } from "../../graph/operation.ts";
import type { Term } from "../../graph/term.ts";
import { call } from "../../tensor/call.ts";
import { requireNames } from "../../tensor/keywords.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { normalizeDim } from "../shape/dims.ts";
import { checkedAlong, checkScatter, gathered, scattered, untouched, used } from "./scatter.ts";
import { scatteredProductGradients } from "./scattered-product.ts";

export type ScatterReduction = "sum" | "prod" | "mean" | "amax" | "amin";

interface ReduceAttributes extends Readonly<Record<string, unknown>> {
  readonly dim: number;
  readonly reduce: ScatterReduction;
  readonly includeSelf: boolean;
}

const modes: Readonly<Record<ScatterReduction, ScatterMode>> = {
  sum: "sum",
  mean: "sum",
  prod: "product",
  amax: "max",
  amin: "min",
};

/** The value that combines with any other to that other. */
function identity(x: Term, reduce: ScatterReduction): Term {
  if (reduce === "sum" || reduce === "mean") return m.zerosLike(x);
  if (reduce === "prod") return m.constantLike(x, 1);
  const [low, high] = x.isFloat
    ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    : (dtypeInfo(x.dtype).range ?? [0n, 1n]);
  return m.constantLike(x, reduce === "amax" ? low : high);
}

const fill = (like: Term, shape: readonly number[], value: number): Term => m.constant(value, like.dtype, shape);

/** How many sources each place has. */
function counted(x: Term, dim: number, index: Term, start: number): Term {
  return scattered(fill(x, x.shape, start), dim, index, fill(x, index.shape, 1), "sum");
}

function reduced(x: Term, index: Term, src: Term, { dim, reduce, includeSelf }: ReduceAttributes): Term {
  const neutral = m.cast(identity(x, reduce), x.dtype);
  const base = includeSelf ? x : scattered(x, dim, index, used(neutral, index.shape), "set");
  const total = scattered(base, dim, index, src, modes[reduce]);
  if (reduce !== "mean") return total;
  const count = m.maximum(counted(x, dim, index, includeSelf ? 1 : 0), fill(x, x.shape, 1));
  if (x.isFloat) return m.div(total, count);
  // Integers round down.
  const quotient = m.rawDiv(total, count);
  const below = m.and(m.lt(total, 0), m.ne(m.mul(quotient, count), total));
  return m.sub(quotient, m.cast(below, x.dtype));
}

const scatterReduceOp = operation<ReduceAttributes>(
  "scatter_reduce",
  ([x, index, src], _, attributes) =>
    reduced(x, checkedAlong(index, x, attributes.dim), used(src, index.shape), attributes),
  { gradName: "ScatterReduceBackward0", derivative: gradients },
);

/** The formulas of PyTorch's derivatives.yaml, which differ from the mechanical ones at zeros and ties. */
function gradients(ctx: DerivativeContext<ReduceAttributes>): (Term | null)[] {
  const { dim, reduce, includeSelf } = ctx.attributes;
  const [x, index, g] = [ctx.input(0), ctx.input(1), ctx.grad()];
  const full = ctx.input(2);
  const src = used(full, index.shape);
  const at = (t: Term): Term => gathered(t, dim, index);
  let [ofSelf, ofSource] = formula();
  if (!includeSelf) ofSelf = scattered(ofSelf, dim, index, fill(g, index.shape, 0), "set");
  ofSource = full.shape.reduce((t, size, d) => m.pad(t, d, 0, size), ofSource);
  return [ctx.needs(0) ? ofSelf : null, null, ctx.needs(2) ? ofSource : null];

  function formula(): [Term, Term] {
    switch (reduce) {
      case "sum":
        return [g, at(g)];
      case "mean": {
        const count = counted(x, dim, index, includeSelf ? 1 : 0);
        const divisor = m.where(m.eq(count, 0), fill(x, x.shape, 1), count);
        return [m.div(g, divisor), m.div(at(g), at(divisor))];
      }
      case "prod": {
        // Without the input's elements, those are as good as 1 where there are sources.
        const base = includeSelf ? x : scattered(x, dim, index, fill(x, index.shape, 1), "set");
        return scatteredProductGradients([base, src], dim, index, ctx.output(), g);
      }
      case "amax":
      case "amin": {
        const out = ctx.output();
        const isSelf = m.cast(m.eq(x, out), g.dtype);
        const isSource = m.cast(m.eq(src, at(out)), g.dtype);
        const shared = m.div(g, scattered(isSelf, dim, index, isSource, "sum"));
        return [m.mul(isSelf, shared), m.mul(isSource, at(shared))];
      }
    }
  }
}

export interface ScatterReduceOptions {
  /** Whether the input's element takes part where there are sources; default true. */
  readonly includeSelf?: boolean;
}

/**
 * A copy of `input` in which the elements of `src` are combined at the places of `index` along `dim` (see `scatter`): by
 * "sum", "prod", "mean", "amax" or "amin".
 *
 * @throws ValueError for another reduction; ShapeError, DTypeError or IndexError if index or source do not fit.
 */
export function scatterReduce(
  input: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: ScatterReduction,
  options: ScatterReduceOptions = {},
): Tensor {
  requireNames(options, ["includeSelf"]);
  const d = normalizeDim(dim, input.ndim);
  if (!Object.hasOwn(modes, reduce))
    throw new ValueError(`reduce argument must be either sum, prod, mean, amax or amin. Got ${String(reduce)}`);
  if (input.dtype === "bool" && reduce === "mean")
    throw new DTypeError("scatter_reduce(): mean of bool is not defined");
  checkScatter("scatter", input, d, index, src);
  if (index.numel() === 0) return untouched(input, src);
  return call(scatterReduceOp, [input, index, src], [], { dim: d, reduce, includeSelf: options.includeSelf ?? true });
}

import {
  add,
  arange,
  argmax,
  broadcastTo,
  eq,
  gather,
  index as indexed,
  indexPut,
  indexSelect,
  lt,
  reshape,
  scatter,
  scatterReduce,
  sub,
  type Tensor,
  unbind,
  unsqueeze,
  where,
  zerosLike,
} from "@cresset/core/functions";
import type { Call, Operators } from "../call.ts";
import { axisIn, requireLength } from "../host/axes.ts";

/** Positions counted from the end made ones from the start. */
function fromStart(index: Tensor, size: number): Tensor {
  const positions = index.dtype === "int64" ? index : index.to("int64");
  return where(lt(positions, 0), add(positions, size), positions);
}

function gathered(call: Call): Tensor {
  const [x, index] = [call.tensor(0), call.tensor(1)];
  const d = axisIn(call, call.int("axis", 0), x.ndim);
  const flat = reshape(fromStart(index, x.shape[d]), [index.numel()]);
  return reshape(indexSelect(x, d, flat), [...x.shape.slice(0, d), ...index.shape, ...x.shape.slice(d + 1)]);
}

function gatheredElements(call: Call): Tensor {
  const [x, index] = [call.tensor(0), call.tensor(1)];
  const d = axisIn(call, call.int("axis", 0), x.ndim);
  return gather(x, d, fromStart(index, x.shape[d]));
}

const reductions = { add: "sum", mul: "prod", max: "amax", min: "amin" } as const;

function scatteredElements(call: Call): Tensor {
  const [x, index, updates] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const d = axisIn(call, call.int("axis", 0), x.ndim);
  const reduction = call.string("reduction", "none");
  const places = fromStart(index, x.shape[d]);
  if (reduction === "none") return scatter(x, d, places, updates);
  const reduce = Object.hasOwn(reductions, reduction) ? reductions[reduction as keyof typeof reductions] : undefined;
  if (reduce === undefined) throw call.error(`combines with "${reduction}"`);
  return scatterReduce(x, d, places, updates, reduce);
}

/** The parts of index tuples [..., k] as tensors of positions along the first k dimensions. */
function tuples(call: Call, x: Tensor, index: Tensor): Tensor[] {
  const depth = index.shape[index.ndim - 1];
  if (depth === undefined || depth < 1 || depth > x.ndim)
    throw call.error(`index tuples of ${depth} for ${x.ndim} dimensions`);
  return unbind(index, -1).map((part, d) => fromStart(part, x.shape[d]));
}

function gatheredTuples(call: Call): Tensor {
  const [x, index] = [call.tensor(0), call.tensor(1)];
  if (call.int("batch_dims", 0) !== 0) throw call.error("batch_dims other than 0");
  return indexed(x, ...tuples(call, x, index)) as Tensor;
}

function scatteredTuples(call: Call): Tensor {
  const [x, index, updates] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const reduction = call.string("reduction", "none");
  if (reduction !== "none" && reduction !== "add") throw call.error(`combines with "${reduction}"`);
  return indexPut(x, tuples(call, x, index), updates, reduction === "add") as Tensor;
}

function oneHot(call: Call): Tensor {
  const [index, depth, values] = [call.tensor(0), call.host(1).data[0], call.tensor(2)];
  const axis = axisIn(call, call.int("axis", -1), index.ndim + 1);
  requireLength(call, depth);
  const classes = reshape(
    arange(depth, { dtype: "int64", device: call.device }),
    Array.from({ length: index.ndim + 1 }, (_, d) => (d === axis ? depth : 1)),
  );
  const hit = eq(unsqueeze(fromStart(index, depth), axis), classes);
  const [off, on] = unbind(values, 0);
  return where(hit, on, off);
}

export const indexing: Operators = {
  Gather: gathered,
  GatherElements: gatheredElements,
  GatherND: gatheredTuples,
  ScatterElements: scatteredElements,
  Scatter: scatteredElements,
  ScatterND: scatteredTuples,
  OneHot: oneHot,
  Hardmax: (call) => {
    const x = call.tensor(0);
    // Before version 13 dimensions from the axis on are one.
    if (call.opset < 13) throw call.error("of a version before 13");
    const axis = axisIn(call, call.int("axis", -1), x.ndim);
    return scatter(zerosLike(x), axis, argmax(x, axis, true), 1);
  },
  ReverseSequence: (call) => {
    const x = call.tensor(0);
    const [batch, time] = [call.int("batch_axis", 1), call.int("time_axis", 0)];
    if (x.ndim < 2 || !((batch === 0 && time === 1) || (batch === 1 && time === 0)))
      throw call.error(`sequences along dimension ${time} of batches along ${batch}`);
    const lengths = unsqueeze(call.tensor(1), time);
    const places = unsqueeze(arange(x.shape[time], { device: call.device, dtype: "int64" }), batch);
    const from = where(lt(places, lengths), sub(sub(lengths, 1), places), places);
    const wide = from.shape.concat(x.shape.slice(2).map(() => 1));
    return gather(x, time, broadcastTo(reshape(from, wide), [...x.shape]));
  },
};

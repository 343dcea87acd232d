/** The few operations that differentiation itself needs. */
import { isFloat } from "../dtype/dtype.ts";
import * as m from "../graph/math.ts";
import type { Value } from "../graph/node.ts";
import { operation } from "../graph/operation.ts";
import type { Recording } from "../graph/recording.ts";
import { templateFor } from "../graph/template.ts";
import { Storage } from "../runtime/storage.ts";
import { addNode, call } from "./call.ts";
import { cloneOp } from "./clone.ts";
import { Tensor } from "./tensor.ts";

type Like = { dtype: Tensor["dtype"]; shape: readonly number[] };

const filled = (value: number) => operation<Like>("full", (_, __, { dtype, shape }) => m.constant(value, dtype, shape));
const ones = filled(1);
const zeros = filled(0);

const accumulated = operation("add", ([a, b]) => m.add(a, b));

/** The seed of a backward pass: on the tensor's device, whatever the default is. */
export function onesLike(tensor: Tensor): Tensor {
  return tensorFrom(fill(ones, tensor.value), null);
}

export function zerosOf(value: Value): Value {
  return fill(zeros, value);
}

function fill(op: typeof ones, like: Value): Value {
  const { dtype, shape } = like.type;
  const template = templateFor(
    op as unknown as Parameters<typeof templateFor>[0],
    { dtype, shape },
    `${dtype}[${shape.join(",")}]`,
    [],
    [],
  );
  return addNode(template, [], [], like.device).outputs[0];
}

export function plus(a: Tensor, b: Tensor): Tensor {
  return call(accumulated, [a, b]);
}

/** The same values in a storage of their own. */
export function copyOf(tensor: Tensor): Tensor {
  return call(cloneOp, [tensor]);
}

/** A tensor over a result of a backward node. */
export function tensorFrom(value: Value, recording: Recording | null): Tensor {
  const edge = recording !== null && isFloat(value.type.dtype) ? recording.results[value.index] : null;
  const storage = new Storage(value);
  storage.edge = edge;
  return new Tensor(storage, null, value, edge);
}

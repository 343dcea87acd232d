/** Random numbers, drawn anew in every call by Cresset's generator: the seeds of a file are another one's. */

import type { DType } from "@cresset/core/functions";
import { add, bernoulli, mul, rand, randn, type Tensor } from "@cresset/core/functions";
import { dataTypeName, dtypeOf } from "../../dtypes.ts";
import type { Call, Operator, Operators } from "../call.ts";

function dtypeFor(call: Call, otherwise: DType): DType {
  const type = call.int("dtype");
  const dtype = type === undefined ? otherwise : dtypeOf(type);
  if (dtype === undefined) throw call.error(`numbers of ${dataTypeName(type ?? 0)}, which Cresset has not`);
  return dtype;
}

/** In a shape that is given, or that of a tensor. */
const drawn =
  (like: boolean, draw: (call: Call, shape: readonly number[], dtype: DType) => Tensor): Operator =>
  (call) => {
    const { shape, dtype } = like ? call.tensor(0) : { shape: call.ints("shape") ?? [], dtype: "float32" as const };
    return draw(call, shape, dtypeFor(call, dtype));
  };

function normal(call: Call, shape: readonly number[], dtype: DType): Tensor {
  const numbers = randn([...shape], { dtype, device: call.device });
  return add(mul(numbers, call.float("scale", 1)), call.float("mean", 0));
}

function uniform(call: Call, shape: readonly number[], dtype: DType): Tensor {
  const [low, high] = [call.float("low", 0), call.float("high", 1)];
  return add(mul(rand([...shape], { dtype, device: call.device }), high - low), low);
}

export const random: Operators = {
  RandomNormal: drawn(false, normal),
  RandomNormalLike: drawn(true, normal),
  RandomUniform: drawn(false, uniform),
  RandomUniformLike: drawn(true, uniform),
  Bernoulli: (call) => {
    const p = call.tensor(0);
    return bernoulli(p).to(dtypeFor(call, p.dtype));
  },
};

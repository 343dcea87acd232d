/** Numbers in eight bits, as graphs have them that were made small: computed with as floats. */
import { add, clamp, div, mul, reshape, round, sub, type Tensor } from "@cresset/core/functions";
import type { Call, Operators } from "../call.ts";
import { axisIn } from "../host/axes.ts";

const limits: Readonly<Record<string, readonly [low: number, high: number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  int16: [-32768, 32767],
};

/** Scale or zero point, one or one for each place along an axis, as it broadcasts. */
function along(call: Call, x: Tensor, of: Tensor): Tensor {
  if (of.numel() === 1) return reshape(of, []);
  if (of.ndim !== 1) throw call.error("scales of blocks");
  const axis = axisIn(call, call.int("axis", 1), x.ndim);
  return reshape(
    of,
    x.shape.map((n, d) => (d === axis ? n : 1)),
  );
}

export const quantization: Operators = {
  DequantizeLinear: (call) => {
    const [x, scale, zero] = [call.tensor(0), call.tensor(1), call.optional(2)];
    const whole = x.to("int32");
    const shifted = zero === null ? whole : sub(whole, along(call, x, zero.to("int32")));
    return mul(shifted.to(scale.dtype), along(call, x, scale));
  },
  QuantizeLinear: (call) => {
    const [x, scale, zero] = [call.tensor(0), call.tensor(1), call.optional(2)];
    const dtype = zero?.dtype ?? "uint8";
    const range = limits[dtype];
    if (range === undefined) throw call.error(`quantizes to ${dtype}`);
    const scaled = round(div(x, along(call, x, scale)));
    const shifted = zero === null ? scaled : add(scaled, along(call, x, zero.to(x.dtype)));
    return clamp(shifted, ...range).to(dtype);
  },
};

import type { HostTensor } from "../../../host-tensor.ts";
import { floats, mixed } from "../../testing/model.ts";
import { expectOperators } from "../../testing/operator-samples.ts";
import { quantization } from "./quantization.ts";

const bytes = (...values: readonly number[]): HostTensor => ({
  dtype: "uint8",
  shape: values.length === 1 ? [] : [values.length],
  data: Uint8Array.from(values),
});
const whole: HostTensor = { dtype: "int8", shape: [2, 3], data: Int8Array.from([-128, -3, 0, 4, 90, 127]) };
const zeros: HostTensor = { dtype: "int8", shape: [3], data: Int8Array.from([0, -5, 7]) };

expectOperators(quantization, {
  QuantizeLinear: [
    { in: [mixed([2, 3], 40)], constants: [floats([], 0.25), bytes(128)] },
    { in: [floats([6], -1e3, 0.125, 0.375, 0.625, 1e3, 31.9)], constants: [floats([], 0.25)] },
    { in: [mixed([2, 3], 40)], constants: [floats([3], 0.25, 0.5, 1), zeros], attributes: { axis: -1 } },
  ],
  DequantizeLinear: [
    { in: [bytes(0, 3, 128, 255)], constants: [floats([], 0.25), bytes(128)] },
    { in: [whole], constants: [floats([3], 0.25, 0.5, 1), zeros] },
    { in: [{ dtype: "int32", shape: [2], data: Int32Array.from([1000, -70000]) }], constants: [floats([], 0.001)] },
  ],
});

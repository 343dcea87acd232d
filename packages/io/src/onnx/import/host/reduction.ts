/** Arrays of the host reduced to fewer numbers. */
import { hostValue } from "../host-value.ts";
import { axisIn } from "./axes.ts";
import { type HostOperator, type HostOperators, inputOf } from "./operator.ts";

const reducing =
  (of: (values: readonly number[]) => number): HostOperator =>
  (call, inputs) => {
    const { dtype, shape, data } = inputOf(call, inputs);
    // Of shapes, which are vectors, or numbers.
    if (shape.length > 1 || data.length === 0) return null;
    const axes = call.axes(1)?.map((axis) => axisIn(call, axis, shape.length)) ?? [];
    if (axes.length === 0 && call.int("noop_with_empty_axes", 0) !== 0) return inputOf(call, inputs);
    return hostValue(dtype, call.int("keepdims", 1) === 1 ? shape.map(() => 1) : [], [of(data)]);
  };

export const reductionOnHost: HostOperators = {
  ReduceProd: reducing((values) => values.reduce((a, b) => a * b, 1)),
  ReduceSum: reducing((values) => values.reduce((a, b) => a + b, 0)),
  ReduceMax: reducing((values) => Math.max(...values)),
  ReduceMin: reducing((values) => Math.min(...values)),
};

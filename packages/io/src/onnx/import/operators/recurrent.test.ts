import type { HostTensor } from "../../../host-tensor.ts";
import { mixed } from "../../testing/model.ts";
import { expectOperators } from "../../testing/operator-samples.ts";
import { recurrentLayers } from "./recurrent.ts";

const lengths: HostTensor = { dtype: "int32", shape: [3], data: Int32Array.from([2, 4, 1]) };

expectOperators(recurrentLayers, {
  LSTM: [
    {
      in: [mixed([4, 2, 3])],
      constants: [mixed([1, 20, 3], 0.5), mixed([1, 20, 5], 0.4)],
      attributes: { hidden_size: 5 },
      outputs: 3,
    },
    {
      in: [mixed([4, 2, 3])],
      constants: [
        mixed([2, 20, 3], 0.5),
        mixed([2, 20, 5], 0.4),
        mixed([2, 40]),
        null,
        mixed([2, 2, 5]),
        mixed([2, 2, 5]),
      ],
      attributes: { hidden_size: 5, direction: "bidirectional" },
      outputs: 3,
    },
  ],
  GRU: [
    {
      in: [mixed([4, 3, 3])],
      constants: [mixed([2, 15, 3], 0.5), mixed([2, 15, 5], 0.4), mixed([2, 30]), lengths, mixed([2, 3, 5])],
      attributes: { hidden_size: 5, direction: "bidirectional", linear_before_reset: 1 },
      outputs: 2,
    },
    {
      in: [mixed([4, 2, 3])],
      constants: [mixed([1, 15, 3], 0.5), mixed([1, 15, 5], 0.4), mixed([1, 30])],
      attributes: { hidden_size: 5 },
      outputs: 2,
    },
    {
      in: [mixed([4, 2, 3])],
      constants: [mixed([1, 15, 3], 0.5), mixed([1, 15, 5], 0.4), mixed([1, 30])],
      attributes: { hidden_size: 5, linear_before_reset: 1, direction: "reverse" },
      outputs: 2,
    },
  ],
  RNN: [
    {
      in: [mixed([4, 2, 3])],
      constants: [mixed([1, 5, 3], 0.5), mixed([1, 5, 5], 0.4), mixed([1, 10])],
      attributes: { hidden_size: 5 },
      outputs: 2,
    },
  ],
});

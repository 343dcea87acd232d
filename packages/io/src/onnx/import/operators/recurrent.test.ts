import { mixed } from "../../testing/model.ts";
import { expectOperators } from "../../testing/operator-samples.ts";
import { recurrentLayers } from "./recurrent.ts";

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

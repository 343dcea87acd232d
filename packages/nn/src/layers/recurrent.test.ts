import { cpu } from "@cresset/backend-cpu";
import * as torch from "@cresset/core";
import {
  deviceStatistics,
  registerBackend,
  ShapeError,
  setDefaultDevice,
  type Tensor,
  ValueError,
} from "@cresset/core";
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { gruStep, lstmStep, rnnStep } from "../functional/rnn-cells.ts";
import * as nn from "../index.ts";
import { gradients, slopes, squaredGradients } from "../testing/slopes.ts";

beforeAll(() => registerBackend(cpu()));
beforeEach(() => void torch.manualSeed(0));
afterEach(() => vi.restoreAllMocks());

const double = { dtype: "float64" } as const;
const { packPaddedSequence, padPackedSequence } = nn.utils.rnn;

function expectClose(got: Tensor, want: Tensor, within = 1e-12): void {
  expect(got.shape).toEqual(want.shape);
  expect(got.sub(want).abs().max().itemSync()).toBeLessThan(within);
}

describe("a step's derivative is that of its formula, and so is the derivative's", () => {
  const shapes = (gates: number) => [[2, gates * 3], [2, 3], [gates * 3, 3], [gates * 3]];
  const cells: [string, number[][], (...inputs: Tensor[]) => Tensor][] = [
    ["gru", shapes(3), (x, h, weight, bias) => gruStep(x, h, { weight, bias }).square().sum()],
    ["tanh", shapes(1), (x, h, weight, bias) => rnnStep(x, h, { weight, bias }, "tanh").square().sum()],
    ["relu", shapes(1), (x, h, weight, bias) => rnnStep(x, h, { weight, bias }, "relu").square().sum()],
    [
      "lstm",
      [...shapes(4), [2, 3]],
      (x, h, weight, bias, c) => {
        const [nextH, nextC] = lstmStep(x, h, c, { weight, bias });
        return nextH.square().sum().add(nextC.sin().sum());
      },
    ],
  ];
  test.each(cells)("%s", (_, sizes, f) => {
    const inputs = sizes.map((shape) => torch.randn(shape, double));
    for (const [g, each] of [f, squaredGradients(f)].entries()) {
      const want = slopes(each, inputs);
      for (const [k, got] of gradients(each, inputs).entries())
        for (const [i, slope] of got.entries())
          expect(Math.abs(slope - want[k][i]), `derivative ${g + 1}, input ${k}[${i}]`).toBeLessThan(2e-7);
    }
  });
});

// Called alike, though an LSTM's state is a pair.
const networks: readonly [string, typeof nn.GRU][] = [
  ["LSTM", nn.LSTM as unknown as typeof nn.GRU],
  ["GRU", nn.GRU],
  ["RNN", nn.RNN],
];

describe.each(networks)("%s", (_, Network) => {
  const options = { numLayers: 2, bidirectional: true, batchFirst: true, ...double };

  test("gives packed sequences what it gives each of them alone", () => {
    const network = new Network(2, 3, options);
    const x = torch.randn([3, 4, 2], double);
    const lengths = [2, 4, 1];
    const [packed, state] = network(packPaddedSequence(x, lengths, true, false));
    const [padded, returned] = padPackedSequence(packed, true);
    expect(returned.tolistSync()).toEqual(lengths);
    const states = (Array.isArray(state) ? state : [state]) as Tensor[];
    for (const [n, length] of lengths.entries()) {
      const [alone, last] = network(x.narrow(0, n, 1).narrow(1, 0, length));
      expectClose(padded.narrow(0, n, 1).narrow(1, 0, length), alone);
      const lasts = (Array.isArray(last) ? last : [last]) as Tensor[];
      for (const [i, part] of states.entries()) expectClose(part.narrow(1, n, 1), lasts[i]);
      if (length < 4)
        expect(
          padded
            .select(0, n)
            .narrow(0, length, 4 - length)
            .abs()
            .sum()
            .itemSync(),
        ).toBe(0);
    }
  });

  test("goes on from a state as if it had not stopped", () => {
    const network = new Network(2, 3, { numLayers: 2, ...double });
    const x = torch.randn([5, 2, 2], double);
    const [whole, end] = network(x);
    const [, half] = network(x.narrow(0, 0, 2));
    const [rest, restEnd] = network(x.narrow(0, 2, 3), half);
    expectClose(rest, whole.narrow(0, 2, 3));
    for (const [i, part] of [end].flat().entries()) expectClose([restEnd].flat()[i], part);
  });

  test("its backward direction is the forward one of reversed time", () => {
    const both = new Network(2, 3, { bidirectional: true, ...double });
    const one = new Network(2, 3, double);
    const state = both.stateDict();
    const reverse = Object.entries(state).filter(([name]) => name.endsWith("_reverse"));
    one.loadStateDict(Object.fromEntries(reverse.map(([name, value]) => [name.replace("_reverse", ""), value])));
    const x = torch.randn([4, 2, 2], double);
    const [output] = both(x);
    const [reversed] = one(x.flip([0]));
    expectClose(output.narrow(2, 3, 3), reversed.flip([0]));
  });

  test("takes one sequence without a batch dimension", () => {
    const network = new Network(2, 3, double);
    const x = torch.randn([4, 2], double);
    const [alone, state] = network(x);
    const [batched, states] = network(x.unsqueeze(1));
    expectClose(alone, batched.squeeze(1));
    for (const [i, part] of [state].flat().entries()) expectClose(part, [states].flat()[i].squeeze(1));
  });
});

test("all steps, forward and backward, are one program, which the next batch finds again", async () => {
  // A device that has not seen other large programs come and go.
  await registerBackend({ ...cpu(), name: "fresh" });
  setDefaultDevice("fresh");
  onTestFinished(() => setDefaultDevice("cpu"));
  const lstm = new nn.LSTM(3, 4, { bidirectional: true });
  const train = (): [runs: number, compilations: number] => {
    const before = { ...deviceStatistics() };
    const [output] = lstm(torch.randn([40, 2, 3]));
    output.square().mean().backward();
    const sums = lstm.parameters().map((parameter) => parameter.grad?.sum() as Tensor);
    torch.stack(sums).dataSync();
    lstm.zeroGrad();
    const after = deviceStatistics();
    return [after.runs - before.runs, after.compilations - before.compilations];
  };
  expect(train()[0]).toBe(1);
  expect(train()).toEqual([1, 0]);
});

test("dropout between layers acts in training only", () => {
  const gru = new nn.GRU(2, 3, 2, { dropout: 0.5 });
  const x = torch.randn([4, 1, 2]);
  const run = () => gru(x)[0].tolistSync();
  expect(run()).not.toEqual(run());
  gru.eval();
  expect(run()).toEqual(run());
});

test("parameters have PyTorch's names and order", () => {
  const lstm = new nn.LSTM(3, 5, { bidirectional: true, projSize: 2 });
  expect(Object.entries(lstm.stateDict()).map(([name, { shape }]) => `${name} ${shape}`)).toEqual([
    "weight_ih_l0 20,3",
    "weight_hh_l0 20,2",
    "bias_ih_l0 20",
    "bias_hh_l0 20",
    "weight_hr_l0 2,5",
    "weight_ih_l0_reverse 20,3",
    "weight_hh_l0_reverse 20,2",
    "bias_ih_l0_reverse 20",
    "bias_hh_l0_reverse 20",
    "weight_hr_l0_reverse 2,5",
  ]);
  expect(lstm.allWeights.map((part) => part.length)).toEqual([5, 5]);
  expect(String(new nn.RNN(2, 3, 2, { bias: false, dropout: 0.25, nonlinearity: "relu" }))).toBe(
    "RNN(2, 3, num_layers=2, bias=False, dropout=0.25)",
  );
});

test("wrong shapes and options are errors with PyTorch's text", () => {
  const gru = new nn.GRU(2, 3);
  expect(() => gru(torch.zeros([4, 1, 5]))).toThrow(ShapeError);
  expect(() => gru(torch.zeros([4, 1, 5]))).toThrow("input.size(-1) must be equal to input_size. Expected 2, got 5");
  expect(() => new nn.LSTM(2, 3)(torch.zeros([4, 1, 2]), torch.zeros([1, 1, 3]) as never)).toThrow(
    "LSTM: expected hx to be [h_0, c_0], but got Tensor",
  );
  expect(() => gru(torch.zeros([2]))).toThrow("GRU: Expected input to be 2-D or 3-D but received 1-D tensor");
  expect(() => gru(torch.zeros([4, 2, 2]), torch.zeros([1, 3, 3]))).toThrow(
    "Expected hidden size (1, 2, 3), got [1, 3, 3]",
  );
  expect(() => gru(torch.zeros([4, 2, 2]), torch.zeros([2, 3]))).toThrow(
    "For batched 3-D input, hx should also be 3-D but got 2-D tensor",
  );
  expect(() => new nn.LSTM(2, 3, { projSize: 3 })).toThrow(ValueError);
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  new nn.GRU(2, 3, { dropout: 0.5 });
  expect(warn).toHaveBeenCalledTimes(1);
});

test("cells take one step, and keep a state of a pair", () => {
  const network = new nn.LSTM(2, 3, double);
  const cell = new nn.LSTMCell(2, 3, double);
  const weights = Object.entries(network.stateDict()).map(([name, value]) => [name.replace("_l0", ""), value]);
  cell.loadStateDict(Object.fromEntries(weights));
  const x = torch.randn([3, 2, 2], double);
  let state: [Tensor, Tensor] | null = null;
  for (let t = 0; t < 3; t++) state = cell(x.select(0, t), state);
  const [, [h, c]] = network(x);
  expectClose((state as unknown as Tensor[])[0], h.squeeze(0));
  expectClose((state as unknown as Tensor[])[1], c.squeeze(0));
  expect(new nn.RNNCell(2, 3)(torch.zeros([2])).shape).toEqual([3]);
  expect(() => new nn.GRUCell(2, 3)(torch.zeros([1, 4]))).toThrow(
    "input has inconsistent input_size: got 4 expected 2",
  );
});

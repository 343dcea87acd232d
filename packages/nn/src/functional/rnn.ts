/** Recurrent layers over sequences. All steps of all layers are one graph, so an evaluation is one program. */
import { cat, narrow, select, stack, type Tensor } from "@cresset/core/functions";
import { dropout } from "./dropout.ts";
import { linear } from "./linear.ts";
import { gruStep, lstmStep, rnnStep } from "./rnn-cells.ts";
import { joinSteps, steps } from "./rnn-steps.ts";

export type RecurrentKind = "LSTM" | "GRU" | "RNN_TANH" | "RNN_RELU";

/** The weights of one layer in one direction, in PyTorch's order and naming. */
export interface DirectionWeights {
  readonly weightIh: Tensor;
  readonly weightHh: Tensor;
  readonly biasIh: Tensor | null;
  readonly biasHh: Tensor | null;
  /** Projects an LSTM's output to fewer features. */
  readonly weightHr: Tensor | null;
}

/** What is carried from step to step: the hidden state, and the cell state of an LSTM. */
export type RecurrentState = readonly Tensor[];

export interface RecurrentNetwork {
  readonly kind: RecurrentKind;
  /** For each layer, the forward direction and perhaps the backward one. */
  readonly layers: readonly (readonly DirectionWeights[])[];
  /** Probability that an output between layers is dropped. */
  readonly dropout: number;
}

function stepOf(kind: RecurrentKind, weights: DirectionWeights): (gates: Tensor, state: RecurrentState) => Tensor[] {
  const hidden = { weight: weights.weightHh, bias: weights.biasHh };
  if (kind === "LSTM") {
    return (gates, [h, c]) => {
      const [next, cell] = lstmStep(gates, h, c, hidden);
      return [weights.weightHr === null ? next : linear(next, weights.weightHr), cell];
    };
  }
  if (kind === "GRU") return (gates, [h]) => [gruStep(gates, h, hidden)];
  return (gates, [h]) => [rnnStep(gates, h, hidden, kind === "RNN_TANH" ? "tanh" : "relu")];
}

const rows = (state: RecurrentState, from: number, count: number): Tensor[] =>
  state.map((part) => (from === 0 && part.shape[0] === count ? part : narrow(part, 0, from, count)));

/** Forward in time: sequences end one by one, and what they end with is kept. */
function runForward(
  gates: readonly Tensor[],
  initial: RecurrentState,
  step: (gates: Tensor, state: RecurrentState) => Tensor[],
): { outputs: Tensor[]; last: Tensor[] } {
  const outputs: Tensor[] = [];
  const ended: Tensor[][] = [];
  let state = rows(initial, 0, gates[0].shape[0]);
  for (const x of gates) {
    const [before, now] = [state[0].shape[0], x.shape[0]];
    if (now < before) {
      ended.push(rows(state, now, before - now));
      state = rows(state, 0, now);
    }
    state = step(x, state);
    outputs.push(state[0]);
  }
  ended.push(state);
  ended.reverse();
  const last = ended.length === 1 ? state : state.map((_, i) => cat(ended.map((part) => part[i])));
  return { outputs, last };
}

/** Backward in time: shorter sequences join when their last element is reached. */
function runBackward(
  gates: readonly Tensor[],
  initial: RecurrentState,
  step: (gates: Tensor, state: RecurrentState) => Tensor[],
): { outputs: Tensor[]; last: Tensor[] } {
  const outputs: Tensor[] = [];
  let state = rows(initial, 0, gates[gates.length - 1].shape[0]);
  for (const x of gates.toReversed()) {
    const [before, now] = [state[0].shape[0], x.shape[0]];
    if (now > before) {
      const joining = rows(initial, before, now - before);
      state = state.map((part, i) => cat([part, joining[i]]));
    }
    state = step(x, state);
    outputs.push(state[0]);
  }
  return { outputs: outputs.toReversed(), last: state };
}

/**
 * Runs a recurrent network over packed sequences.
 *
 * @param data the elements of all sequences, step by step, [Σ batchSizes, features].
 * @param batchSizes how many sequences have an element at each step, not increasing.
 * @param initial hidden (and cell) state before the first step, [layers · directions, N, H].
 * @returns the last layer's outputs, packed as `data` is, and the state after the last step of each sequence.
 */
export function recurrent(
  network: RecurrentNetwork,
  data: Tensor,
  batchSizes: readonly number[],
  initial: RecurrentState,
  training: boolean,
): { output: Tensor; state: Tensor[] } {
  const ends: Tensor[][] = initial.map(() => []);
  let input = data;
  let at = 0;
  for (const [layer, directions] of network.layers.entries()) {
    if (layer > 0 && network.dropout > 0) input = dropout(input, network.dropout, training);
    const outputs = directions.map((weights, direction) => {
      const start = initial.map((part) => select(part, 0, at));
      at++;
      const gates = steps(linear(input, weights.weightIh, weights.biasIh), batchSizes);
      const run = direction === 0 ? runForward : runBackward;
      const { outputs, last } = run(gates, start, stepOf(network.kind, weights));
      for (const [i, part] of last.entries()) ends[i].push(part);
      return joinSteps(outputs);
    });
    input = outputs.length === 1 ? outputs[0] : cat(outputs, 1);
  }
  return { output: input, state: ends.map((parts) => stack(parts)) };
}

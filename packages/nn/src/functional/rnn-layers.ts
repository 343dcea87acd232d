/** Recurrent layers as a whole, for those who trace a program for an engine that has them. */
import { mode } from "@cresset/core/extend";
import { cat, narrow, type Tensor } from "@cresset/core/functions";
import { dropout } from "./dropout.ts";
import type { RecurrentNetwork, RecurrentState } from "./rnn.ts";

/**
 * A network over padded sequences in as many operations as it has layers, whatever their length; null where nobody traces, where
 * gradients are recorded, and for networks that are written out.
 *
 * @param input [T, N, features].
 * @param initial states [layers · directions, N, H] before the first step; null: zeros.
 * @returns the last layer's outputs [T, N, directions · H], and the states after the last step.
 */
export function tracedLayers(
  network: RecurrentNetwork,
  input: Tensor,
  initial: RecurrentState | null,
  training: boolean,
): { output: Tensor; state: Tensor[] } | null {
  const { tracing, gradEnabled } = mode;
  if (tracing === null || gradEnabled) return null;
  let output = input;
  const ends: Tensor[][] = [];
  for (const [layer, directions] of network.layers.entries()) {
    if (layer > 0 && network.dropout > 0) output = dropout(output, network.dropout, training);
    const count = directions.length;
    const weights = directions.map(({ weightIh, weightHh, biasIh, biasHh, weightHr }) =>
      [weightIh, weightHh, biasIh, biasHh, weightHr].filter((weight) => weight !== null),
    );
    const results = tracing.layer({
      name: network.kind,
      operands: [output, ...weights.flat(), ...(initial ?? []).map((part) => narrow(part, 0, layer * count, count))],
      attributes: {
        directions: count,
        bias: directions[0].biasIh !== null,
        projection: directions[0].weightHr !== null,
        states: initial?.length ?? 0,
      },
    });
    if (results === null) return null;
    output = results[0];
    ends.push(results.slice(1));
  }
  return { output, state: ends[0].map((_, i) => (ends.length === 1 ? ends[0][i] : cat(ends.map((end) => end[i])))) };
}

/** Recurrent networks: several layers, one or two directions, over padded or packed sequences. */

import { describeArgument, mode } from "@cresset/core/extend";
import {
  empty,
  indexSelect,
  reshape,
  ShapeError,
  squeeze,
  type Tensor,
  type TensorOptions,
  transpose,
  unsqueeze,
  ValueError,
  zeros,
} from "@cresset/core/functions";
import { type DirectionWeights, type RecurrentKind, recurrent } from "../functional/rnn.ts";
import { tracedLayers } from "../functional/rnn-layers.ts";
import { uniform_ } from "../init.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { pythonBool, pythonNumber } from "../printing.ts";
import { PackedSequence } from "../utils/packed-sequence.ts";
import { snakeName } from "./snake-names.ts";

export interface RecurrentOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** Layers, each over the outputs of the one before; default 1. */
  readonly numLayers?: number;
  /** Whether there are biases (two per layer, as in PyTorch); default true. */
  readonly bias?: boolean;
  /** Whether inputs and outputs are [N, T, *] instead of [T, N, *]; states never are. Default false. */
  readonly batchFirst?: boolean;
  /** In training, the probability of dropping outputs between layers; default 0. */
  readonly dropout?: number;
  /** Whether a second network runs backward in time; default false. */
  readonly bidirectional?: boolean;
}

/** What has no default. */
interface Sizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
}

type SizesByName<Options> = ByName<Options & Sizes, ["inputSize", "hiddenSize"]>;

const sizes = ["inputSize", "hiddenSize", "numLayers"] as const;
const others = ["bias", "batchFirst", "dropout", "bidirectional"] as const;

type Sequences = Tensor | PackedSequence;

/** A batch in the form that the computation takes. */
interface Batch {
  readonly data: Tensor;
  readonly batchSizes: readonly number[];
  readonly batched: boolean;
}

const gateCounts = { LSTM: 4, GRU: 3, RNN_TANH: 1, RNN_RELU: 1 } as const;

// The interface gives instances their call signature: tensors give tensors, packed sequences packed ones.
export interface RecurrentBase<State> {
  (input: Tensor, hx?: State | null): [output: Tensor, state: State];
  (input: PackedSequence, hx?: State | null): [output: PackedSequence, state: State];
}

/** What all recurrent networks share. `State` is what they take and return besides sequences. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds nothing that would have to be initialised.
export abstract class RecurrentBase<State> extends Module<[input: Sequences, hx?: State | null], [Sequences, State]> {
  readonly mode: RecurrentKind;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;

  constructor(mode: RecurrentKind, { inputSize, hiddenSize, ...options }: RecurrentOptions & Sizes, projSize = 0) {
    super();
    const { numLayers = 1, bias = true, batchFirst = false, dropout = 0, bidirectional = false, ...kind } = options;
    if (!(dropout >= 0 && dropout <= 1))
      throw new ValueError(
        "dropout should be a number in range [0, 1] representing the probability of an element being zeroed",
      );
    if (dropout > 0 && numLayers === 1)
      console.warn(
        "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater " +
          `than 1, but got dropout=${pythonNumber(dropout)} and num_layers=1`,
      );
    if (projSize < 0) throw new ValueError("proj_size should be a positive integer or zero to disable projections");
    if (projSize >= hiddenSize && projSize > 0) throw new ValueError("proj_size has to be smaller than hidden_size");
    this.mode = mode;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    this.projSize = projSize;
    const rows = gateCounts[mode] * hiddenSize;
    const add = (name: string, shape: number[]): void => {
      this.registerParameter(name, new Parameter(empty(shape, kind)));
    };
    for (const [layer, suffix] of this.places()) {
      add(`weightIh${suffix}`, [rows, layer === 0 ? inputSize : this.outputSize * this.directions]);
      add(`weightHh${suffix}`, [rows, this.outputSize]);
      if (bias) add(`biasIh${suffix}`, [rows]);
      if (bias) add(`biasHh${suffix}`, [rows]);
      if (projSize > 0) add(`weightHr${suffix}`, [projSize, hiddenSize]);
    }
    this.resetParameters();
  }

  protected get outputSize(): number {
    return this.projSize > 0 ? this.projSize : this.hiddenSize;
  }

  protected get directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  /** Layers and directions with the ends of their parameters' names. */
  protected places(): [layer: number, suffix: string][] {
    const suffixes = this.bidirectional ? ["", "Reverse"] : [""];
    return Array.from({ length: this.numLayers }, (_, layer) =>
      suffixes.map((suffix): [number, string] => [layer, `L${layer}${suffix}`]),
    ).flat();
  }

  /** Draws all weights and biases anew: uniform in ±1/√hiddenSize. */
  resetParameters(): void {
    const bound = this.hiddenSize > 0 ? 1 / Math.sqrt(this.hiddenSize) : 0;
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  override stateName(field: string): string {
    return snakeName(field);
  }

  /** The parameters of each layer and direction: weightIh, weightHh, biasIh, biasHh, weightHr. */
  get allWeights(): Parameter[][] {
    const own = this as unknown as Record<string, Parameter | undefined>;
    const names = ["weightIh", "weightHh", "biasIh", "biasHh", "weightHr"];
    return this.places().map(([, suffix]) => names.flatMap((name) => own[name + suffix] ?? []));
  }

  protected layers(): DirectionWeights[][] {
    const own = this as unknown as Record<string, Parameter | undefined>;
    const layers: DirectionWeights[][] = Array.from({ length: this.numLayers }, () => []);
    for (const [layer, suffix] of this.places())
      layers[layer].push({
        weightIh: own[`weightIh${suffix}`] as Parameter,
        weightHh: own[`weightHh${suffix}`] as Parameter,
        biasIh: own[`biasIh${suffix}`] ?? null,
        biasHh: own[`biasHh${suffix}`] ?? null,
        weightHr: own[`weightHr${suffix}`] ?? null,
      });
    return layers;
  }

  /** Runs the network on sequences and states [layers · directions, N, *], which are zeros where null. */
  protected run(input: Sequences, states: readonly Tensor[] | null): { output: Sequences; states: Tensor[] } {
    const batch = this.batchOf(input);
    const count = batch.batchSizes[0];
    const sizes = this.mode === "LSTM" ? [this.outputSize, this.hiddenSize] : [this.outputSize];
    const shapes = sizes.map((size) => [this.numLayers * this.directions, count, size]);
    const { dtype, device } = batch.data;
    let initial = states ?? shapes.map((shape) => zeros(shape, { dtype, device }));
    if (states !== null) {
      this.checkRanks(input, states, batch.batched);
      if (!batch.batched) initial = initial.map((state) => unsqueeze(state, 1));
      for (const [i, state] of initial.entries()) this.checkState(state, shapes[i], i);
      if (input instanceof PackedSequence && input.sortedIndices !== null)
        initial = initial.map((state) => indexSelect(state, 1, input.sortedIndices as Tensor));
    }
    const network = { kind: this.mode, layers: this.layers(), dropout: this.dropout };
    if (mode.tracing !== null && !(input instanceof PackedSequence)) {
      const whole = tracedLayers(network, this.inOrder(input), states === null ? null : initial, this.training);
      if (whole !== null) return this.shaped(whole.output, whole.state, batch.batched);
    }
    const result = recurrent(network, batch.data, batch.batchSizes, initial, this.training);
    if (input instanceof PackedSequence) {
      const back = input.unsortedIndices;
      const ends = back === null ? result.state : result.state.map((state) => indexSelect(state, 1, back));
      return { output: input.withData(result.output), states: ends };
    }
    const sequence = reshape(result.output, [batch.batchSizes.length, count, result.output.shape[1]]);
    return this.shaped(sequence, result.state, batch.batched);
  }

  /** A sequence [T, N, features] of padded ones, or of one without a batch. */
  protected inOrder(input: Tensor): Tensor {
    if (input.ndim === 2) return unsqueeze(input, 1);
    return this.batchFirst ? transpose(input, 0, 1) : input;
  }

  /** Outputs [T, N, features] and states as they are returned. */
  protected shaped(sequence: Tensor, states: Tensor[], batched: boolean): { output: Tensor; states: Tensor[] } {
    if (!batched) return { output: squeeze(sequence, 1), states: states.map((state) => squeeze(state, 1)) };
    return { output: this.batchFirst ? transpose(sequence, 0, 1) : sequence, states };
  }

  protected batchOf(input: Sequences): Batch {
    if (input instanceof PackedSequence) {
      const { data, batchSizes } = input;
      if (data.ndim !== 2) throw new ShapeError(`input must have 2 dimensions, got ${data.ndim}`);
      this.checkFeatures(data);
      return { data, batchSizes, batched: true };
    }
    if (input.ndim !== 2 && input.ndim !== 3)
      throw new ShapeError(`${this.typeName()}: Expected input to be 2-D or 3-D but received ${input.ndim}-D tensor`);
    this.checkFeatures(input);
    if (input.ndim === 2)
      return { data: input, batchSizes: input.shape[0] === 0 ? [] : ones(input.shape[0]), batched: false };
    const inOrder = this.inOrder(input);
    const [steps, count, features] = inOrder.shape;
    if (steps === 0) throw new ShapeError("Expected sequence length to be larger than 0 in RNN");
    const data = reshape(inOrder, [steps * count, features]);
    return { data, batchSizes: ones(steps).fill(count), batched: true };
  }

  protected checkFeatures(input: Tensor): void {
    const features = input.shape[input.ndim - 1];
    if (features !== this.inputSize)
      throw new ShapeError(`input.size(-1) must be equal to input_size. Expected ${this.inputSize}, got ${features}`);
  }

  protected checkRanks(input: Sequences, states: readonly Tensor[], batched: boolean): void {
    if (input instanceof PackedSequence) return;
    const rank = batched ? 3 : 2;
    if (states.every((state) => state.ndim === rank)) return;
    const kind = batched ? "For batched 3-D input" : "For unbatched 2-D input";
    const ranks = states.map((state) => `${state.ndim}-D`);
    throw new ShapeError(
      states.length === 1
        ? `${kind}, hx should also be ${rank}-D but got ${ranks[0]} tensor`
        : `${kind}, hx and cx should also be ${rank}-D but got (${ranks.join(", ")}) tensors`,
    );
  }

  protected checkState(state: Tensor, want: readonly number[], at: number): void {
    if (state.shape.join() === want.join()) return;
    const what = this.mode === "LSTM" ? `hidden[${at}]` : "hidden";
    throw new ShapeError(`Expected ${what} size (${want.join(", ")}), got [${state.shape.join(", ")}]`);
  }

  override extraRepr(): string {
    const parts = [`${this.inputSize}, ${this.hiddenSize}`];
    if (this.projSize !== 0) parts.push(`proj_size=${this.projSize}`);
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`);
    if (!this.bias) parts.push(`bias=${pythonBool(this.bias)}`);
    if (this.batchFirst) parts.push(`batch_first=${pythonBool(this.batchFirst)}`);
    if (this.dropout !== 0) parts.push(`dropout=${pythonNumber(this.dropout)}`);
    if (this.bidirectional) parts.push(`bidirectional=${pythonBool(this.bidirectional)}`);
    return parts.join(", ");
  }
}

const ones = (count: number): number[] => new Array<number>(count).fill(1);

export interface RNNOptions extends RecurrentOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * A plain recurrent network: hₜ = tanh(xₜ W_ihᵀ + b_ih + hₜ₋₁ W_hhᵀ + b_hh), or relu.
 *
 * Input [T, N, inputSize] ([N, T, inputSize] with `batchFirst`; [T, inputSize] without a batch) or a packed sequence, and
 * optionally the state [numLayers · directions, N, hiddenSize] before the first step (default zeros). Output: the last
 * layer's outputs [T, N, directions · hiddenSize], and the state after the last step.
 *
 * @example
 * const rnn = new nn.RNN(10, 20, 2);
 * const [output, hn] = rnn(torch.randn([5, 3, 10]));
 */
export class RNN extends RecurrentBase<Tensor> {
  static override readonly typeName: string = "RNN";

  constructor(...named: SizesByName<RNNOptions>);
  constructor(inputSize: number, hiddenSize: number, numLayers?: number | RNNOptions, options?: RNNOptions);
  constructor(...given: readonly unknown[]) {
    const names = [...sizes, "nonlinearity", ...others, "device", "dtype"] as const;
    const { nonlinearity = "tanh", ...rest } = keywords<RNNOptions & Sizes>(names, given, 2);
    const known: readonly string[] = ["tanh", "relu"];
    if (!known.includes(nonlinearity)) throw new ValueError(`Unknown nonlinearity '${nonlinearity}'`);
    super(nonlinearity === "tanh" ? "RNN_TANH" : "RNN_RELU", rest);
  }

  forward(input: Sequences, hx: Tensor | null = null): [Sequences, Tensor] {
    const { output, states } = this.run(input, hx === null ? null : [hx]);
    return [output, states[0]];
  }
}

/**
 * Gated recurrent units. Shapes are those of `RNN`.
 *
 * @example
 * const [output, hn] = new nn.GRU(10, 20, { batchFirst: true })(torch.randn([3, 5, 10]));
 */
export class GRU extends RecurrentBase<Tensor> {
  static override readonly typeName: string = "GRU";

  constructor(...named: SizesByName<RecurrentOptions>);
  constructor(inputSize: number, hiddenSize: number, numLayers?: number | RecurrentOptions, options?: RecurrentOptions);
  constructor(...given: readonly unknown[]) {
    super("GRU", keywords<RecurrentOptions & Sizes>([...sizes, ...others, "device", "dtype"], given, 2));
  }

  forward(input: Sequences, hx: Tensor | null = null): [Sequences, Tensor] {
    const { output, states } = this.run(input, hx === null ? null : [hx]);
    return [output, states[0]];
  }
}

export interface LSTMOptions extends RecurrentOptions {
  /** Projects outputs to this many features; default 0: no projection. */
  readonly projSize?: number;
}

/**
 * Long short-term memory. Shapes are those of `RNN`; the state is a pair [h, c], of which h has `projSize` features where
 * that is given.
 *
 * @example
 * const lstm = new nn.LSTM(10, 20, { numLayers: 2, bidirectional: true });
 * const [output, [hn, cn]] = lstm(torch.randn([5, 3, 10]));
 */
export class LSTM extends RecurrentBase<[Tensor, Tensor]> {
  static override readonly typeName: string = "LSTM";

  constructor(...named: SizesByName<LSTMOptions>);
  constructor(inputSize: number, hiddenSize: number, numLayers?: number | LSTMOptions, options?: LSTMOptions);
  constructor(...given: readonly unknown[]) {
    const names = [...sizes, ...others, "projSize", "device", "dtype"] as const;
    const { projSize = 0, ...rest } = keywords<LSTMOptions & Sizes>(names, given, 2);
    super("LSTM", rest, projSize);
  }

  forward(input: Sequences, hx: readonly [Tensor, Tensor] | null = null): [Sequences, [Tensor, Tensor]] {
    if (hx !== null && !Array.isArray(hx))
      throw new ValueError(`LSTM: expected hx to be [h_0, c_0], but got ${describeArgument(hx)}`);
    const { output, states } = this.run(input, hx);
    return [output, [states[0], states[1]]];
  }
}

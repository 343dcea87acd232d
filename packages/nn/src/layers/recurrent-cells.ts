/** Single steps of recurrent networks. */
import {
  empty,
  ShapeError,
  squeeze,
  type Tensor,
  type TensorOptions,
  unsqueeze,
  ValueError,
  zeros,
} from "@cresset/core/functions";
import { linear } from "../functional/linear.ts";
import { gruStep, lstmStep, rnnStep } from "../functional/rnn-cells.ts";
import { uniform_ } from "../init.ts";
import { type ByName, keywords } from "../keywords.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { pythonBool } from "../printing.ts";
import { snakeName } from "./snake-names.ts";

export interface RecurrentCellOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** Whether there are biases; default true. */
  readonly bias?: boolean;
}

interface CellParameters extends RecurrentCellOptions {
  readonly inputSize: number;
  readonly hiddenSize: number;
}

const names = ["inputSize", "hiddenSize", "bias", "device", "dtype"] as const;

abstract class RecurrentCell<State, Out> extends Module<[input: Tensor, hx?: State | null], Out> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  weightIh: Parameter;
  weightHh: Parameter;
  biasIh: Parameter | null;
  biasHh: Parameter | null;

  constructor(gates: number, { inputSize, hiddenSize, bias = true, ...kind }: CellParameters) {
    super();
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.weightIh = new Parameter(empty([gates * hiddenSize, inputSize], kind));
    this.weightHh = new Parameter(empty([gates * hiddenSize, hiddenSize], kind));
    this.biasIh = bias ? new Parameter(empty([gates * hiddenSize], kind)) : null;
    this.biasHh = bias ? new Parameter(empty([gates * hiddenSize], kind)) : null;
    this.resetParameters();
  }

  /** Draws all weights and biases anew: uniform in ±1/√hiddenSize. */
  resetParameters(): void {
    const bound = this.hiddenSize > 0 ? 1 / Math.sqrt(this.hiddenSize) : 0;
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  override stateName(field: string): string {
    return snakeName(field);
  }

  /** Checks the shapes of input and states, and gives them a batch dimension; missing states are zeros. */
  protected prepared(input: Tensor, states: readonly Tensor[] | null, count: number): [gates: Tensor, ...Tensor[]] {
    if (input.ndim !== 1 && input.ndim !== 2)
      throw new ShapeError(`${this.typeName()}: Expected input to be 1-D or 2-D but received ${input.ndim}-D tensor`);
    const batch = input.ndim === 1 ? unsqueeze(input, 0) : input;
    const [rows, features] = batch.shape;
    if (features !== this.inputSize)
      throw new ShapeError(`input has inconsistent input_size: got ${features} expected ${this.inputSize}`);
    const { dtype, device } = input;
    const filled = states ?? Array.from({ length: count }, () => zeros([rows, this.hiddenSize], { dtype, device }));
    const batched = filled.map((state) => (state.ndim === 1 ? unsqueeze(state, 0) : state));
    for (const [i, state] of batched.entries()) {
      if (state.shape[0] !== rows)
        throw new ShapeError(`Input batch size ${rows} doesn't match hidden${i} batch size ${state.shape[0]}`);
      if (state.shape[1] !== this.hiddenSize)
        throw new ShapeError(
          `hidden${i} has inconsistent hidden_size: got ${state.shape[1]}, expected ${this.hiddenSize}`,
        );
    }
    return [linear(batch, this.weightIh, this.biasIh), ...batched];
  }

  protected get hiddenWeights(): { weight: Parameter; bias: Parameter | null } {
    return { weight: this.weightHh, bias: this.biasHh };
  }

  override extraRepr(): string {
    const sizes = `${this.inputSize}, ${this.hiddenSize}`;
    return this.biasIh === null ? `${sizes}, bias=${pythonBool(false)}` : sizes;
  }
}

export interface RNNCellOptions extends RecurrentCellOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * One step of a plain recurrent network: h' = tanh(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh), or relu.
 *
 * Input [N, inputSize] or [inputSize] and state [N, hiddenSize] or [hiddenSize] (default zeros); returns the next state.
 */
export class RNNCell extends RecurrentCell<Tensor, Tensor> {
  static override readonly typeName: string = "RNNCell";
  readonly nonlinearity: "tanh" | "relu";

  constructor(...named: ByName<CellParameters & RNNCellOptions, ["inputSize", "hiddenSize"]>);
  constructor(
    inputSize: number,
    hiddenSize: number,
    bias?: boolean | RNNCellOptions,
    nonlinearity?: "tanh" | "relu" | RNNCellOptions,
  );
  constructor(...given: readonly unknown[]) {
    const all = ["inputSize", "hiddenSize", "bias", "nonlinearity", "device", "dtype"] as const;
    const { nonlinearity = "tanh", ...rest } = keywords<CellParameters & RNNCellOptions>(all, given, 2);
    super(1, rest);
    const known: readonly string[] = ["tanh", "relu"];
    if (!known.includes(nonlinearity)) throw new ValueError(`Unknown nonlinearity: ${nonlinearity}`);
    this.nonlinearity = nonlinearity;
  }

  forward(input: Tensor, hx: Tensor | null = null): Tensor {
    const [gates, hidden] = this.prepared(input, hx === null ? null : [hx], 1);
    const next = rnnStep(gates, hidden, this.hiddenWeights, this.nonlinearity);
    return input.ndim === 1 ? squeeze(next, 0) : next;
  }

  override extraRepr(): string {
    const { nonlinearity } = this;
    return nonlinearity === "tanh" ? super.extraRepr() : `${super.extraRepr()}, nonlinearity=${nonlinearity}`;
  }
}

/** One step of gated recurrent units. Shapes are those of `RNNCell`. */
export class GRUCell extends RecurrentCell<Tensor, Tensor> {
  static override readonly typeName: string = "GRUCell";

  constructor(...named: ByName<CellParameters, ["inputSize", "hiddenSize"]>);
  constructor(inputSize: number, hiddenSize: number, bias?: boolean | RecurrentCellOptions);
  constructor(...given: readonly unknown[]) {
    super(3, keywords<CellParameters>(names, given, 2));
  }

  forward(input: Tensor, hx: Tensor | null = null): Tensor {
    const [gates, hidden] = this.prepared(input, hx === null ? null : [hx], 1);
    const next = gruStep(gates, hidden, this.hiddenWeights);
    return input.ndim === 1 ? squeeze(next, 0) : next;
  }
}

/**
 * One step of a long short-term memory. Shapes are those of `RNNCell`; the state is a pair [h, c].
 *
 * @example
 * let state: [Tensor, Tensor] | null = null;
 * for (const x of steps) state = cell(x, state);
 */
export class LSTMCell extends RecurrentCell<readonly [Tensor, Tensor], [Tensor, Tensor]> {
  static override readonly typeName: string = "LSTMCell";

  constructor(...named: ByName<CellParameters, ["inputSize", "hiddenSize"]>);
  constructor(inputSize: number, hiddenSize: number, bias?: boolean | RecurrentCellOptions);
  constructor(...given: readonly unknown[]) {
    super(4, keywords<CellParameters>(names, given, 2));
  }

  forward(input: Tensor, hx: readonly [Tensor, Tensor] | null = null): [Tensor, Tensor] {
    const [gates, hidden, cell] = this.prepared(input, hx, 2);
    const [h, c] = lstmStep(gates, hidden, cell, this.hiddenWeights);
    return input.ndim === 1 ? [squeeze(h, 0), squeeze(c, 0)] : [h, c];
  }
}

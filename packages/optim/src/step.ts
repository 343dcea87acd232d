import { type Attributes, callStates, type Operation, type StateUpdate } from "@cresset/core/extend";
import { FloatScalar, fromHost, full, type Scalar, Tensor } from "@cresset/core/functions";

/** An entry of a parameter's state; counts are numbers. */
export type StateValue = Tensor | number | null | readonly (Tensor | number)[];

/** What an optimizer remembers of a parameter, by PyTorch's names. */
export type ParamState = Record<string, StateValue>;

/** A parameter with its gradient and state in a step. */
export interface Trained {
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly state: ParamState;
}

/** New values of parameters and states, and what to change on the host once they are committed. */
export interface Step {
  readonly updates: readonly StateUpdate[];
  readonly committed: () => void;
}

/** How an optimizer's operation is applied. */
export interface Application<A extends Attributes> {
  readonly op: Operation<A>;
  /** Names of the state tensors, in the operation's order. */
  readonly states: readonly string[];
  readonly scalars: readonly Scalar[];
  readonly attributes: A;
  /** A state tensor before the first step; default zeros. */
  readonly initial?: (param: Tensor, name: string) => Tensor;
  /** Changes the counts of a parameter's state after the commit. */
  readonly after?: (state: ParamState) => void;
}

/** Nodes have a bounded number of results; longer parameter lists take several nodes. */
const paramsPerNode = 128;

/**
 * Applies one operation to a whole list of parameters: inputs are all parameters, all gradients, then each kind of state;
 * results are the new parameters and states in the same order, without the gradients.
 */
export function applyToAll<A extends Attributes>(trained: readonly Trained[], application: Application<A>): Step {
  const { op, states, scalars, attributes, initial = zeroState, after } = application;
  const updates: StateUpdate[] = [];
  const fresh: [state: ParamState, name: string, tensor: Tensor][] = [];
  for (let from = 0; from < trained.length; from += paramsPerNode) {
    const part = trained.length <= paramsPerNode ? trained : trained.slice(from, from + paramsPerNode);
    const written = part.map(({ param }) => param);
    const inputs = written.concat(part.map(({ grad }) => grad));
    for (const name of states) {
      for (const { param, state } of part) {
        const known = state[name];
        const tensor = known instanceof Tensor ? known : initial(param, name);
        if (tensor !== known) fresh.push([state, name, tensor]);
        written.push(tensor);
        inputs.push(tensor);
      }
    }
    const results = callStates(op, inputs, scalars, attributes);
    for (let i = 0; i < written.length; i++) updates.push({ tensor: written[i], value: results[i] });
  }
  const committed = (): void => {
    if (after !== undefined) for (const { state } of trained) after(state);
    for (const [state, name, tensor] of fresh) state[name] = tensor;
  };
  return { updates, committed };
}

/** Zeros of a parameter's shape and dtype. */
export function zeroState(param: Tensor): Tensor {
  const { dtype, device, shape } = param;
  const host = dtype === "float64" ? Float64Array : dtype === "float16" ? Uint16Array : Float32Array;
  return fromHost(new host(param.numel()), shape, dtype, device);
}

/** `value` in a parameter's shape and dtype. */
export function filledState(param: Tensor, value: number): Tensor {
  const { dtype, device, shape } = param;
  return value === 0 ? zeroState(param) : full(shape, new FloatScalar(value), { dtype, device });
}

/** Parameters apart by something that the formula computes on the host, such as their number of steps. */
export function partition(trained: readonly Trained[], keyOf: (one: Trained) => string | number): Trained[][] {
  const keys: (string | number)[] = [];
  const parts: Trained[][] = [];
  for (const one of trained) {
    const key = keyOf(one);
    const known = keys.indexOf(key);
    if (known >= 0) parts[known].push(one);
    else parts[keys.push(key) - 1] = [one];
  }
  return parts;
}

/** A count that a state holds; 0 before the first step. */
export function countOf(state: ParamState, name = "step"): number {
  const value = state[name];
  return typeof value === "number" ? value : 0;
}

/** Sets the number of steps after a commit. */
export function stepIs(step: number): (state: ParamState) => void {
  return (state) => {
    state.step = step;
  };
}

const float = (value: number): Scalar => new FloatScalar(value);

/** An optimizer's numbers as arguments of the program: floats whatever their value, so that no step is special. */
export function floats(...values: readonly number[]): Scalar[] {
  return values.map(float);
}

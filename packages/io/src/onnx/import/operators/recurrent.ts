import {
  add,
  cat,
  gt,
  matmul,
  mul,
  narrow,
  relu,
  select,
  sigmoid,
  stack,
  sub,
  type Tensor,
  tanh,
  transpose,
  unsqueeze,
  where,
  zeros,
} from "@cresset/core/functions";
import type { Call, Operator, Operators } from "../call.ts";
import { isHost } from "../host-value.ts";

/** The parameters of one direction; biases are of the input's and of the state's product. */
interface Weights {
  readonly input: Tensor;
  readonly state: Tensor;
  readonly inputBias: Tensor;
  readonly stateBias: Tensor;
}

/** One step: what the input contributes to all gates [batch, gates · hidden], and the states, to new states. */
type Cell = (inputs: Tensor, states: readonly Tensor[], weights: Weights) => Tensor[];

/** Part `i` of the gates. */
const gate = (x: Tensor, i: number, hidden: number): Tensor => narrow(x, 1, i * hidden, hidden);

const product = (x: Tensor, weight: Tensor, bias: Tensor): Tensor => add(matmul(x, transpose(weight, 0, 1)), bias);

/** Gates in ONNX's order: input, output, forget, cell. */
const lstmCell: Cell = (inputs, [h, c], { state, stateBias }) => {
  const hidden = h.shape[1];
  const gates = add(inputs, product(h, state, stateBias));
  const [i, o, f] = [0, 1, 2].map((k) => sigmoid(gate(gates, k, hidden)));
  const cell = add(mul(f, c), mul(i, tanh(gate(gates, 3, hidden))));
  return [mul(o, tanh(cell)), cell];
};

/** Gates in ONNX's order: update, reset, hidden. */
const gruCell =
  (linearBeforeReset: boolean): Cell =>
  (inputs, [h], { state, stateBias }) => {
    const hidden = h.shape[1];
    const products = product(h, state, stateBias);
    const [z, r] = [0, 1].map((k) => sigmoid(add(gate(inputs, k, hidden), gate(products, k, hidden))));
    const candidate = linearBeforeReset
      ? mul(r, gate(products, 2, hidden))
      : product(mul(r, h), narrow(state, 0, 2 * hidden, hidden), narrow(stateBias, 0, 2 * hidden, hidden));
    const next = tanh(add(gate(inputs, 2, hidden), candidate));
    return [add(mul(sub(1, z), next), mul(z, h))];
  };

const rnnCell =
  (activation: (x: Tensor) => Tensor): Cell =>
  (inputs, [h], { state, stateBias }) => [activation(add(inputs, product(h, state, stateBias)))];

const usual: Readonly<Record<string, readonly string[]>> = {
  LSTM: ["sigmoid", "tanh", "tanh"],
  GRU: ["sigmoid", "tanh"],
};

/** What most models do not ask for is refused rather than guessed. */
function requireUsual(call: Call, kind: string, directions: number): void {
  const functions = call.texts("activations")?.map((name) => name.toLowerCase());
  const expected = usual[kind];
  if (functions !== undefined && expected !== undefined) {
    const all = Array.from({ length: directions }, () => expected).flat();
    if (functions.join() !== all.join()) throw call.error(`the functions ${functions.join(", ")}`);
  }
  if (call.float("clip", 0) !== 0) throw call.error("clipped gates");
  if (call.int("layout", 0) !== 0) throw call.error("layout 1");
  if (call.int("input_forget", 0) !== 0) throw call.error("coupled gates");
  if (call.has(7)) throw call.error("peepholes");
}

/** For each step, which sequences have an element there, [batch, 1]; null where all have all of them. */
function stepsThatCount(call: Call, length: number): Tensor[] | null {
  const given = call.input(4);
  if (isHost(given) && given.data.every((n) => n === length)) return null;
  const lengths = unsqueeze(call.tensor(4), 1);
  return Array.from({ length }, (_, t) => gt(lengths, t));
}

const recurrent =
  (
    kind: "LSTM" | "GRU" | "RNN",
    gates: number,
    states: number,
    cellOf: (call: Call, direction: number) => Cell,
  ): Operator =>
  (call) => {
    const [x, w, r] = [call.tensor(0), call.tensor(1), call.tensor(2)];
    if (x.ndim !== 3 || w.ndim !== 3 || r.ndim !== 3) throw call.error("operands must be of three dimensions");
    const [length, batch] = x.shape;
    const directions = w.shape[0];
    const hidden = r.shape[2];
    requireUsual(call, kind, directions);
    const running = call.has(4) ? stepsThatCount(call, length) : null;
    const bias = call.optional(3) ?? zeros([directions, 2 * gates * hidden], { dtype: x.dtype, device: call.device });
    const direction = call.string("direction", "forward");
    const results: Tensor[] = [];
    const finals: Tensor[][] = [];
    for (let d = 0; d < directions; d++) {
      const reverse = direction === "reverse" || d === 1;
      const weights: Weights = {
        input: select(w, 0, d),
        state: select(r, 0, d),
        inputBias: narrow(select(bias, 0, d), 0, 0, gates * hidden),
        stateBias: narrow(select(bias, 0, d), 0, gates * hidden, gates * hidden),
      };
      const inputs = product(x, weights.input, weights.inputBias);
      let now = Array.from({ length: states }, (_, i) => {
        const given = call.optional(5 + i);
        return given === null ? zeros([batch, hidden], { dtype: x.dtype, device: call.device }) : select(given, 0, d);
      });
      const cell = cellOf(call, d);
      const outputs = new Array<Tensor>(length);
      for (let i = 0; i < length; i++) {
        const t = reverse ? length - 1 - i : i;
        const next = cell(select(inputs, 0, t), now, weights);
        const counts = running?.[t];
        // A sequence that has ended, or not begun from its end, keeps its states and gives zeros.
        now = counts === undefined ? next : next.map((state, k) => where(counts, state, now[k]));
        outputs[t] = counts === undefined ? now[0] : where(counts, now[0], 0);
      }
      results.push(unsqueeze(stack(outputs, 0), 1));
      finals.push(now);
    }
    return [
      cat(results, 1),
      ...Array.from({ length: states }, (_, i) =>
        stack(
          finals.map((final) => final[i]),
          0,
        ),
      ),
    ];
  };

function activationOf(call: Call, direction: number): (x: Tensor) => Tensor {
  const name = call.texts("activations")?.[direction]?.toLowerCase() ?? "tanh";
  if (name !== "tanh" && name !== "relu") throw call.error(`the function ${name}`);
  return name === "tanh" ? tanh : relu;
}

export const recurrentLayers: Operators = {
  LSTM: recurrent("LSTM", 4, 2, () => lstmCell),
  GRU: recurrent("GRU", 3, 1, (call) => gruCell(call.int("linear_before_reset", 0) !== 0)),
  RNN: recurrent("RNN", 1, 1, (call, direction) => rnnCell(activationOf(call, direction))),
};

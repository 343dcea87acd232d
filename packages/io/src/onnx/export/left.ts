/** What one run of a program leaves to the next in variables and tensors of its own, which no graph carries on. */
import type { Value } from "@cresset/core/extend";
import { OnnxExportError } from "../errors.ts";
import type { Traces } from "./traces.ts";

const refused = (what: keyof typeof programs, does: string, { type }: Value): OnnxExportError =>
  new OnnxExportError(
    `the ${what} ${does} a tensor of shape [${type.shape.join(", ")}] that the graph would not carry on: ${programs[what].advice}`,
  );

const programs = {
  step: { last: "the iteration before", advice: "keep it in a buffer of the module, written in place" },
  model: { last: "the call before", advice: "let forward take it and return it" },
};

/** What a value was computed from, if by an operation not before `since`. */
const inputsOf = ({ node }: Value, since: number): readonly Value[] =>
  node !== null && node.id >= since ? node.inputs : [];

/** Values that `roots` come from, these among them, each once and none that was `seen`; `inputs` says what one comes from. */
function* origins(
  roots: readonly Value[],
  inputs: (value: Value) => readonly Value[],
  seen = new Set<Value>(),
): Generator<Value> {
  const stack = [...roots];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    yield value;
    stack.push(...inputs(value));
  }
}

/**
 * A program may keep what does not change, such as a mask, but what it computed from inputs or parameters in an earlier run would
 * stay as it was when it was traced, and what it writes elsewhere than in the module would be lost.
 *
 * @param what the program is.
 * @param earlier traces of it before this one.
 * @param own values of the exporter's own, which may be written.
 * @throws OnnxExportError if it uses or writes such a tensor.
 */
export function requireNothingLeft(
  traces: Traces,
  earlier: readonly Traces[],
  what: keyof typeof programs,
  own: Pick<ReadonlySet<Value>, "has"> = new Set(),
): void {
  const last = earlier[earlier.length - 1];
  if (last === undefined) return;
  // What a run makes for itself is made anew in the next one.
  for (const memory of traces.written)
    if (last.written.has(memory) && !own.has(memory.current)) throw refused(what, "writes to", memory.current);
  const { since } = earlier[0];
  const changing = new Set(earlier.flatMap(({ inputs, states }) => [...inputs[0], ...states]));
  const all = origins(
    [...traces.results[0], ...traces.after[0]],
    (value) => (value.ready ? [] : inputsOf(value, since)),
    new Set([...traces.inputs[0], ...traces.states]),
  );
  for (const value of all) {
    const isEarlier = value.node !== null && value.node.id < traces.since;
    const isLeft = isEarlier && inputsOf(value, since).some((input) => changing.has(input));
    if (isLeft || changing.has(value)) throw refused(what, `uses of ${programs[what].last}`, value);
  }
}

/**
 * A model may write to its buffers, as batch normalization does in training, but where its results come from one that it wrote,
 * the next call would give others.
 *
 * @throws OnnxExportError for such a buffer.
 */
export function requireNoBufferGoesOn({ results, states, after, since }: Traces): void {
  const written = new Set(states.filter((state, i) => after[0][i] !== state));
  if (written.size === 0) return;
  for (const value of origins(results[0], (value) => inputsOf(value, since)))
    if (written.has(value)) throw refused("model", "writes to, and gives results of,", value);
}

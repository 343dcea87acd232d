import type { Call } from "../call.ts";
import type { HostValue } from "../host-value.ts";

/** Operators on arrays of the host; null where a form is left to tensors. */
export type HostOperator = (call: Call, inputs: readonly HostValue[]) => HostValue | null;

export type HostOperators = Readonly<Record<string, HostOperator>>;

/** The first input. @throws FormatError if there is none. */
export function inputOf(call: Call, inputs: readonly HostValue[]): HostValue {
  const [x] = inputs;
  if (x === undefined) throw call.error("has no input");
  return x;
}

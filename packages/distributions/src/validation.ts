/**
 * Checks of values. What is known already is checked at the call. What is still to be computed is checked when it is: reading it
 * would end the program that it is part of, and cannot be done at once on every device.
 */
import { call, mode, operation } from "@cresset/core/extend";
import { all, noGrad, type Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";

interface CheckAttributes extends Record<string, unknown> {
  readonly message: string;
}

const checked = operation<CheckAttributes>(
  "distributions",
  ([value, valid], _, { message }) => m.check(value, valid, { error: "ValueError", message }),
  { half: "keep", derivative: ({ grad }) => [grad(), null] },
);

/** Whether a tensor's values are there, and can be read at once. */
export function isKnown(tensor: Tensor): boolean {
  const { slot, device } = tensor.current();
  if (device.backend.readSync === undefined || mode.tracing) return false;
  return slot !== null && (slot.host !== null || slot.buffer !== null);
}

/**
 * `value`, if `valid` holds everywhere.
 *
 * @param known whether what decides is known.
 * @param message what the error says; `values` is asked for where they are known, and says which values are wrong.
 * @throws ValueError at once where that is known, else when `value` is computed.
 */
export function guarded(value: Tensor, valid: Tensor, known: boolean, message: (values: boolean) => string): Tensor {
  if (!known) return call(checked, [value, valid], [], { message: message(false) });
  if (noGrad(() => all(valid)).itemSync()) return value;
  throw new ValueError(message(true));
}

/** Whether what a distribution is made of checks its parameters: not where the distribution itself does so at once. */
export const unlessKnown = (given: readonly Tensor[], validateArgs: boolean | undefined): boolean | undefined =>
  given.every(isKnown) ? false : validateArgs;

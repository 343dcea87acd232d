/**
 * Checks of values. What is known already is checked at the call. What is still to be computed is checked when it is: reading it
 * would end the program that it is part of, and cannot be done at once on every device.
 */
import { call, mode, type OperationOptions, operation } from "@cresset/core/extend";
import { all, noGrad, Tensor, ValueError } from "@cresset/core/functions";
import * as m from "@cresset/core/terms";

interface CheckAttributes extends Record<string, unknown> {
  readonly message: string;
}

const checking = (options: OperationOptions<CheckAttributes> = {}) =>
  operation<CheckAttributes>(
    "distributions",
    ([value, valid], _, { message }) => m.check(value, valid, { error: "ValueError", message }),
    { half: "keep", derivative: ({ grad }) => [grad(), null], ...options },
  );

/** With a storage of its own. */
const checkedCopy = /* @__PURE__ */ checking();

/** In the storage of the operand. */
const checkedView = /* @__PURE__ */ checking({ view: (layout) => layout });

/** Whether a tensor's values are there, and can be read at once. */
export function isKnown(tensor: Tensor): boolean {
  const { slot, device } = tensor.current();
  if (device.backend.readSync === undefined || mode.tracing) return false;
  return slot !== null && (slot.host !== null || slot.buffer !== null);
}

/** What an error says; where values are known, which of them are wrong. */
type Message = (values: boolean) => string;

/**
 * `value`, if `valid` holds everywhere: itself, or a copy.
 *
 * @param known whether what decides is known.
 * @throws ValueError at once where that is known, else when `value` is computed.
 */
export function guarded(value: Tensor, valid: Tensor, known: boolean, message: Message): Tensor {
  if (!known) return call(checkedCopy, [value, valid], [], { message: message(false) });
  if (noGrad(() => all(valid)).itemSync()) return value;
  throw new ValueError(message(true));
}

/**
 * `guarded` for parameters, of which a distribution has to see later changes: itself, or an alias of the same storage and the same
 * gradient. The value that it has now is checked; after a write it is read from the storage again, as any alias, without the check.
 */
export function guardedParameter(given: Tensor, valid: Tensor, known: boolean, message: Message): Tensor {
  if (known) return guarded(given, valid, known, message);
  const checked = noGrad(() => call(checkedView, [given, valid], [], { message: message(false) }));
  const alias = new Tensor(given.storage, given.region, checked.value, given.edge, given.history);
  alias.isParameter = given.isParameter;
  return alias;
}

interface Origin {
  readonly tensor: Tensor;
  /** Makes the same check of another tensor. */
  readonly check: (other: Tensor) => Tensor;
}

const origins = /* @__PURE__ */ new WeakMap<Tensor, Origin>();

/** `guarded`, of which `unchecked` tells what it was: for values that a transform may have kept. */
export function guardedValue(value: Tensor, valid: Tensor, known: boolean, message: Message): Tensor {
  const check = (other: Tensor): Tensor => {
    const result = guarded(other, valid, known, message);
    if (result !== other) origins.set(result, { tensor: unchecked(other), check });
    return result;
  };
  return check(value);
}

/** The tensor of which this is a checked copy, or this one. */
export const unchecked = (tensor: Tensor): Tensor => origins.get(tensor)?.tensor ?? tensor;

/** `other` with the check that a copy has: what is computed of it is not computed without. */
export const withCheckOf = (copy: Tensor, other: Tensor): Tensor => origins.get(copy)?.check(other) ?? other;

/** Whether what a distribution is made of checks its parameters: not where the distribution itself does so at once. */
export const unlessKnown = (given: readonly Tensor[], validateArgs: boolean | undefined): boolean | undefined =>
  given.every(isKnown) ? false : validateArgs;

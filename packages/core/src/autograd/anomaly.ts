import { AutogradError } from "../errors.ts";
import * as m from "../graph/math.ts";
import { operation } from "../graph/operation.ts";
import { origin, type Recording } from "../graph/recording.ts";
import { call } from "../tensor/call.ts";
import { itemSync } from "../tensor/reading.ts";
import { anomaly, type InputGradient } from "./backward.ts";

const hasNan = operation("isnan", ([x]) => m.amax(m.cast(m.isNan(x), "int32")));

const checked = operation<{ message: string }>(
  "detect_anomaly",
  ([x], _, { message }) => m.check(x, m.not(m.isNan(x)), { error: "ValueError", message }),
  { half: "keep" },
);

/**
 * Looks for the birth of NaN gradients while `fn` runs: a derivative that gives NaN makes `backward` throw an error that
 * names it, and the line that called the operation in the forward pass. Slow: for debugging. The forward pass must run
 * inside, too.
 *
 * On devices that cannot be read synchronously the error comes when a gradient is evaluated.
 *
 * @throws AutogradError if `fn` returns a promise; use `setDetectAnomaly` around asynchronous code.
 * @example
 * torch.autograd.detectAnomaly(() => {
 *   const loss = x.sqrt().sub(1).abs().sum();
 *   loss.backward(); // throws if some x is negative
 * });
 */
export function detectAnomaly<T>(fn: () => T): T {
  const outer = anomaly.refuse !== null;
  setDetectAnomaly(true);
  try {
    const result = fn();
    if (result instanceof Promise) {
      result.catch(() => undefined);
      throw new AutogradError(
        "detectAnomaly(fn): fn returned a promise, and the mode would end before it. Use setDetectAnomaly(true) around it",
      );
    }
    return result;
  } finally {
    setDetectAnomaly(outer);
  }
}

/** Turns the search for NaN gradients on or off, for the rest of the program; see `detectAnomaly`. */
export function setDetectAnomaly(enabled: boolean): void {
  anomaly.refuse = enabled ? refuseNan : null;
  origin.describe = enabled ? callers : null;
}

const ownCode = /node_modules[\\/]@?cresset[\\/]|[\\/]packages[\\/](core|nn)[\\/](src|dist)[\\/](?!.*\.test\.)/;

/** The stack from the first line that is not this library's; all of it where that cannot be told (in a bundle). */
function callers(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = limit;
  const first = lines.findIndex((line) => !ownCode.test(line));
  return (first > 0 ? lines.slice(first, first + 8) : lines).join("\n");
}

/** @throws AutogradError if a gradient that a recorded operation gave contains NaN. */
function refuseNan(recording: Recording, found: readonly InputGradient[]): void {
  for (const entry of found) {
    const { input, gradient } = entry;
    if (gradient.numel() === 0) continue;
    const message = describe(recording, input);
    // Devices without synchronous reads check when the gradient is evaluated.
    if (gradient.value.device.backend.readSync === undefined)
      entry.gradient = call(checked, [gradient], [], { message });
    else if (itemSync(call(hasNan, [gradient])) !== 0) throw new AutogradError(message);
  }
}

function describe({ template, origin: where }: Recording, index: number): string {
  const name = template.operation.gradName;
  const called =
    where === null
      ? "The operation was called outside of detectAnomaly: run the forward pass inside, too, to learn where."
      : `The operation was called here:\n${where}`;
  return `Function '${name}' returned nan values in its ${index}th output. ${called}`;
}

import { ValueError } from "../../errors.ts";
import { defaultGenerator } from "./default-generator.ts";
import { markOf } from "./waiting-draws.ts";

/**
 * Runs `fn` and then puts the default generator back where it was: PyTorch's `with torch.random.fork_rng():`. What is drawn
 * inside does not change the numbers that follow.
 *
 * @throws ValueError if `fn` returns a promise: what other code draws while it waits would be drawn again.
 * @example
 * const sample = torch.random.forkRng(() => torch.randn([4]));
 */
export function forkRng<T>(fn: () => T): T {
  const goBack = markOf(defaultGenerator);
  try {
    const result = fn();
    if (!(result instanceof Promise)) return result;
    result.catch(() => undefined);
    throw new ValueError(
      "forkRng(fn): fn returned a promise, and what other code draws while it waits would be drawn again. Draw inside forkRng, and await the values outside",
    );
  } finally {
    goBack();
  }
}

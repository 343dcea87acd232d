import type { StateDict } from "../state-dict.ts";

/**
 * Takes a prefix such as "module." from the keys of a state dict that have it, in place: those of a model that was saved
 * inside of another one, as `DataParallel` is. PyTorch has it in `nn.modules.utils`.
 *
 * @example
 * nn.utils.consumePrefixInStateDictIfPresent(state, "module.");
 * model.loadStateDict(state);
 */
export function consumePrefixInStateDictIfPresent(state: StateDict, prefix: string): void {
  for (const key of Object.keys(state).sort()) {
    if (!key.startsWith(prefix)) continue;
    const value = state[key];
    delete state[key];
    state[key.slice(prefix.length)] = value;
  }
}

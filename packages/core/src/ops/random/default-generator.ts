import { ValueError } from "../../errors.ts";
import { Generator } from "../../runtime/generator.ts";
import { mode, type RandomSource } from "../../runtime/mode.ts";
import { describeArgument } from "../../tensor/argument.ts";
import { fromHost } from "../../tensor/creation.ts";
import { dataSync } from "../../tensor/reading.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** The stream that random functions draw from where no `generator` is given. */
export const defaultGenerator: Generator = new Generator();

/** What every random function takes in its options. */
export interface GeneratorOption {
  /** The stream to draw from; default: `defaultGenerator`. */
  readonly generator?: Generator | null;
}

/** @internal */
export function generatorOf(options: GeneratorOption): Generator {
  const generator = options?.generator ?? defaultGenerator;
  if (!(generator instanceof Generator))
    throw new ValueError(`generator must be a torch.Generator, but got ${describeArgument(generator)}`);
  mode.tracing?.draws();
  return generator;
}

/** @internal Notes, while a program is traced, where a tensor of random numbers came from. */
export function drawnFrom(source: RandomSource, tensor: Tensor): Tensor {
  mode.tracing?.drew(tensor.value, source);
  return tensor;
}

/**
 * Restarts the default generator, so that the random numbers that follow are PyTorch's of that seed.
 *
 * @param seed an integer in [-2^63, 2^64); negative ones wrap modulo 2^64. A number beyond 2^53 must be a BigInt.
 * @throws ValueError for a fraction or a seed out of range.
 * @example
 * torch.manualSeed(0);
 * torch.rand(2); // tensor([0.4963, 0.7682])
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}

/** Reseeds the default generator from the platform's entropy and returns the new seed, in [0, 2^53). */
export function seed(): number {
  return Number(defaultGenerator.seed());
}

/** The default generator's seed, in [0, 2^64): a number where that is exact, else a BigInt. */
export function initialSeed(): number | bigint {
  const exact = defaultGenerator.initialSeed();
  return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
}

/**
 * The default generator's state, as PyTorch stores it: uint8 [5056].
 *
 * @example
 * const state = torch.getRngState();
 * const a = torch.rand(3);
 * torch.setRngState(state);
 * const b = torch.rand(3); // equal to a
 */
export function getRngState(): Tensor {
  const state = defaultGenerator.getState();
  return fromHost(state, [state.length], "uint8");
}

/**
 * Restores a state that `getRngState` returned.
 *
 * @param state uint8 [5056], or the bytes.
 * @throws ValueError where the bytes are not a generator's state.
 */
export function setRngState(state: Tensor | Uint8Array): void {
  defaultGenerator.setState(state instanceof Tensor ? bytesOfState(state) : state);
}

function bytesOfState(state: Tensor): Uint8Array {
  // A state as `getRngState` made it is on the host, whatever the device.
  const bytes = state.current().slot?.host ?? dataSync(state);
  if (!(bytes instanceof Uint8Array)) throw new ValueError("RNG state must be a torch.ByteTensor");
  return bytes;
}

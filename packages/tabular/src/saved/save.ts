import { fromHost, Tensor } from "@cresset/core/functions";
import { safetensors } from "@cresset/io";
import type { Training } from "../training/training.ts";
import { checksum } from "./checksum.ts";
import { type Description, describe } from "./description.ts";

/** What tensors that are no weights are called. */
export const optimizerPrefix = "optimizer.";
export const generatorName = "generator";

/**
 * A training as the bytes of a safetensors file, for a page to offer as a download: weights by the names of the network's
 * state dict (`0.weight`), the optimizer's state by parameter and PyTorch's name (`optimizer.0.exp_avg`), the random numbers'
 * state as PyTorch stores it, and in the metadata what the columns are and what is done with them, the network, the
 * options, the losses.
 *
 * @example
 * const blob = new Blob([await saveTraining(training)]);
 */
export function saveTraining(training: Training): Promise<Uint8Array<ArrayBuffer>> {
  return training.settled(() => {
    const { tensors, metadata } = contents(training);
    return safetensors.save(tensors, { metadata });
  });
}

/**
 * Writes the same to a file, in Node, Deno and Bun; the file is replaced when all is written.
 *
 * @throws what the file system throws.
 * @example
 * await saveTrainingFile(training, "model.safetensors");
 */
export function saveTrainingFile(training: Training, file: string | URL): Promise<void> {
  return training.settled(() => {
    const { tensors, metadata } = contents(training);
    return safetensors.saveFile(tensors, file, { metadata });
  });
}

/** The tensors show the training's memory, so that nothing may be learned until they are written. */
function contents(training: Training): { tensors: Record<string, Tensor>; metadata: Record<string, string> } {
  const { data, options, model, optimizer, losses, device } = training;
  const state = training.generatorState;
  const tensors: Record<string, Tensor> = {
    ...model.stateDict(),
    [generatorName]: fromHost(state, [state.length], "uint8", device),
  };
  const numbers: Record<string, Record<string, number>> = {};
  for (const [param, own] of Object.entries(optimizer.stateDict().state)) {
    const plain: Record<string, number> = {};
    for (const [name, value] of Object.entries(own)) {
      if (typeof value === "number") plain[name] = value;
      else if (value instanceof Tensor) tensors[`${optimizerPrefix}${param}.${name}`] = value;
    }
    if (Object.keys(plain).length > 0) numbers[param] = plain;
  }
  const description: Description = {
    options,
    preparation: data.preparation,
    losses,
    data: { train: data.train.length, test: data.test.length, testSplit: data.testSplit, checksum: checksum(data) },
    optimizer: numbers,
  };
  return { tensors, metadata: describe(description) };
}

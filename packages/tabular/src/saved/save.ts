import { fromHost, Tensor, ValueError } from "@cresset/core/functions";
import { safetensors } from "@cresset/io";
import type { Training } from "../training/training.ts";
import { checkpointOf } from "./checkpoint.ts";
import { checksum } from "./checksum.ts";
import { type Description, describe } from "./description.ts";
import { generatorName, optimizerPrefix } from "./names.ts";

/** Formats that a training can be saved in. */
export const savedFormats = ["safetensors", "pytorch"] as const;
export type SavedFormat = (typeof savedFormats)[number];

/**
 * The format that the name of a file asks for: `.pt` and `.pth` PyTorch's, anything else safetensors.
 *
 * @throws ValueError for the ending of a format that is known and not written.
 */
export function savedFormatOf(name: string): SavedFormat {
  const ending = /\.(\w+)$/.exec(name)?.[1].toLowerCase() ?? "";
  if (["onnx", "npy", "npz", "ckpt", "h5", "bin"].includes(ending))
    throw new ValueError(`a training is not saved as .${ending}: name the file .safetensors, or .pt for PyTorch`);
  return ["pt", "pth"].includes(ending) ? "pytorch" : "safetensors";
}

/**
 * A training as the bytes of a file, for a page to offer as a download.
 *
 * In a safetensors file: weights by the names of the network's state dict (`0.weight`), the optimizer's state by parameter and
 * PyTorch's name (`optimizer.0.exp_avg`), the random numbers' state as PyTorch stores it, and in the metadata what the columns
 * are and what is done with them, the network, the options, the losses.
 *
 * In a file of PyTorch's, which `torch.load` reads: a dictionary with `model_state_dict`, `optimizer_state_dict`, `epoch`, and
 * the rest as above.
 *
 * @example
 * const blob = new Blob([await saveTraining(training)]);
 */
export async function saveTraining(
  training: Training,
  format: SavedFormat = "safetensors",
): Promise<Uint8Array<ArrayBuffer>> {
  if (format === "safetensors")
    return training.settled(() => {
      const { tensors, metadata } = contents(training);
      return safetensors.save(tensors, { metadata });
    });
  const { save } = await import("@cresset/io/pytorch");
  return training.settled(() => save(checkpoint(training)));
}

/**
 * Writes the same to a file, in the format that its name asks for; the file is replaced when all is written.
 *
 * @param file a path, such as `model.safetensors` or `model.pt`.
 * @throws ValueError for a name that asks for another format; what the file system throws.
 * @example
 * await saveTrainingFile(training, "model.safetensors");
 */
export async function saveTrainingFile(training: Training, file: string | URL): Promise<void> {
  if (savedFormatOf(file instanceof URL ? file.pathname : file) === "safetensors")
    return training.settled(() => {
      const { tensors, metadata } = contents(training);
      return safetensors.saveFile(tensors, file, { metadata });
    });
  const { save } = await import("@cresset/io/pytorch");
  return training.settled(() => save(checkpoint(training), file));
}

/** The tensors show the training's memory, so that nothing may be learned until they are written. */
function contents(training: Training): { tensors: Record<string, Tensor>; metadata: Record<string, string> } {
  const { model, optimizer } = training;
  const tensors: Record<string, Tensor> = { ...model.stateDict(), [generatorName]: generatorOf(training) };
  for (const [param, own] of Object.entries(optimizer.stateDict().state))
    for (const [name, value] of Object.entries(own))
      if (value instanceof Tensor) tensors[`${optimizerPrefix}${param}.${name}`] = value;
  return { tensors, metadata: metadataOf(training) };
}

function checkpoint(training: Training): Record<string, unknown> {
  const { model, optimizer, epoch } = training;
  return checkpointOf(model.stateDict(), optimizer.stateDict(), generatorOf(training), epoch, metadataOf(training));
}

function generatorOf({ generatorState, device }: Training): Tensor {
  return fromHost(generatorState, [generatorState.length], "uint8", device);
}

function metadataOf({ data, options, losses, optimizer }: Training): Record<string, string> {
  const numbers: Record<string, Record<string, number>> = {};
  for (const [param, own] of Object.entries(optimizer.stateDict().state)) {
    const plain: Record<string, number> = {};
    for (const [name, value] of Object.entries(own)) if (typeof value === "number") plain[name] = value;
    if (Object.keys(plain).length > 0) numbers[param] = plain;
  }
  const description: Description = {
    options,
    preparation: data.preparation,
    losses,
    data: { train: data.train.length, test: data.test.length, testSplit: data.testSplit, checksum: checksum(data) },
    optimizer: numbers,
  };
  return describe(description);
}

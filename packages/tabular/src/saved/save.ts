import { fromHost, Tensor, ValueError } from "@cresset/core/functions";
import { safetensors } from "@cresset/io";
import type { Training } from "../training/training.ts";
import { checkpointOf } from "./checkpoint.ts";
import { checksum } from "./checksum.ts";
import { requireColumnNames } from "./column-names.ts";
import { type Description, describe } from "./description.ts";
import { generatorName, optimizerPrefix } from "./names.ts";

/** Formats that a training can be saved in. */
export const savedFormats = ["safetensors", "pytorch", "onnx"] as const;
export type SavedFormat = (typeof savedFormats)[number];

const formatsByEnding: Readonly<Record<string, SavedFormat>> = {
  safetensors: "safetensors",
  pt: "pytorch",
  pth: "pytorch",
  onnx: "onnx",
};

/**
 * The format that the name of a file asks for: `.safetensors`, `.pt` and `.pth` for PyTorch, `.onnx`.
 *
 * @throws ValueError for any other ending.
 */
export function savedFormatOf(name: string): SavedFormat {
  const ending = /\.(\w+)$/.exec(name)?.[1].toLowerCase() ?? "";
  if (!Object.hasOwn(formatsByEnding, ending))
    throw new ValueError(
      `a training is not saved as ${ending && "."}${ending || name}: name the file .safetensors, .pt for PyTorch, or .onnx`,
    );
  return formatsByEnding[ending];
}

/**
 * Before a training begins that could not be saved.
 *
 * @throws ValueError for a column whose name is another thing's in the graph of an ONNX file, such as `probability`.
 */
export function requireSavable({ data, options }: Pick<Training, "data" | "options">, format: SavedFormat): void {
  if (format === "onnx") requireColumnNames(data.preparation, options);
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
 * In an ONNX file: a graph for any engine, from the columns as they are in the table to probabilities. Each column is an input of
 * its name, float64 [rows], NaN where a value is missing; the output `probability` is float32 [rows], NaN for a row with a
 * value that is missing where none may be. Weights, metadata and the rest are those of a safetensors file.
 *
 * @throws ValueError as `requireSavable`, and for ONNX where no device has float64, in which columns are prepared.
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
  if (format === "onnx") {
    const { exportOnnx } = await import("./onnx.ts");
    return training.settled(() => exportOnnx(training, stateOf(training), metadataOf(training)));
  }
  const { save } = await import("@cresset/io/pytorch");
  return training.settled(() => save(checkpoint(training)));
}

/**
 * Writes the same to a file, in the format that its name asks for; the file is replaced when all is written.
 *
 * @param file a path, such as `model.safetensors`, `model.pt` or `model.onnx`.
 * @throws ValueError for a name that asks for another format; what the file system throws.
 * @example
 * await saveTrainingFile(training, "model.safetensors");
 */
export async function saveTrainingFile(training: Training, file: string | URL): Promise<void> {
  const format = savedFormatOf(file instanceof URL ? file.pathname : file);
  if (format === "safetensors")
    return training.settled(() => {
      const { tensors, metadata } = contents(training);
      return safetensors.saveFile(tensors, file, { metadata });
    });
  if (format === "onnx") {
    const { exportOnnx } = await import("./onnx.ts");
    await training.settled(() => exportOnnx(training, stateOf(training), metadataOf(training), file));
    return;
  }
  const { save } = await import("@cresset/io/pytorch");
  return training.settled(() => save(checkpoint(training), file));
}

/** The tensors show the training's memory, so that nothing may be learned until they are written. */
function contents(training: Training): { tensors: Record<string, Tensor>; metadata: Record<string, string> } {
  return { tensors: { ...training.model.stateDict(), ...stateOf(training) }, metadata: metadataOf(training) };
}

/** The tensors that are no weights. */
function stateOf(training: Training): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = { [generatorName]: generatorOf(training) };
  for (const [param, own] of Object.entries(training.optimizer.stateDict().state))
    for (const [name, value] of Object.entries(own))
      if (value instanceof Tensor) tensors[`${optimizerPrefix}${param}.${name}`] = value;
  return tensors;
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

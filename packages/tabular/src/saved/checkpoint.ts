/** A training in a file of PyTorch's, in the form that its tutorials give checkpoints. */
import { Tensor } from "@cresset/core/functions";
import { type FileLike, FormatError } from "@cresset/io";
import type { OptimizerStateDict } from "@cresset/optim";
import { metadataKey } from "./description.ts";
import { generatorName, optimizerPrefix } from "./names.ts";
import { type SavedTensors, shortNames } from "./saved-tensors.ts";

const modelKey = "model_state_dict";
const optimizerKey = "optimizer_state_dict";

/** The value that is saved: PyTorch's programs take from it what they know. */
export function checkpointOf(
  model: Readonly<Record<string, Tensor>>,
  optimizer: OptimizerStateDict,
  generator: Tensor,
  epoch: number,
  metadata: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return { epoch, [modelKey]: model, [optimizerKey]: optimizer, [generatorName]: generator, ...metadata };
}

/** Opens a checkpoint. @throws FormatError for a file of PyTorch's that is none of these. */
export async function openCheckpoint(file: FileLike, device: string | undefined): Promise<SavedTensors> {
  const { load } = await import("@cresset/io/pytorch");
  const checkpoint = recordOf(await load(file, device === undefined ? {} : { mapLocation: device }));
  const description = checkpoint[metadataKey];
  const tensors = tensorsOf(checkpoint);
  return {
    metadata: (): Record<string, string> => (typeof description === "string" ? { [metadataKey]: description } : {}),
    keys: () => [...tensors.keys()],
    getInfo(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new FormatError(`the weights "${name}" are missing`);
      return { dtype: shortNames[tensor.dtype] ?? tensor.dtype, shape: tensor.shape };
    },
    getTensors: async () => Object.fromEntries(tensors),
    close: async () => undefined,
  };
}

/** All tensors of a checkpoint, by the names that they have in a safetensors file. */
function tensorsOf(checkpoint: Readonly<Record<string, unknown>>): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  const put = (name: string, value: unknown): void => {
    if (value instanceof Tensor) found.set(name, value);
  };
  for (const [name, value] of Object.entries(recordOf(checkpoint[modelKey]))) put(name, value);
  put(generatorName, checkpoint[generatorName]);
  for (const [param, own] of Object.entries(recordOf(recordOf(checkpoint[optimizerKey]).state)))
    for (const [name, value] of Object.entries(recordOf(own))) put(`${optimizerPrefix}${param}.${name}`, value);
  return found;
}

/** A dictionary; an empty one for what is none. */
function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [String(key), item]));
  if (typeof value !== "object" || value === null || value instanceof Tensor || Array.isArray(value)) return {};
  return value as Readonly<Record<string, unknown>>;
}

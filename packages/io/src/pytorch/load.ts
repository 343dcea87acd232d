import { type HostArray, ValueError } from "@cresset/core/functions";
import { elementsOf, type FileElement } from "../elements.ts";
import { FormatError } from "../errors.ts";
import { tensorOfArray } from "../numpy/array.ts";
import { type ByteSource, type FileLike, type OpenOptions, openSource } from "../source.ts";
import { beginsLikeZip } from "../zip/directory.ts";
import { collectTensors } from "./collect.ts";
import type { PickledFile } from "./file.ts";
import { openLegacyFormat } from "./legacy-format.ts";
import { NumpyArray } from "./numpy-globals.ts";
import { plainValue } from "./plain-values.ts";
import type { StorageRecord } from "./records.ts";
import { TensorCount, TensorMaker } from "./tensors.ts";
import { openZipFormat } from "./zip-format.ts";

export interface LoadOptions extends OpenOptions {
  /** The device that tensors are put on; default: the default device, whatever the file says. */
  readonly mapLocation?: string;
  /** Always true: nothing but tensors and plain values is read, and nothing in a file is run. */
  readonly weightsOnly?: true;
}

/**
 * Reads a file that `torch.save` wrote, here or in Python (`.pt`, `.pth`, also those called `.tar`): a tensor, a state dict, a
 * checkpoint of nested values.
 *
 * A dictionary becomes a record without a prototype if its keys are texts, or whole numbers from 0 on; else a `Map`. A tuple
 * and `torch.Size` become frozen arrays, a list an array, a set a `Set`, None null, bytes a `Uint8Array`; integers beyond 2⁵³
 * bigints; a dtype, a device and a layout their names. A function in a scheduler's state becomes a mark with its `name`, which
 * `save` leaves out of the state. Tensors that share memory in the file share it here. bfloat16 becomes
 * float32, which holds each of its values.
 *
 * @param file a URL, a path, a `Blob` or `File`, or bytes.
 * @throws FormatError for a damaged file, one that holds more than data (a whole module), or a dtype that Cresset lacks;
 *   DTypeError for one that the device lacks; what the file system throws where the file cannot be read.
 * @example
 * model.loadStateDict(await torch.load("model.pt"));
 *
 * const checkpoint = await torch.load<{ model: nn.StateDict; epoch: number }>("checkpoint.pt");
 * model.loadStateDict(checkpoint.model);
 */
export async function load<T = unknown>(file: FileLike, options: LoadOptions = {}): Promise<T> {
  const { mapLocation, weightsOnly = true } = options;
  if (weightsOnly !== true)
    throw new ValueError("weightsOnly cannot be false: here, no file makes anything but tensors and plain values");
  const source = await openSource(file, options);
  try {
    return (await read(source, mapLocation)) as T;
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${source.name}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await source.close();
  }
}

async function read(source: ByteSource, device: string | undefined): Promise<unknown> {
  const file = await openFormat(source);
  const { pickle } = file;
  const contents = new Map<StorageRecord, HostArray>();
  const readAll = async (storages: readonly StorageRecord[]): Promise<void> => {
    await file.verify?.(storages);
    for (const storage of storages) if (!contents.has(storage)) contents.set(storage, await contentOf(file, storage));
  };
  if (pickle.large) await readAll(file.storages.filter(({ type }) => type.element !== undefined));
  const value = pickle.read();
  const tensors = collectTensors(value);
  const count = new TensorCount();
  for (const tensor of tensors) count.add(tensor);
  await readAll([...new Set(tensors.map(({ record }) => record.storage))]);
  const maker = new TensorMaker(contents, device);
  return plainValue(value, (pickled) =>
    pickled instanceof NumpyArray ? tensorOfArray(pickled, new Uint8Array(pickled.bytes), device) : maker.make(pickled),
  );
}

async function contentOf(file: PickledFile, storage: StorageRecord): Promise<HostArray> {
  const { type, numel } = storage;
  return elementsOf(type.element as FileElement, await file.read(storage), numel, file.swapped);
}

const startLength = 512;

/** Finds out what kind of file it is from how it begins. */
async function openFormat(source: ByteSource): Promise<PickledFile> {
  const start = await source.read(0, Math.min(startLength, source.size));
  if (beginsLikeZip(start)) return openZipFormat(source);
  const text = (from: number, length: number): string => String.fromCharCode(...start.subarray(from, from + length));
  if (text(257, 5) === "ustar")
    throw new FormatError(
      "this is a tar archive, the format of PyTorch before 0.1.9: load it with PyTorch and save it again",
    );
  if (text(0, 6) === "\x93NUMPY") throw new FormatError("this is an array of NumPy's: read it with numpy.load");
  if (start[8] === 0x7b && start.length > 9)
    throw new FormatError("this looks like a safetensors file: read it with safetensors.loadFile");
  if (start.length === 0) throw new FormatError("the file is empty");
  // With protocol 1, the number of the format comes first, written out.
  if (start[0] !== 0x80 && text(0, 2) !== "L1")
    throw new FormatError("this was not written by torch.save: it is neither a zip archive nor a pickle");
  return openLegacyFormat(source);
}

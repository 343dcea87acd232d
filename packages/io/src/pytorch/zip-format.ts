/** Files of PyTorch from 1.6 on: zip archives of a pickle and of one record per storage. */
import { FormatError } from "../errors.ts";
import { openPickle } from "../pickle/unpickler.ts";
import type { ByteSource } from "../source.ts";
import { ZipArchive } from "../zip/archive.ts";
import type { ZipEntry } from "../zip/directory.ts";
import type { PickledFile } from "./file.ts";
import { pickleHooks } from "./pickle-hooks.ts";
import { type StorageRecord, storageOf } from "./records.ts";

/** A pickle that would unpack to more than this many times its size is not one of tensors. */
const mostPickleRatio = 32;

export async function openZipFormat(source: ByteSource): Promise<PickledFile> {
  const archive = await ZipArchive.open(source);
  const root = rootOf(archive);
  const pickled = archive.entry(`${root}data.pkl`) as ZipEntry;
  if (pickled.size > pickled.compressedSize * mostPickleRatio)
    throw new FormatError(`the file's pickle would unpack to ${pickled.size} bytes`);
  const swapped = await isBigEndian(archive, root);
  const storages = new Map<string, StorageRecord>();
  const bytes = await archive.read(pickled.name);
  const hooks = pickleHooks((id) => storageOf(id, storages));
  const pickle = openPickle(bytes, hooks, { fileSize: source.size });
  if (pickle.end !== bytes.length) throw new FormatError("something follows the file's pickle");
  for (const { key, numel, type } of storages.values()) {
    const entry = archive.entry(`${root}data/${key}`);
    if (entry === undefined) throw new FormatError(`the file lacks the storage "${key}"`);
    if (entry.size !== numel * type.bytes)
      throw new FormatError(
        `the storage "${key}" has ${entry.size} bytes, but ${numel} elements of ${type.dtype} take ${numel * type.bytes}`,
      );
  }
  const nameOf = ({ key }: StorageRecord): string => `${root}data/${key}`;
  return {
    pickle,
    storages: [...storages.values()],
    swapped,
    verify: (all) => archive.verify(all.map(nameOf)),
    read: (storage) => archive.read(nameOf(storage)),
  };
}

/** The folder of the archive that everything is in, with its slash. */
function rootOf(archive: ZipArchive): string {
  const names = archive.names();
  const roots = names.flatMap((name) => /^([^/]*\/)data\.pkl$/.exec(name)?.[1] ?? []);
  if (roots.length === 1) {
    if (archive.entry(`${roots[0]}constants.pkl`) !== undefined)
      throw new FormatError(
        "the file is a TorchScript archive, which holds code: save its state dict in Python instead: torch.save(model.state_dict(), path)",
      );
    return roots[0];
  }
  if (roots.length > 1) throw new FormatError(`the file holds ${roots.length} pickles: ${roots.join(", ")}`);
  throw new FormatError(
    names.length > 0 && names.every((name) => name.endsWith(".npy"))
      ? "the file is an archive of NumPy's: read it with numpy.load"
      : "the zip file was not written by torch.save: it has no data.pkl",
  );
}

async function isBigEndian(archive: ZipArchive, root: string): Promise<boolean> {
  const entry = archive.entry(`${root}byteorder`);
  if (entry === undefined) return false;
  const order = entry.size <= 6 ? new TextDecoder().decode(await archive.read(entry.name)) : "";
  if (order !== "little" && order !== "big") throw new FormatError("the file's byte order is neither little nor big");
  return order === "big";
}

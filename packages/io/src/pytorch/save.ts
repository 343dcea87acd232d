import { joined } from "../joined.ts";
import { type FileTarget, writeAtomically } from "../target.ts";
import { type ZipRecord, zipped } from "../zip/writer.ts";
import { SavedStorages } from "./saved-storages.ts";
import { ValuePickler } from "./value-pickler.ts";

/** Where PyTorch begins storages, so that files can be mapped into memory. */
const alignment = 64;

/**
 * Writes a value as `torch.save` does: tensors, state dicts, and records, arrays, Maps and Sets of them, of numbers, bigints,
 * texts, booleans and null. PyTorch reads the file, with `weights_only=True` too. The file is replaced when all is written: if
 * anything fails, or the process dies, the old one stays as it was.
 *
 * A record becomes a `dict` (a module's state dict an `OrderedDict`), with int keys if all its keys are whole numbers, as in
 * `{ 0: "cat", 1: "dog" }`; a `Map` keeps the kinds of its keys. An array becomes a list, a frozen array a tuple. A number is
 * an int if it is whole, `torch.float(2)` is a float. Tensors that share memory share it in the file.
 *
 * @param file a path (in browsers one in the origin-private file system), a handle, a stream; without it, the bytes are returned.
 * @throws ValueError for what no file of tensors holds (functions, instances of classes), saying where it is; or for a tensor
 *   that was changed before it was written: await `save` before going on. What the file system throws.
 * @example
 * await torch.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch: 3 }, "checkpoint.pt");
 *
 * const bytes = await torch.save(model.stateDict());
 * link.href = URL.createObjectURL(new Blob([bytes])); // a page offers it as a download
 */
export function save(value: unknown): Promise<Uint8Array<ArrayBuffer>>;
export function save(value: unknown, file: FileTarget): Promise<void>;
export async function save(value: unknown, file?: FileTarget): Promise<unknown> {
  const contents = zipped(records(value, nameOf(file)), { alignment });
  if (file !== undefined) {
    await writeAtomically(file, contents);
    return undefined;
  }
  const parts: Uint8Array[] = [];
  for await (const part of contents) parts.push(part);
  return joined(parts);
}

/** The folder in the archive: the file's name without its ending, as PyTorch has it. */
function nameOf(file: FileTarget | undefined): string {
  const path =
    file instanceof URL ? decodeURIComponent(file.pathname) : typeof file === "string" ? file : nameOfHandle(file);
  const name = path.split(/[/\\]/).at(-1) ?? "";
  return name.replace(/(?<=.)\.[^.]*$/, "") || "archive";
}

const nameOfHandle = (file: FileTarget | undefined): string =>
  typeof file === "object" && "name" in file && typeof file.name === "string" ? file.name : "";

function records(value: unknown, folder: string): ZipRecord[] {
  const storages = new SavedStorages(value);
  const pickle = new ValuePickler(storages).pickle(value);
  const text = (content: string) => () => new TextEncoder().encode(content);
  return [
    { name: `${folder}/data.pkl`, content: () => pickle },
    { name: `${folder}/byteorder`, content: text("little") },
    ...storages.all().map((storage, i) => ({ name: `${folder}/data/${i}`, content: () => storage.bytes() })),
    { name: `${folder}/version`, content: text("3\n") },
  ];
}

/**
 * What PyTorch's files may name. Nothing is ever looked up in JavaScript by a name from a file, and nothing a file names is
 * called: the functions here make data from arguments that they check.
 */
import { FormatError } from "../errors.ts";
import { type Global, PickleDict, PickleGlobal, PickleSet, PickleTuple } from "../pickle/values.ts";
import { numpyGlobals } from "./numpy-globals.ts";
import { countsOf, NamedStorage, PickledTensor, tensorRecord } from "./records.ts";
import { schedulerGlobals } from "./scheduler-globals.ts";
import { dtypeNames, storageType } from "./storage-types.ts";

type Make = NonNullable<Global["make"]>;

const wrong = (name: string): FormatError =>
  new FormatError(`the file calls ${name} with arguments that it cannot have`);

/** A dictionary from a dictionary, from a list of pairs, or empty. */
function dictOf(type: PickleDict["type"], from: unknown): PickleDict {
  const made = new PickleDict(type);
  if (from instanceof PickleDict) for (const [key, value] of from.entries) made.set(key, value);
  else if (Array.isArray(from)) {
    for (const pair of from) {
      const items: unknown = pair instanceof PickleTuple ? pair.items : pair;
      if (!Array.isArray(items) || items.length !== 2) throw wrong(`collections.${type}`);
      made.set(items[0], items[1]);
    }
  } else if (from !== undefined) throw wrong(`collections.${type}`);
  return made;
}

const setOf =
  (frozen: boolean): Make =>
  ([items]) => {
    const made = new PickleSet(frozen);
    if (items === undefined) return made;
    if (!Array.isArray(items)) throw wrong("set");
    for (const item of items) made.add(item);
    return made;
  };

/** Bytes of a text of Latin-1, by which protocol 2 writes them. */
const encode: Make = ([text, encoding]) => {
  if (typeof text !== "string" || (encoding !== "latin1" && encoding !== "latin-1")) throw wrong("_codecs.encode");
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (code > 255) throw wrong("_codecs.encode");
    return code;
  });
};

const bytesOf: Make = ([from, encoding]) => {
  if (from === undefined) return new Uint8Array();
  if (from instanceof Uint8Array) return from;
  return encode([from, encoding]);
};

function parameterOf(args: readonly unknown[]): PickledTensor {
  const [data, requiresGrad = true] = args;
  if (!(data instanceof PickledTensor) || typeof requiresGrad !== "boolean") throw wrong("torch.nn.Parameter");
  return new PickledTensor({ ...data.record, requiresGrad }, true);
}

const device: Make = ([type, index]) => {
  if (typeof type !== "string" || (index !== undefined && typeof index !== "number")) throw wrong("torch.device");
  return index === undefined ? type : `${type}:${index}`;
};

const textOf: Make = ([text]) => {
  if (typeof text !== "string") throw wrong("torch.serialization._get_layout");
  return text.replace(/^torch\./, "");
};

/** Tensors with attributes of their own, and subclasses; only plain tensors and parameters are read, without attributes. */
const ofType: Make = ([rebuild, type, args]) => {
  const make = rebuild instanceof PickleGlobal ? rebuild.global.make : undefined;
  const name = type instanceof PickleGlobal ? type.global.name : "";
  if (make === undefined || !(args instanceof PickleTuple)) throw wrong("torch._tensor._rebuild_from_type_v2");
  const made = make(args.items);
  const isParameter = name === "torch.nn.parameter.Parameter";
  if (!(made instanceof PickledTensor) || (name !== "torch.Tensor" && !isParameter))
    throw wrong("torch._tensor._rebuild_from_type_v2");
  return isParameter ? new PickledTensor(made.record, true) : made;
};

const refuse =
  (what: string): Make =>
  () => {
    throw new FormatError(`the file holds ${what}, which Cresset does not have`);
  };

/** Such tensors have no storage in the file, but an array of NumPy's. */
const elsewhere = "a tensor of a device such as a TPU (save its .cpu() instead)";

const functions: Readonly<Record<string, Make | null>> = {
  "collections.OrderedDict": ([from]) => dictOf("OrderedDict", from),
  "collections.Counter": ([from]) => dictOf("Counter", from),
  "collections.defaultdict": ([, from]) => dictOf("defaultdict", from),
  "torch.Size": ([size]) => new PickleTuple(size === undefined ? [] : countsOf(size, "sizes")),
  "torch.device": device,
  "torch.serialization._get_layout": textOf,
  "torch._utils._rebuild_tensor": ([storage, offset, size, stride]) =>
    new PickledTensor(tensorRecord(storage, offset, size, stride, false)),
  "torch._utils._rebuild_tensor_v2": ([storage, offset, size, stride, requiresGrad, , metadata]) =>
    new PickledTensor(tensorRecord(storage, offset, size, stride, requiresGrad, metadata)),
  "torch._utils._rebuild_tensor_v3": ([, , , , , , dtype]) => refuse(`a tensor of ${String(dtype)}`)([]),
  "torch._utils._rebuild_parameter": parameterOf,
  "torch._utils._rebuild_parameter_with_state": parameterOf,
  "torch.nn.parameter.Parameter": parameterOf,
  "torch._tensor._rebuild_from_type_v2": ofType,
  "torch._utils._rebuild_sparse_tensor": refuse("a sparse tensor"),
  "torch._utils._rebuild_sparse_csr_tensor": refuse("a sparse tensor"),
  "torch._utils._rebuild_qtensor": refuse("a quantized tensor"),
  "torch._utils._rebuild_meta_tensor_no_storage": refuse("a tensor on the meta device"),
  "torch._utils._rebuild_nested_tensor": refuse("a nested tensor"),
  "torch._utils._rebuild_wrapper_subclass": refuse("a subclass of tensors"),
  "torch._utils._rebuild_device_tensor_from_numpy": refuse(elsewhere),
  "torch._utils._rebuild_xla_tensor": refuse(elsewhere),
  "_codecs.encode": encode,
  "builtins.set": setOf(false),
  "builtins.frozenset": setOf(true),
  "builtins.bytes": bytesOf,
  "builtins.bytearray": bytesOf,
  // What a defaultdict makes; as values they are texts.
  "builtins.int": null,
  "builtins.float": null,
  "builtins.bool": null,
  "builtins.str": null,
  "builtins.list": null,
  "builtins.dict": null,
  "builtins.tuple": null,
  "torch.Tensor": null,
};

/** Pickles of protocols up to 2 have the names that types had in Python 2. */
const python2: Readonly<Record<string, string>> = Object.assign(Object.create(null), { long: "int", unicode: "str" });

const globals = new Map<string, PickleGlobal>(
  Object.entries({ ...functions, ...numpyGlobals, ...schedulerGlobals }).map(([name, make]) => [
    name,
    new PickleGlobal({ name, make: make ?? undefined }),
  ]),
);

/**
 * What a pickle names.
 *
 * @throws FormatError for everything that is not listed here, with what to do about it.
 */
export function findGlobal(module: string, name: string): PickleGlobal | NamedStorage | string {
  // How a quantized tensor is quantized is named before it is.
  if (module === "torch" && (dtypeNames.has(name) || name.startsWith("per_"))) return name;
  if (/^torch(\.cuda|\.storage)?$/.test(module)) {
    const type = storageType(name);
    if (type !== undefined) return new NamedStorage(type);
  }
  const found = globals.get(module === "__builtin__" ? `builtins.${python2[name] ?? name}` : `${module}.${name}`);
  if (found !== undefined) return found;
  throw new FormatError(
    `the file names ${module}.${name}, which is not read: only tensors and plain values are, and nothing that a file names is run. ` +
      "If a whole module was saved, save its state dict in Python instead: torch.save(model.state_dict(), path)",
  );
}

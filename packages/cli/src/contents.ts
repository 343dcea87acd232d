/** What is in a file, whichever kind it is. */
import { Tensor } from "@cresset/core/functions";
import { type FileFormat, fileFormat, safetensors } from "@cresset/io";
import { CommandError } from "./files.ts";

export interface TensorLine {
  readonly name: string;
  /** By the name that the file's format has for it. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface Contents {
  readonly format: FileFormat;
  readonly tensors: readonly TensorLine[];
  /** What is in the file besides, by name, as text. */
  readonly values: Readonly<Record<string, string>>;
}

/** Says what is in a file, on the device `cpu`. @throws CommandError for a file of no known kind; FormatError for a broken one. */
export async function contentsOf(file: string): Promise<Contents> {
  const format = await fileFormat(file);
  switch (format) {
    case "safetensors":
      return ofSafetensors(file);
    case "safetensors index":
      return ofIndex(file);
    case "npy":
    case "npz": {
      const { numpy } = await import("@cresset/io");
      const loaded = await numpy.load(file, { device: "cpu" });
      return { format, ...collected(loaded instanceof Tensor ? { array: loaded } : loaded) };
    }
    case "pytorch": {
      const { load } = await import("@cresset/io/pytorch");
      return { format, ...collected(await load(file, { mapLocation: "cpu" })) };
    }
    case "onnx":
      return ofOnnx(file);
    default:
      throw new CommandError(`${file}: this is no file of safetensors, PyTorch, NumPy or ONNX`);
  }
}

async function ofSafetensors(file: string): Promise<Contents> {
  const opened = await safetensors.safeOpen(file);
  try {
    const tensors = opened.keys().map((name) => ({ name, ...opened.getInfo(name) }));
    return { format: "safetensors", tensors, values: opened.metadata() };
  } finally {
    await opened.close();
  }
}

async function ofIndex(file: string): Promise<Contents> {
  const opened = await safetensors.safeOpenSharded(file);
  try {
    const tensors: TensorLine[] = [];
    for (const name of opened.keys()) tensors.push({ name, ...(await opened.getInfo(name)) });
    return { format: "safetensors index", tensors, values: opened.metadata() };
  } finally {
    await opened.close();
  }
}

async function ofOnnx(file: string): Promise<Contents> {
  const { open } = await import("@cresset/io/onnx");
  const { producer, opset, inputs, outputs, operators, tensors, metadata } = await open(file);
  const described = inputs.map(({ name, shape, dtype }) => {
    const sizes = shape === null ? "" : `[${shape.map((size) => size ?? "?").join(", ")}]`;
    return `${name}: ${dtype ?? "of any type"}${sizes}`;
  });
  return {
    format: "onnx",
    tensors: Array.from(tensors, ([name, { dtype, shape }]) => ({ name, dtype, shape })),
    values: {
      ...(producer === "" ? {} : { "made by": producer }),
      ...(opset === null ? {} : { "version of the operators": String(opset) }),
      inputs: described.join("; "),
      outputs: outputs.join(", "),
      operators: Array.from(operators, ([name, count]) => (count === 1 ? name : `${name} (${count})`)).join(", "),
      ...metadata,
    },
  };
}

/** Tensors and values in nested dictionaries and lists, by dotted path. */
function collected(value: unknown): Omit<Contents, "format"> {
  const tensors: TensorLine[] = [];
  const values: Record<string, string> = {};
  const seen = new Set<unknown>();
  const visit = (name: string, item: unknown): void => {
    if (item instanceof Tensor) {
      tensors.push({ name, dtype: item.dtype, shape: item.shape });
      return;
    }
    if (typeof item !== "object" || item === null || item instanceof Uint8Array) {
      values[name] = shown(item);
      return;
    }
    // A value may hold itself.
    if (seen.has(item)) return;
    seen.add(item);
    const entries: Iterable<readonly [unknown, unknown]> =
      item instanceof Map || Array.isArray(item)
        ? item.entries()
        : item instanceof Set
          ? [...item].entries()
          : Object.entries(item);
    let empty = true;
    for (const [key, inner] of entries) {
      empty = false;
      visit(name === "" ? String(key) : `${name}.${key}`, inner);
    }
    if (empty) values[name] = Array.isArray(item) || item instanceof Set ? "[]" : "{}";
  };
  visit("", value);
  return { tensors, values };
}

function shown(value: unknown): string {
  if (value === null) return "None";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return String(value);
}

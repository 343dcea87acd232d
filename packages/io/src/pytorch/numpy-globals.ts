/** NumPy's scalars in PyTorch's files: a best accuracy that was computed by NumPy. */
import { FormatError } from "../errors.ts";
import { type Global, PickleObject, PickleTuple, pythonInteger } from "../pickle/values.ts";

/** A dtype of NumPy's, made from a code such as "f8" and completed by its byte order. */
class NumpyDtype extends PickleObject {
  readonly code: string;
  order = "<";

  constructor(code: string) {
    super();
    this.code = code;
  }

  override build(state: unknown): void {
    const order = state instanceof PickleTuple ? state.items[1] : undefined;
    if (order !== "<" && order !== ">" && order !== "|" && order !== "=")
      throw new FormatError("a dtype of NumPy's in the file has no byte order");
    this.order = order;
  }
}

const readers: Readonly<Record<string, (view: DataView, little: boolean) => number | bigint | boolean>> = {
  f8: (view, little) => view.getFloat64(0, little),
  f4: (view, little) => view.getFloat32(0, little),
  i8: (view, little) => pythonInteger(view.getBigInt64(0, little)),
  i4: (view, little) => view.getInt32(0, little),
  i2: (view, little) => view.getInt16(0, little),
  i1: (view) => view.getInt8(0),
  u8: (view, little) => pythonInteger(view.getBigUint64(0, little)),
  u4: (view, little) => view.getUint32(0, little),
  u2: (view, little) => view.getUint16(0, little),
  u1: (view) => view.getUint8(0),
  b1: (view) => view.getUint8(0) !== 0,
};

function dtype(args: readonly unknown[]): NumpyDtype {
  const [code] = args;
  if (typeof code !== "string") throw new FormatError("a dtype of NumPy's in the file has no name");
  return new NumpyDtype(code);
}

function scalar([type, bytes]: readonly unknown[]): number | bigint | boolean {
  const code = type instanceof NumpyDtype ? type.code : "";
  const read = Object.hasOwn(readers, code) ? readers[code] : undefined;
  if (read === undefined || !(type instanceof NumpyDtype) || !(bytes instanceof Uint8Array))
    throw new FormatError(`the file holds a scalar of NumPy's of dtype "${code}", which is not read`);
  if (bytes.length !== Number(code.slice(1))) throw new FormatError("a scalar of NumPy's in the file is cut off");
  return read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), type.order !== ">");
}

export const numpyGlobals: Readonly<Record<string, NonNullable<Global["make"]>>> = {
  "numpy.dtype": dtype,
  // Before NumPy 2 and from there on.
  "numpy.core.multiarray.scalar": scalar,
  "numpy._core.multiarray.scalar": scalar,
};

/** NumPy's scalars and arrays in PyTorch's files: a best accuracy that was computed by NumPy, a history of losses. */
import { halfToFloat } from "@cresset/core/backend";
import type { DType } from "@cresset/core/functions";
import { FormatError } from "../errors.ts";
import { dtypeOfDescription } from "../numpy/dtypes.ts";
import { type Global, PickleGlobal, PickleObject, PickleTuple, pythonInteger } from "../pickle/values.ts";
import { numelOf } from "../shape.ts";
import { countsOf } from "./records.ts";

/** A dtype of NumPy's, made from a code such as "f8" and completed by its byte order. */
export class NumpyDtype extends PickleObject {
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

/** An array of NumPy's, empty when it is made and completed by a state. It becomes a tensor. */
export class NumpyArray extends PickleObject {
  dtype: DType = "float64";
  swapped = false;
  fortran = false;
  shape: readonly number[] = [0];
  bytes: Uint8Array = new Uint8Array();

  override build(state: unknown): void {
    const [, size, type, fortran, bytes] = state instanceof PickleTuple ? state.items : [];
    this.fill(size, type, fortran, bytes);
  }

  fill(size: unknown, type: unknown, fortran: unknown, bytes: unknown): void {
    if (!(type instanceof NumpyDtype) || typeof fortran !== "boolean")
      throw new FormatError("an array of NumPy's in the file lacks its dtype");
    const { dtype, swapped } = dtypeOfDescription(type.order + type.code);
    const shape = countsOf(size, "sizes");
    const needed = numelOf(shape) * Number(type.code.slice(1));
    if (!(bytes instanceof Uint8Array) || bytes.length !== needed)
      throw new FormatError(`an array of NumPy's in the file does not have the ${needed} bytes that it should`);
    Object.assign(this, { dtype, swapped, fortran, shape, bytes });
  }
}

function reconstruct([type]: readonly unknown[]): NumpyArray {
  if (!(type instanceof PickleGlobal) || type.global.name !== "numpy.ndarray")
    throw new FormatError("the file holds a subclass of NumPy's arrays, which is not read");
  return new NumpyArray();
}

/** How protocol 5 has arrays: of bytes, whole at once. */
function fromBuffer([bytes, type, size, order]: readonly unknown[]): NumpyArray {
  if (order !== "C" && order !== "F") throw new FormatError("an array of NumPy's in the file has no order");
  const made = new NumpyArray();
  made.fill(size, type, order === "F", bytes);
  return made;
}

const readers: Readonly<Record<string, (view: DataView, little: boolean) => number | bigint | boolean>> = {
  f8: (view, little) => view.getFloat64(0, little),
  f4: (view, little) => view.getFloat32(0, little),
  f2: (view, little) => halfToFloat(view.getUint16(0, little)),
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

export const numpyGlobals: Readonly<Record<string, Global["make"] | null>> = {
  "numpy.dtype": dtype,
  "numpy.ndarray": null,
  // Before NumPy 2 and from there on.
  "numpy.core.multiarray._reconstruct": reconstruct,
  "numpy._core.multiarray._reconstruct": reconstruct,
  "numpy.core.numeric._frombuffer": fromBuffer,
  "numpy._core.numeric._frombuffer": fromBuffer,
  "numpy.core.multiarray.scalar": scalar,
  "numpy._core.multiarray.scalar": scalar,
};

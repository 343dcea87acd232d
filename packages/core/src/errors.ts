/** The base of every error that Cresset throws on purpose; `catch (e) { if (e instanceof CressetError) … }`. */
export class CressetError extends Error {
  override readonly name: string = "CressetError";
}

/** Shapes that do not fit an operation. */
export class ShapeError extends CressetError {
  override readonly name: string = "ShapeError";
}

/** A dtype that an operation does not take, or a device does not have. */
export class DTypeError extends CressetError {
  override readonly name: string = "DTypeError";
}

/** Operands on different devices, an unknown device, or a synchronous read of an asynchronous one. */
export class DeviceError extends CressetError {
  override readonly name: string = "DeviceError";
}

/** A dimension or an index out of range. */
export class IndexError extends CressetError {
  override readonly name: string = "IndexError";
}

/** A value outside what an operation is defined for: a probability of 2, a singular matrix, an unknown option. */
export class ValueError extends CressetError {
  override readonly name: string = "ValueError";
}

/** Differentiation that cannot be done: no graph, a second backward, a saved value changed in place. */
export class AutogradError extends CressetError {
  override readonly name: string = "AutogradError";
}

/** A value that was never computed and whose inputs have been overwritten since. */
export class StaleValueError extends CressetError {
  override readonly name: string = "StaleValueError";
}

/** A backend that cannot start, is lost, or is out of memory. */
export class BackendError extends CressetError {
  override readonly name: string = "BackendError";
}

/** A program that cannot be traced: it reads values that only exist when it runs. */
export class TraceError extends CressetError {
  override readonly name: string = "TraceError";
}

/** A method that a class has by its interface, and that this one cannot have: Python's error of that name. */
export class NotImplementedError extends CressetError {
  override readonly name: string = "NotImplementedError";
}

/** A matrix that a decomposition or a solution cannot be had of: singular, not positive-definite, not finite. */
export class LinAlgError extends ValueError {
  override readonly name = "LinAlgError";
}

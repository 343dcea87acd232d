import type { BackendBuffer } from "../backend/backend.ts";
import { type HostArray, isFloat } from "../dtype/dtype.ts";
import { halfToFloat } from "../dtype/half.ts";
import { getDefaultDtype } from "../dtype/promotion.ts";
import { DeviceError, ValueError } from "../errors.ts";
import type { Value } from "../graph/node.ts";
import { realize } from "../runtime/commit.ts";
import { pause } from "../runtime/pause.ts";
import { notATensor } from "./argument.ts";
import { formatTensor, getPrintOptions, type PrintOptions } from "./format.ts";
import type { Tensor } from "./tensor.ts";

/** Nested arrays of JavaScript values; a number, bigint or boolean for a tensor of no dimension. */
export type Nested<T = number | bigint | boolean> = T | Nested<T>[];

/** The tensor's elements in row-major order, as a copy; float16 as bit patterns. */
export async function data(tensor: Tensor): Promise<HostArray> {
  const value = readable(tensor).current();
  realize(value);
  const slot = value.slot;
  // Taken before anything is awaited: other code may write, evict or give back the buffer meanwhile.
  const content = contentOf(value) ?? value.device.backend.read(bufferOf(value));
  if (content instanceof Promise) content.catch(() => undefined);
  const waiting = pause();
  if (waiting !== null) await waiting;
  if (slot === null || value.device.backend.synchronous) return content;
  // Why a value cannot be read is mostly that the run failed that was to write it, which says more.
  if (slot.outcome !== null) await slot.outcome.check();
  const array = await content;
  // A small result that was read once need not be fetched again to make room: most are dropped by then.
  if (slot.host === null && slot.bytes <= smallResult && value.storage?.persistent !== true) slot.host = array.slice();
  return array;
}

/** Bytes up to which the host keeps what it has read from an asynchronous device. */
const smallResult = 4096;

/** Like `data`, at once. @throws DeviceError on devices that read asynchronously. */
export function dataSync(tensor: Tensor): HostArray {
  const value = readable(tensor).current();
  const { backend } = value.device;
  if (!backend.readSync)
    throw new DeviceError(
      `the device "${backend.name}" cannot be read synchronously: await the asynchronous form, such as await x.item()`,
    );
  realize(value);
  return contentOf(value) ?? backend.readSync(bufferOf(value));
}

/** Like `dataSync`, but without a copy where the host has the values, also of devices that read asynchronously. */
export function knownData(tensor: Tensor): HostArray {
  return tensor.current().slot?.host ?? dataSync(tensor);
}

/** Like `dataSync`, but not to be written to: without a copy where the host has the values. */
export function peekSync(tensor: Tensor): HostArray {
  return tensor.value.device.backend.readSync ? knownData(tensor) : dataSync(tensor);
}

/** A ready value's elements, if that needs no waiting. */
function contentOf({ slot, device, storage }: Value): HostArray | undefined {
  if (slot?.host) return slot.host.slice();
  if (!slot?.buffer) return undefined;
  return device.contentOf(slot, slot.buffer, storage?.persistent === true);
}

/** @throws ValueError for what is no tensor. */
function readable(tensor: Tensor): Tensor {
  if (typeof tensor?.current !== "function") throw notATensor("data", tensor);
  return tensor;
}

/** The buffer of a value that was computed. */
const bufferOf = (value: Value): BackendBuffer => value.slot?.buffer as BackendBuffer;

/** One element as a JavaScript value: exact numbers as number, larger int64 as bigint, bool as boolean. */
export function element(array: HostArray, at: number, dtype: Tensor["dtype"]): number | bigint | boolean {
  const raw = array[at];
  if (typeof raw === "bigint") return Number.isSafeInteger(Number(raw)) ? Number(raw) : raw;
  if (dtype === "bool") return raw !== 0;
  return dtype === "float16" ? halfToFloat(raw) : raw;
}

export async function item(tensor: Tensor): Promise<number> {
  return element(await data(only(tensor)), 0, tensor.dtype) as number;
}

export function itemSync(tensor: Tensor): number {
  return element(dataSync(only(tensor)), 0, tensor.dtype) as number;
}

/** @throws ValueError unless there is one element. */
function only(tensor: Tensor): Tensor {
  if (tensor.numel() !== 1)
    throw new ValueError(
      `only one element tensors can be converted to Python scalars: item() of a tensor with ${tensor.numel()} elements. ` +
        "Use tolist() or data(), or reduce it first, as in x.mean()",
    );
  return tensor;
}

export async function tolist(tensor: Tensor): Promise<Nested> {
  return nested(await data(tensor), tensor);
}

export function tolistSync(tensor: Tensor): Nested {
  return nested(dataSync(tensor), tensor);
}

function nested(array: HostArray, { shape, dtype }: Tensor): Nested {
  // Most elements are what they are in the array: a call for each would take most of the time.
  const plain = dtype === "float16" || dtype === "bool" || dtype === "int64" ? null : array;
  let at = 0;
  const build = (dim: number): Nested => {
    if (dim === shape.length) return element(array, at++, dtype);
    const list = new Array<Nested>(shape[dim]);
    if (plain && dim + 1 === shape.length) for (let i = 0; i < list.length; i++) list[i] = plain[at++];
    else for (let i = 0; i < list.length; i++) list[i] = build(dim + 1);
    return list;
  };
  return build(0);
}

/** PyTorch's `repr`, such as "tensor([1., 2.])". */
export async function repr(tensor: Tensor, options?: PrintOptions): Promise<string> {
  return text(tensor, await data(tensor), options);
}

export function reprSync(tensor: Tensor, options?: PrintOptions): string {
  return text(tensor, dataSync(tensor), options);
}

function text(tensor: Tensor, array: HostArray, options: PrintOptions = getPrintOptions()): string {
  const values = tensor.dtype === "float16" ? Float32Array.from(array as Uint16Array, halfToFloat) : array;
  return formatTensor(
    {
      data: values,
      shape: tensor.shape,
      dtype: tensor.dtype,
      defaultDtype: getDefaultDtype(),
      requiresGrad: tensor.requiresGrad,
      gradFn: tensor.gradFn?.name,
      parameter: tensor.isParameter,
    },
    options,
  );
}

/** Values where they can be read at once, else what is known without reading. */
export function describe(tensor: Tensor): string {
  if (tensor.value.device.backend.readSync) return reprSync(tensor);
  const grad = tensor.requiresGrad && isFloat(tensor.dtype) ? ", requires_grad=True" : "";
  return `tensor(…, size=(${tensor.shape.join(", ")}), dtype=torch.${tensor.dtype}, device='${tensor.device}'${grad})`;
}

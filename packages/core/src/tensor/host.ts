import { type DType, type HostArray, hostArray } from "../dtype/dtype.ts";
import { floatToHalf, halfToFloat } from "../dtype/half.ts";
import { asNumbers } from "../dtype/int64.ts";
import { DeviceError } from "../errors.ts";
import { Node } from "../graph/node.ts";
import { type Attributes, type Operation, type OperationOptions, operation } from "../graph/operation.ts";
import { Recording } from "../graph/recording.ts";
import { templateFor } from "../graph/template.ts";
import type { Device } from "../runtime/device.ts";
import { mode } from "../runtime/mode.ts";
import { Slot } from "../runtime/slot.ts";
import { keyOf, requireSavable, sameDevice, tensorOf } from "./call.ts";
import { fromHost } from "./creation.ts";
import { dataSync, knownData } from "./reading.ts";
import type { Tensor } from "./tensor.ts";

/** An operand or a result on the host: float64, row-major. */
export interface HostTensor {
  readonly data: Float64Array<ArrayBuffer>;
  readonly shape: readonly number[];
  /** Whether the data is a copy, which may be overwritten. */
  readonly own?: boolean;
}

/** What a host operation computes with: the operands, the attributes, whether saved results are needed. */
export type HostBody<A extends Attributes> = (
  operands: readonly HostTensor[],
  attributes: A,
  recorded: boolean,
) => readonly HostTensor[];

export interface HostOptions<A extends Attributes> extends Pick<OperationOptions<A>, "gradName" | "derivative"> {
  /** How many tensors it takes. */
  readonly operands: number;
  /** How many of the results users get; the others are there for the derivative. Default: all. */
  readonly visible?: number;
}

/**
 * An operation whose values the host computes in float64, at the call: a decomposition of dense matrices. Results have
 * the first operand's dtype. The recorded operation takes its own results as further inputs and gives them out again, so
 * `derivative` is composed of primitives like any other, may use what the host saved, and can be differentiated.
 *
 * @throws DeviceError where the operands' device cannot be read synchronously.
 */
export function hostOperation<A extends Attributes = Attributes>(
  name: string,
  body: HostBody<A>,
  options: HostOptions<A>,
): (tensors: readonly Tensor[], attributes: A) => Tensor[] {
  const { operands, visible, ...rest } = options;
  const op = operation<A>(name, (inputs) => inputs.slice(operands), { ...rest, half: "keep" });
  return (tensors, attributes) => {
    const device = sameDevice(
      name,
      tensors.map((tensor) => tensor.current()),
    );
    requireReadable(name, device);
    const recorded = mode.gradEnabled && tensors.some((tensor) => tensor.edge !== null);
    const { dtype } = tensors[0];
    const results = body(tensors.map(hostTensor), attributes, recorded).map(({ data, shape }) =>
      fromHost(narrowed(data, dtype), shape, dtype, device.name),
    );
    for (const result of results) result.storage.inference = mode.inference;
    const given = recorded ? record(op as unknown as Operation, tensors, results, attributes) : results;
    return given.slice(0, visible);
  };
}

/** @throws DeviceError where a device cannot be read synchronously. */
export function requireReadable(name: string, device: Device): void {
  if (device.backend.readSync === undefined)
    throw new DeviceError(
      `${name} runs on the host, and the device "${device.name}" cannot be read synchronously: ` +
        'move its operands first, as in: const a = await x.to("cpu")',
    );
}

function hostTensor(tensor: Tensor): HostTensor {
  const data = tensor.dtype === "float64" ? dataSync(tensor) : knownData(tensor);
  const { shape, dtype } = tensor;
  if (dtype === "float16") return { data: Float64Array.from(data as Uint16Array, halfToFloat), shape, own: true };
  if (data instanceof Float64Array) return { data, shape };
  // A copy made by the constructor, which is much faster than Float64Array.from.
  return { data: new Float64Array(asNumbers(data)), shape, own: true };
}

function narrowed(data: Float64Array<ArrayBuffer>, dtype: DType): HostArray {
  if (dtype === "float64") return data;
  if (dtype === "float16") return Uint16Array.from(data, floatToHalf);
  const out = hostArray(dtype, data.length) as Float32Array<ArrayBuffer>;
  out.set(data);
  return out;
}

/** The results as those of a node that needs no evaluation: it is there for the derivative. */
function record(
  op: Operation,
  tensors: readonly Tensor[],
  results: readonly Tensor[],
  attributes: Attributes,
): Tensor[] {
  const values = [...tensors, ...results].map((tensor) => tensor.value);
  const types = values.map((value) => value.type);
  const template = templateFor(op, attributes, keyOf(attributes), types, []);
  const edges = [...tensors.map((tensor) => tensor.edge), ...results.map(() => null)];
  requireSavable(template, edges, values);
  const node = new Node(template, values, [], values[0].device, mode.path);
  const recording = new Recording(node, edges);
  return results.map((result, i) => {
    const value = node.outputs[i];
    value.slot = new Slot(null, result.value.slot?.host ?? null, value.type.bytes);
    const tensor = tensorOf(value);
    tensor.edge = recording.results[i];
    tensor.storage.edge = tensor.edge;
    return tensor;
  });
}

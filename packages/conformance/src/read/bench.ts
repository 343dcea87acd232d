import type { Tensor } from "@cresset/core";
import { halfToFloat } from "@cresset/core/backend";
import type { HostTensor } from "@cresset/io";
import { functionAt, methodOf } from "../api/library.ts";
import type { Area } from "./manifest.ts";
import { applyView, type ViewStep } from "./views.ts";

/** A stored tensor in a case, with how it is viewed and whether it is a leaf that requires grad. */
export interface TensorReference {
  readonly tensor: string;
  readonly view?: readonly ViewStep[];
  readonly requires_grad?: boolean;
}

/** A stored tensor on the device: the base, which is the leaf, and the view that the case uses. */
export interface Leaf {
  readonly base: Tensor;
  readonly tensor: Tensor;
}

/** The data of one area, and the tensors that cases make of it. */
export class Bench {
  private readonly area: Area;

  constructor(area: Area) {
    this.area = area;
  }

  get areaName(): string {
    return this.area.name;
  }

  /** The recorded content. */
  stored(key: string): HostTensor {
    const found = this.area.tensors.get(key);
    if (found === undefined) throw new Error(`${this.area.name}.safetensors has no tensor ${key}`);
    return found;
  }

  /** A new tensor with the recorded content. */
  tensor(key: string): Tensor {
    return onDevice(this.stored(key));
  }

  leaf(reference: TensorReference): Leaf {
    const base = this.tensor(reference.tensor);
    if (reference.requires_grad) methodOf(base, "requiresGrad_")(true);
    return { base, tensor: applyView(base, reference.view ?? []) };
  }
}

/** A tensor on the default device with a host tensor's content. */
export function onDevice(host: HostTensor): Tensor {
  const { dtype, shape } = host;
  if (host.data.length === 0) return functionAt("zeros")(shape, { dtype }) as Tensor;
  return functionAt("tensor")(nested(host), { dtype }) as Tensor;
}

type Nested = number | bigint | boolean | Nested[];

function nested({ dtype, shape, data }: HostTensor): Nested {
  let at = 0;
  const element = (): Nested => {
    const raw = data[at++];
    if (dtype === "float16") return halfToFloat(Number(raw));
    return dtype === "bool" ? raw !== 0 : raw;
  };
  const build = (dim: number): Nested =>
    dim === shape.length ? element() : Array.from({ length: shape[dim] }, () => build(dim + 1));
  return build(0);
}

/** A tensor's content, computed and read. */
export async function readTensor(tensor: Tensor): Promise<HostTensor> {
  return { dtype: tensor.dtype, shape: [...tensor.shape], data: await tensor.data() };
}

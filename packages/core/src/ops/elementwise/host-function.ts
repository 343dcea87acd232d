/** JavaScript functions of each element, on the host. */
import { type HostArray, hostArray, isFloat } from "../../dtype/dtype.ts";
import { DTypeError, ShapeError } from "../../errors.ts";
import { noGrad } from "../../runtime/mode.ts";
import { fromHost } from "../../tensor/creation.ts";
import { assign } from "../../tensor/inplace.ts";
import { dataSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { toDtype } from "../shape/convert.ts";
import { broadcastTo } from "../shape/expand.ts";

/** Values as numbers; those of float16 are read as float32. */
function valuesOf(x: Tensor): ArrayLike<number | bigint> {
  return dataSync(x.dtype === "float16" ? toDtype(x, "float32") : x);
}

function written(target: Tensor, name: string, value: (i: number) => unknown): Tensor {
  const dtype = target.dtype === "float16" ? "float32" : target.dtype;
  const host: HostArray = hostArray(dtype, target.numel());
  for (let i = 0; i < host.length; i++) {
    const result = value(i);
    host[i] =
      host instanceof BigInt64Array
        ? BigInt(typeof result === "bigint" ? result : Math.trunc(Number(result)))
        : dtype === "bool"
          ? Number(Boolean(result))
          : Number(result);
  }
  const made = toDtype(fromHost(host, target.shape, dtype, target.device), target.dtype);
  return noGrad(() => assign(target, made, name));
}

function requirePlain(name: string, target: Tensor): void {
  if (target.requiresGrad) throw new DTypeError(`${name}: a tensor that requires grad has no place for host functions`);
}

/**
 * Replaces each element by what a JavaScript function gives for it, on the host: slow, and not differentiable. int64 elements
 * are bigints.
 *
 * @throws DeviceError on devices that are read asynchronously.
 * @example torch.arange(3).apply_((x) => x * 2n) // tensor([0, 2, 4])
 */
export function apply_(input: Tensor, callable: (value: never) => unknown): Tensor {
  requirePlain("apply_", input);
  const values = valuesOf(input);
  const fn = callable as (value: number | bigint) => unknown;
  return written(input, "apply_", (i) => fn(values[i]));
}

/** `apply_` of a function of two elements: of this tensor and of another one of the same dtype, which broadcasts. */
export function map_(input: Tensor, tensor: Tensor, callable: (own: never, other: never) => unknown): Tensor {
  requirePlain("map_", input);
  if (tensor.dtype !== input.dtype || isFloat(tensor.dtype) !== isFloat(input.dtype))
    throw new DTypeError(`map_: expected a tensor of ${input.dtype}, but got ${tensor.dtype}`);
  if (tensor.ndim > input.ndim) throw new ShapeError("map_: the other tensor has more dimensions");
  const [own, other] = [valuesOf(input), valuesOf(broadcastTo(tensor, input.shape))];
  const fn = callable as (own: number | bigint, other: number | bigint) => unknown;
  return written(input, "map_", (i) => fn(own[i], other[i]));
}

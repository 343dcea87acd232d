import { type DType, type HostArray, isFloat } from "../../dtype/dtype.ts";
import { halfToFloat } from "../../dtype/half.ts";
import { pytorchName } from "../../dtype/pytorch-name.ts";
import { DTypeError, ValueError } from "../../errors.ts";
import * as m from "../../graph/math.ts";
import { operation } from "../../graph/operation.ts";
import type { Generator } from "../../runtime/generator.ts";
import * as draws from "../../runtime/random/index.ts";
import { type Scalar, toNumber } from "../../runtime/scalar.ts";
import { call } from "../../tensor/call.ts";
import { inPlace } from "../../tensor/inplace.ts";
import { dataSync } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { keywords } from "../reduction/keywords.ts";
import { type GeneratorOption, generatorOf } from "./default-generator.ts";
import { drawNumbers } from "./memory-order.ts";
import { drawWaiting } from "./waiting-draws.ts";

/** The parameters of `rrelu`, by name. */
export interface RreluOptions extends GeneratorOption {
  readonly lower?: Scalar;
  readonly upper?: Scalar;
  readonly training?: boolean;
  readonly inplace?: boolean;
}

const gradName = "RreluWithNoiseBackward0";
const withSlopes = operation("rrelu", ([x, slopes]) => m.where(m.gt(x, 0), x, m.mul(x, slopes)), { gradName });
const withMeanSlope = operation("rrelu", ([x], [slope]) => m.where(m.gt(x, 0), x, m.mul(x, slope)), { gradName });

/**
 * x where it is positive, else x times a slope: in training a random one, uniform on [lower, upper), for each element;
 * otherwise their mean.
 *
 * A slope is drawn only where x <= 0, as in PyTorch, so training reads x: on webgpu when it has arrived, and what is drawn
 * meanwhile (for tensors of that device) comes after it. Until then the host cannot draw from that generator: see its `settled`.
 *
 * @param input floating, any shape. Parameters may also be given by name in an options object.
 * @param lower default 1/8
 * @param upper default 1/3
 * @param training default false
 * @param inplace writes into `input`; default false
 * @throws ValueError where lower > upper; DTypeError for a dtype that is not floating; DeviceError where other draws wait for
 *   values of another device.
 * @example
 * F.rrelu(x, 0.1, 0.3, true);
 * F.rrelu(x, { training: true });
 */
export function rrelu(
  input: Tensor,
  lower?: Scalar | RreluOptions,
  upper?: Scalar | RreluOptions,
  training?: boolean | RreluOptions,
  inplace?: boolean | RreluOptions,
  options?: RreluOptions,
): Tensor {
  const given = [lower, upper, training, inplace, options];
  const named = keywords<RreluOptions>(["lower", "upper", "training", "inplace", "generator"], given);
  const low = toNumber(named.lower ?? 1 / 8);
  const high = toNumber(named.upper ?? 1 / 3);
  if (!isFloat(input.dtype))
    throw new DTypeError(`"rrelu_with_noise_out_cpu" not implemented for '${pytorchName(input.dtype)}'`);
  if (!(low <= high))
    throw new ValueError(
      `Lower bound should be less than or equal to the upper bound, got lower=${low} and upper=${high}`,
    );
  const apply = (x: Tensor) =>
    named.training
      ? call(withSlopes, [x, slopesFor(x, low, high, named)])
      : call(withMeanSlope, [x], [(low + high) / 2]);
  return named.inplace ? inPlace("rrelu_", apply)(input) : apply(input);
}

function slopesFor(input: Tensor, lower: number, upper: number, options: GeneratorOption): Tensor {
  const { dtype, shape } = input;
  const generator = generatorOf(options);
  const draw = (stream: Generator, values: HostArray): HostArray =>
    draws.rreluSlopes(stream, dtype, asNumbers(dtype, values), lower, upper);
  const { readSync, writeLater } = input.current().device.backend;
  if (readSync === undefined && writeLater !== undefined) return drawWaiting(generator, input, draw);
  const values = dataSync(input);
  return drawNumbers(generator, (stream) => draw(stream, values), shape, dtype, input.device);
}

function asNumbers(dtype: DType, values: HostArray): ArrayLike<number> {
  if (dtype === "float16") return Float32Array.from(values as Uint16Array, halfToFloat);
  return values as Float32Array | Float64Array;
}

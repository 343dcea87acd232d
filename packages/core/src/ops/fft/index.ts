/** `torch.fft`: what of it deals in real numbers. */
import { DTypeError, ValueError } from "../../errors.ts";
import { type TensorOptions, withGradOption } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { arange } from "../creation/range.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { normalizeDims } from "../shape/dims.ts";
import { roll } from "../shape/flip.ts";
import { cat } from "../shape/join.ts";

function frequencies(
  name: string,
  n: number,
  d: number | (TensorOptions & { readonly d?: number }),
  options: TensorOptions,
  positions: (options: TensorOptions) => Tensor,
): Tensor {
  const { d: spacing = 1, requiresGrad, ...given } = typeof d === "number" ? { d, ...options } : d;
  if (!Number.isInteger(n) || n < 1) throw new ValueError(`${name}: n must be a positive integer, but got ${n}`);
  const plain = { ...given, dtype: given.dtype ?? "float32" };
  return withGradOption(mul(positions(plain), 1 / (n * spacing)), { requiresGrad: requiresGrad ?? false });
}

/**
 * The frequencies of a discrete Fourier transform of `n` samples at distances `d`: 0, 1 … and then the negative ones, over n · d.
 *
 * @example torch.fft.fftfreq(4) // tensor([0.0000, 0.2500, -0.5000, -0.2500])
 */
export function fftfreq(
  n: number,
  d: number | (TensorOptions & { readonly d?: number }) = 1,
  options: TensorOptions = {},
): Tensor {
  const half = Math.floor(n / 2);
  return frequencies("fft.fftfreq", n, d, options, (own) => cat([arange(n - half, own), arange(-half, 0, 1, own)]));
}

/** The frequencies of a discrete Fourier transform of `n` real samples: those of `fftfreq` that are not negative, and n / 2. */
export function rfftfreq(
  n: number,
  d: number | (TensorOptions & { readonly d?: number }) = 1,
  options: TensorOptions = {},
): Tensor {
  return frequencies("fft.rfftfreq", n, d, options, (own) => arange(Math.floor(n / 2) + 1, own));
}

type Dims = number | readonly number[] | null | { readonly dim?: number | readonly number[] | null };

function shifted(input: Tensor, dim: Dims, by: (size: number) => number): Tensor {
  const given =
    typeof dim === "object" && dim !== null && "dim" in dim ? (dim.dim ?? null) : (dim as number[] | number | null);
  const dims = given === null ? input.shape.map((_, d) => d) : normalizeDims([given].flat(), input.ndim);
  return roll(
    input,
    dims.map((d) => by(input.shape[d])),
    dims,
  );
}

/** Puts the zero frequency, which comes first, in the middle of each of `dim`; default all dimensions. */
export function fftshift(input: Tensor, dim: Dims = null): Tensor {
  return shifted(input, dim, (size) => Math.floor(size / 2));
}

/** Undoes `fftshift`. */
export function ifftshift(input: Tensor, dim: Dims = null): Tensor {
  return shifted(input, dim, (size) => Math.ceil(size / 2));
}

const complex =
  (name: string) =>
  (..._args: readonly unknown[]): never => {
    throw new DTypeError(
      `fft.${name}: Fourier transforms have complex numbers, which no dtype of Cresset holds. ` +
        "For few frequencies, multiply by cosines and sines of 2π · positions · frequencies",
    );
  };

/** Not to be had: its results are complex. @throws DTypeError that says so. */
export const fft = complex("fft");
/** Not to be had. @throws as `fft`. */
export const ifft = complex("ifft");
/** Not to be had. @throws as `fft`. */
export const fft2 = complex("fft2");
/** Not to be had. @throws as `fft`. */
export const ifft2 = complex("ifft2");
/** Not to be had. @throws as `fft`. */
export const fftn = complex("fftn");
/** Not to be had. @throws as `fft`. */
export const ifftn = complex("ifftn");
/** Not to be had. @throws as `fft`. */
export const rfft = complex("rfft");
/** Not to be had. @throws as `fft`. */
export const irfft = complex("irfft");
/** Not to be had. @throws as `fft`. */
export const rfft2 = complex("rfft2");
/** Not to be had. @throws as `fft`. */
export const irfft2 = complex("irfft2");
/** Not to be had. @throws as `fft`. */
export const rfftn = complex("rfftn");
/** Not to be had. @throws as `fft`. */
export const irfftn = complex("irfftn");

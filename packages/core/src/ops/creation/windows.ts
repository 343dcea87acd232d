/** Windows of signal processing. */
import { ValueError } from "../../errors.ts";
import type { TensorOptions } from "../../tensor/creation.ts";
import { withGradOption } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { add, mul, sub } from "../elementwise/arithmetic.ts";
import { i0 } from "../elementwise/bessel.ts";
import { div } from "../elementwise/division.ts";
import { sqrt } from "../elementwise/power.ts";
import { abs } from "../elementwise/sign.ts";
import { cos } from "../elementwise/trigonometric.ts";
import { keywords } from "../reduction/keywords.ts";
import { narrow } from "../shape/slice.ts";
import { ones, zeros } from "./fill.ts";
import { arange } from "./range.ts";

/** Keyword arguments of windows. */
export interface WindowOptions extends TensorOptions {
  /** The window for a Fourier transform, the default, or the symmetric one. */
  readonly periodic?: boolean;
}

/** Values of a function of the positions 0 … length - 1, given the last of them. */
function window(
  name: string,
  length: number,
  given: readonly (boolean | WindowOptions | undefined)[],
  values: (positions: Tensor, last: number) => Tensor,
): Tensor {
  const names = ["periodic", "dtype", "device", "requiresGrad"] as const;
  const { periodic = true, requiresGrad, ...options } = keywords<WindowOptions>(names, given);
  if (!Number.isInteger(length) || length < 0)
    throw new ValueError(`${name} requires non-negative window_length, got window_length=${length}`);
  if (length === 0) return withGradOption(zeros(0, options), { requiresGrad });
  if (length === 1) return withGradOption(ones(1, options), { requiresGrad });
  // A periodic window is the symmetric one of one more, without its last value.
  const size = periodic ? length + 1 : length;
  const dtype = options.dtype ?? "float32";
  const whole = values(arange(size, { ...options, dtype }), size - 1);
  return withGradOption(periodic ? narrow(whole, 0, 0, length) : whole, { requiresGrad });
}

const cosines = (positions: Tensor, last: number, times: number): Tensor =>
  cos(mul(positions, (times * Math.PI) / last));

/**
 * Hann's window, 0.5 - 0.5 cos(2πn / N): a float tensor of `length` values.
 *
 * @param periodic the window for a Fourier transform (default); false: the symmetric one.
 * @example torch.hannWindow(4) // tensor([0.0000, 0.5000, 1.0000, 0.5000])
 */
export function hannWindow(length: number, periodic?: boolean | WindowOptions, options?: WindowOptions): Tensor {
  return window("hann_window", length, [periodic, options], (n, last) => sub(0.5, mul(cosines(n, last, 2), 0.5)));
}

interface HammingOptions extends WindowOptions {
  readonly alpha?: number;
  readonly beta?: number;
}

/** Hamming's window, alpha - beta cos(2πn / N), with alpha 0.54 and beta 0.46; else as `hannWindow`. */
export function hammingWindow(length: number, periodic?: boolean | HammingOptions, given?: HammingOptions): Tensor {
  const names = ["periodic", "alpha", "beta", "dtype", "device", "requiresGrad"] as const;
  const { alpha = 0.54, beta = 0.46, ...options } = keywords<HammingOptions>(names, [periodic, given]);
  return window("hamming_window", length, [options], (n, last) => sub(alpha, mul(cosines(n, last, 2), beta)));
}

/** Blackman's window, 0.42 - 0.5 cos(2πn / N) + 0.08 cos(4πn / N); else as `hannWindow`. */
export function blackmanWindow(length: number, periodic?: boolean | WindowOptions, options?: WindowOptions): Tensor {
  return window("blackman_window", length, [periodic, options], (n, last) =>
    add(sub(0.42, mul(cosines(n, last, 2), 0.5)), mul(cosines(n, last, 4), 0.08)),
  );
}

/** Bartlett's window, a triangle: 1 - |2n / N - 1|; else as `hannWindow`. */
export function bartlettWindow(length: number, periodic?: boolean | WindowOptions, options?: WindowOptions): Tensor {
  return window("bartlett_window", length, [periodic, options], (n, last) => sub(1, abs(sub(mul(n, 2 / last), 1))));
}

/**
 * Kaiser's window, I₀(β √(1 - (2n / N - 1)²)) / I₀(β), with the modified Bessel function; else as `hannWindow`.
 *
 * @param beta its shape; default 12.
 */
export function kaiserWindow(
  length: number,
  ...rest:
    | [options?: TensorOptions & { readonly periodic?: boolean; readonly beta?: number }]
    | [periodic?: boolean, options?: TensorOptions & { readonly beta?: number }]
    | [periodic?: boolean, beta?: number, options?: TensorOptions]
): Tensor {
  const given = keywords<TensorOptions & { periodic?: boolean; beta?: number }>(
    ["periodic", "beta", "dtype", "device", "requiresGrad"],
    rest,
  );
  const { periodic = true, beta = 12, ...options } = given;
  return window("kaiser_window", length, [periodic, options], (n, last) => {
    const at = sub(mul(n, 2 / last), 1);
    return div(i0(mul(sqrt(sub(1, mul(at, at))), beta)), i0(mul(ones([], { ...options, requiresGrad: false }), beta)));
  });
}
